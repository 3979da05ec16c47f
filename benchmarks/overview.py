"""Charts and totals of the overview, in turns with the SQL that sums the same rollups by hand."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from django.db import connection
from django.db.models import Q
from django.http import QueryDict

from accounts.models import User
from benchmarks.arrivals import UNTIL
from benchmarks.ingest import ZONE
from dashboard import sums
from dashboard.completeness import completeness
from dashboard.overview_filter import OverviewFilter
from dashboard.panels import panel
from dashboard.periods import Preset
from dashboard.scope import Scope, connections_of, scope_of
from providers.models import Connection, Feed, KeyDay, ModelDay, SiteUnit, Window

TURNS = 9
NOW = datetime.fromtimestamp(UNTIL, ZONE)
YEAR = timedelta(days=366)
WALKED = {"state": "verified", "rows": 0, "walked_at": NOW, "checked_at": NOW}
BY_HAND = (
    "SELECT {columns}, sum(requests), sum(units), sum(prompt), sum(completion), sum(cached)"
    " FROM {table} WHERE feed_id IN ({feeds}) AND day >= %s AND day <= %s GROUP BY {columns}"
)


@dataclass(frozen=True, kw_only=True)
class Compared:
    what: str
    target: str
    own_seconds: float
    floor_seconds: float
    ratio: float


def compare() -> Iterator[Compared]:
    everything, one = _scopes()
    yield _chart("chart of 90 days by model, one feed", "20 ms at 1 M rows", one, 90, "model")
    yield _chart("chart of 90 days by model", "100 ms at 1 M rows", everything, 90, "model")
    yield _chart("chart of 90 days by key", "100 ms at 1 M rows", everything, 90, "key")
    yield _chart("chart of a year by model", "150 ms at 1 M rows", everything, 365, "model")
    yield _total("total of 30 days", "30 ms at 1 M rows", everything, 30)


def _scopes() -> tuple[Scope, Scope]:
    """A person who watches every feed, and one who watches the largest."""
    feeds = list(Feed.objects.order_by("pk"))
    SiteUnit.objects.create(site=feeds[0].site, read_at=NOW, units_per_usd=500_000, display="USD")
    return _scope("all@bench.example", feeds), _scope("one@bench.example", feeds[:1])


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
    return _compared(
        what,
        target,
        lambda: panel(scope, filters, complete, NOW),
        lambda: _fetch(sql, filters.range.days()),
    )


def _total(what: str, target: str, scope: Scope, days: int) -> Compared:
    filters = _filters(days, "model")
    sql = _by_hand(scope, ModelDay._meta.db_table, "type")
    return _compared(
        what,
        target,
        lambda: sums.totals_of(filters, scope, scope.rows(), Q()),
        lambda: _fetch(sql, filters.range.days()),
    )


def _by_hand(scope: Scope, table: str, columns: str) -> str:
    return BY_HAND.format(table=table, columns=columns, feeds=", ".join(map(str, scope.feeds)))


def _fetch(sql: str, days: Sequence[date]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [days[0], days[-1]])
        return cursor.fetchall()


def _compared(
    what: str, target: str, own: Callable[[], object], by_hand: Callable[[], object]
) -> Compared:
    """Each once to warm up, then in turns: what else runs slows both sides alike."""
    own(), by_hand()
    turns = [(_seconds(own), _seconds(by_hand)) for _ in range(TURNS)]
    return Compared(
        what=what,
        target=target,
        own_seconds=median(turn[0] for turn in turns),
        floor_seconds=median(turn[1] for turn in turns),
        ratio=median(floor / own for own, floor in turns),
    )


def _seconds(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun
