"""A connection, and all that its pages say about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Subquery

from dashboard import money, strips
from dashboard.completeness import Segment
from dashboard.money import Amount, Rates
from dashboard.progress import Progress, progress_of
from dashboard.standing import Standing, standing_of
from dashboard.strips import last_days, strips_of
from providers.adapters import ADAPTERS
from providers.models import Connection, Feed, QuarantinedRow, Snapshot, Window
from providers.models.sites import ConnectionQuerySet

STRIP_DAYS = 30
MOST_CONNECTIONS = 100
MOST_MISMATCHES = 30


@dataclass(frozen=True, slots=True)
class Balance:
    amount: Amount
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    connection: Connection
    progress: Progress
    standing: Standing
    balance: Balance | None = None
    strip: Sequence[Segment] = ()

    @property
    def software(self) -> str:
        """New API v0.13.2"""
        site = self.connection.site
        return f"{ADAPTERS[site.kind].software(site.dialect)} {site.version}".strip()

    @property
    def host(self) -> str:
        return self.connection.site.base_url.partition("://")[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Watchlist:
    """`asks_again`: the seconds after which something may have moved; 0 while nothing moves."""

    entries: Sequence[Watched]
    since: datetime
    until: datetime
    is_cut: bool = False

    @property
    def asks_again(self) -> int:
        asking = [entry.standing.asks_again for entry in self.entries]
        return min((seconds for seconds in asking if seconds), default=0)

    @property
    def needing_a_person(self) -> int:
        return sum(entry.standing.needs_person for entry in self.entries)


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """A window's two sums, None where there is no such number."""

    window: Window
    ours: Amount | None
    theirs: Amount | None

    @property
    def difference(self) -> Amount | None:
        if self.ours is None or self.theirs is None:
            return None
        return self.ours - self.theirs


def watchlist(connections: ConnectionQuerySet, now: datetime, zone: ZoneInfo) -> Watchlist:
    """Of connections that the person may see."""
    ordered = connections.select_related("site", "feed__site", "owner").order_by("name", "pk")
    found = list(ordered[: MOST_CONNECTIONS + 1])
    return Watchlist(
        entries=watch(found[:MOST_CONNECTIONS], now, zone),
        since=last_days(STRIP_DAYS, now, zone).since,
        until=now,
        is_cut=len(found) > MOST_CONNECTIONS,
    )


def watch(connections: Sequence[Connection], now: datetime, zone: ZoneInfo) -> list[Watched]:
    feeds = _feeds(connections)
    progress = progress_of(feeds, now)
    drawn = strips_of(feeds, progress, last_days(STRIP_DAYS, now, zone), now)
    balances = _balances(feeds, zone)
    unread = Progress()
    return [
        Watched(
            connection=connection,
            progress=progress.get(connection.feed_id or 0, unread),
            standing=standing_of(connection, progress.get(connection.feed_id or 0, unread), now),
            balance=balances.get(connection.feed_id or 0),
            strip=_strip(connection, drawn, progress),
        )
        for connection in connections
    ]


def _strip(
    connection: Connection,
    drawn: Mapping[int, Sequence[Segment]],
    progress: Mapping[int, Progress],
) -> Sequence[Segment]:
    if connection.feed_id is None:
        return ()
    strip = drawn[connection.feed_id]
    if connection.state == Connection.State.PAUSED:
        return strips.until(strip, progress[connection.feed_id].mirrored_to)
    return strip


def mismatches(feed: Feed, rates: Rates, zone: ZoneInfo) -> list[Comparison]:
    """Windows that are not verified; those that differ first, then the newest."""
    unverified = Window.objects.filter(feed=feed).exclude(state=Window.State.VERIFIED)
    differing = unverified.filter(state=Window.State.DIFFERS).order_by("-until")
    others = unverified.exclude(state=Window.State.DIFFERS).order_by("-until")
    windows = [*differing[:MOST_MISMATCHES], *others[:MOST_MISMATCHES]][:MOST_MISMATCHES]
    return [comparison(window, rates, zone) for window in windows]


def quarantined(feed: Feed) -> int:
    return QuarantinedRow.objects.filter(feed=feed).count()


def comparison(window: Window, rates: Rates, zone: ZoneInfo) -> Comparison:
    day = window.since.astimezone(zone).date()
    ours, theirs = (
        None if units is None else Amount.of(units, rates, day)
        for units in (window.units, window.site_units)
    )
    return Comparison(window=window, ours=ours, theirs=theirs)


def _feeds(connections: Iterable[Connection]) -> list[Feed]:
    """Each once, however many watch it."""
    feeds = {connection.feed.pk: connection.feed for connection in connections if connection.feed}
    return list(feeds.values())


def _balances(feeds: Sequence[Feed], zone: ZoneInfo) -> Mapping[int, Balance]:
    rates = money.rates_of({feed.site_id for feed in feeds}, zone)
    newest = Snapshot.objects.filter(feed=OuterRef("pk")).order_by("-at")
    known = Feed.objects.filter(pk__in=[feed.pk for feed in feeds]).annotate(
        balance=Subquery(newest.values("units")[:1]), balance_at=Subquery(newest.values("at")[:1])
    )
    rows = known.exclude(balance=None).values_list("pk", "site", "balance", "balance_at")
    return {
        feed: Balance(Amount.of(units, rates[site], at.astimezone(zone).date()), at)
        for feed, site, units, at in rows
    }
