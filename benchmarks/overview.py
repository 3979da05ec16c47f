"""Charts and totals of the overview, in turns with the SQL that sums the same rollups by hand."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.http import QueryDict

from accounts.models import User
from benchmarks.arrivals import UNTIL
from benchmarks.compared import Compared, compared, fetch
from benchmarks.ingest import ZONE
from dashboard import sums
from dashboard.completeness import completeness
from dashboard.overview_filter import OverviewFilter
from dashboard.panels import panel
from dashboard.periods import Preset
from dashboard.scope import Scope, connections_of, scope_of
from providers.models import Connection, Feed, KeyDay, ModelDay, SiteUnit, Window

NOW = datetime.fromtimestamp(UNTIL, ZONE)
YEAR = timedelta(days=366)
EVERYTHING = "all@bench.example"
WALKED = {"state": "verified", "rows": 0, "walked_at": NOW, "checked_at": NOW}
BY_HAND = (
    "SELECT {columns}, sum(requests), sum(units), sum(prompt), sum(completion), sum(cached)"
    " FROM {table} WHERE feed_id IN ({feeds}) AND day >= %s AND day <= %s GROUP BY {columns}"
)


def compare() -> Iterator[Compared]:
    everything, one = scopes()
    yield _chart("chart of 90 days by model, one feed", "20 ms at 1 M rows", one, 90, "model")
    yield _chart("chart of 90 days by model", "100 ms at 1 M rows", everything, 90, "model")
    yield _chart("chart of 90 days by key", "100 ms at 1 M rows", everything, 90, "key")
    yield _chart("chart of a year by model", "150 ms at 1 M rows", everything, 365, "model")
    yield _total("total of 30 days", "30 ms at 1 M rows", everything, 30)


def scopes() -> tuple[Scope, Scope]:
    """A person who watches every feed, and one who watches the largest."""
    feeds = list(Feed.objects.order_by("pk"))
    SiteUnit.objects.create(site=feeds[0].site, read_at=NOW, units_per_usd=500_000, display="USD")
    return _scope(EVERYTHING, feeds), _scope("one@bench.example", feeds[:1])


def _scope(email: str, feeds: Sequence[Feed]) -> Scope:
    person = User.objects.create(email=email)
    for feed in feeds:
        Window.objects.get_or_create(feed=feed, since=NOW - YEAR, until=NOW, defaults=WALKED)
        Connection.objects.create(owner=person, feed=feed, site=feed.site, name="x", created_at=NOW)
    return scope_of(person, connections_of(person), ZONE)


def _filters(days: int, by: str) -> OverviewFilter:
    since, until = NOW.date() - timedelta(days=days - 1), NOW.date()
    query = QueryDict(f"since={since}&until={until}&by={by}")
    return OverviewFilter.from_query(query, now=NOW, zone=ZONE, default=Preset.DAYS_30)


def _chart(what: str, target: str, scope: Scope, days: int, by: str) -> Compared:
    filters = _filters(days, by)
    complete = completeness(scope, filters.range, NOW)
    table = (KeyDay if by == "key" else ModelDay)._meta.db_table
    sql = _by_hand(scope, table, f"day, type, {by}_id")
    return compared(
        what,
        target,
        lambda: panel(scope, filters, complete, NOW),
        lambda: fetch(sql, _ends(filters)),
    )


def _total(what: str, target: str, scope: Scope, days: int) -> Compared:
    filters = _filters(days, "model")
    sql = _by_hand(scope, ModelDay._meta.db_table, "type")
    return compared(
        what,
        target,
        lambda: sums.totals_of(filters, scope, scope.rows(), Q()),
        lambda: fetch(sql, _ends(filters)),
    )


def _ends(filters: OverviewFilter) -> list[date]:
    days = filters.range.days()
    return [days[0], days[-1]]


def _by_hand(scope: Scope, table: str, columns: str) -> str:
    return BY_HAND.format(table=table, columns=columns, feeds=", ".join(map(str, scope.feeds)))
