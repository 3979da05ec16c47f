"""The figures of the overview: what one person's sites say now, and what a range comes to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Q

from dashboard import queries, runway, sums
from dashboard.completeness import Completeness, FeedCompleteness, completeness
from dashboard.money import NO_AMOUNT, Amount
from dashboard.overview_filter import OverviewFilter
from dashboard.panels import FINE_BELOW
from dashboard.periods import Range, so_far
from dashboard.queries import Balance
from dashboard.runway import Pace, Runway
from dashboard.scope import Scope
from dashboard.sparks import Sparks, sparks
from dashboard.sums import Sums, Totals
from providers.models import Connection

MINUTE = timedelta(minutes=1)
STALE = timedelta(hours=1)  # a balance that is older says so


@dataclass(frozen=True, kw_only=True, slots=True)
class Now:
    """What the sites last said; a sum over those that said it."""

    left: Amount | None
    used: Amount | None
    requests: int | None
    silent: Sequence[str]  # connections whose site has not told a balance
    stale: Sequence[tuple[str, datetime]]  # those whose site told it long ago, oldest first
    read_at: datetime | None
    per_day: Amount | None  # net, of the last whole days
    runway: Runway
    ends_first: tuple[str, Runway]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Against the range before, which is as long, and as far along. `before` is None where the two
    cannot be compared, for a reason."""

    range: Range
    before: Totals | None
    is_too_old: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionLine:
    connection: Connection
    complete: FeedCompleteness | None
    left: Amount | None
    spend: Amount | None  # None: nothing of it has been read
    runway: Runway


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    now: Now
    totals: Totals
    change: Change
    minutes: int
    complete: Completeness
    connections: Sequence[ConnectionLine]
    sparks: Sparks

    @property
    def decimals(self) -> int:
        """Of the money in this range; small sums want more."""
        return 2 if self.totals.spend.usd >= FINE_BELOW else 4

    @property
    def is_unread(self) -> bool:
        """Nobody knows anything yet: no sum is shown, since it would be 0."""
        return not any(feed.read_to for feed in self.complete.feeds.values())

    @property
    def is_partial(self) -> bool:
        return self.complete.is_partial

    @property
    def spend(self) -> Amount | None:
        """A lower bound while rows are missing."""
        if self.is_unread:
            return None
        return replace(
            self.totals.spend, is_whole=self.totals.spend.is_whole and not self.is_partial
        )

    @property
    def requests_per_minute(self) -> float | None:
        return self.totals.requests / self.minutes if self.minutes else None

    @property
    def tokens_per_minute(self) -> int | None:
        return round(self.totals.tokens / self.minutes) if self.minutes else None


def summary(
    scope: Scope, filters: OverviewFilter, complete: Completeness, now: datetime
) -> Summary:
    by_feed = sums.by_day(scope.model_days(), scope, filters.range, name="feed")
    balances = queries.balances(scope, filters.today)
    paces = runway.paces(scope, filters.today)
    runways = {
        pk: runway.runway(balance.left, paces.get(pk), filters.today)
        for pk, balance in balances.items()
    }
    return Summary(
        now=_now(scope, filters.today, balances, paces, runways, now),
        totals=sums.total(by_feed),
        change=_earlier(scope, filters, complete, now),
        minutes=_minutes(scope, complete),
        complete=complete,
        connections=_connections(scope, complete, balances, by_feed, runways),
        sparks=sparks(by_feed, complete, filters.range, now),
    )


def _earlier(
    scope: Scope, filters: OverviewFilter, complete: Completeness, now: datetime
) -> Change:
    shown = so_far(filters.range, now)
    rows = [seen.first_row for seen in scope.feeds.values() if seen.first_row is not None]
    if not rows or shown.since < min(rows) or shown.seconds <= 0:
        return Change(range=shown, before=None, is_too_old=True)
    if complete.is_partial or completeness(scope, shown, now).is_partial:
        return Change(range=shown, before=None)
    totals = sums.totals_of(replace(filters, range=shown), scope, scope.rows(), Q())
    return Change(range=shown, before=totals)


def _minutes(scope: Scope, complete: Completeness) -> int:
    """Of the range, from the first row there is to where everything has been read."""
    rows = [seen.first_row for seen in scope.feeds.values() if seen.first_row is not None]
    since = max(complete.since, min(rows, default=complete.since))
    until = min(complete.complete_to or since, complete.until)
    return max(0, (until - since) // MINUTE)


def _now(
    scope: Scope,
    today: date,
    balances: Mapping[int, Balance],
    paces: Mapping[int, Pace],
    runways: Mapping[int, Runway],
    now: datetime,
) -> Now:
    told = list(balances.values())
    used = [one.used for one in told if one.used is not None]
    requests = [one.requests for one in told if one.requests is not None]
    labels = [(pk, seen.label) for pk, seen in scope.feeds.items() if pk not in scope.mapped]
    return Now(
        left=sum((one.left for one in told), NO_AMOUNT) if told else None,
        used=sum(used, NO_AMOUNT) if used else None,
        requests=sum(requests) if requests else None,
        silent=[label for pk, label in labels if pk not in balances],
        stale=_stale(balances, dict(labels), now),
        read_at=queries.last_read(scope.connections),
        per_day=runway.per_day(paces.values()) if paces else None,
        runway=runway.together(balances, paces, today),
        ends_first=runway.soonest(runways, labels),
    )


def _stale(
    balances: Mapping[int, Balance], labels: Mapping[int, str], now: datetime
) -> list[tuple[str, datetime]]:
    old = [(one.at, labels[pk]) for pk, one in balances.items() if now - one.at > STALE]
    return [(label, at) for at, label in sorted(old)]


def _connections(
    scope: Scope,
    complete: Completeness,
    balances: Mapping[int, Balance],
    by_feed: Iterable[Sums],
    runways: Mapping[int, Runway],
) -> list[ConnectionLine]:
    spend: dict[int | None, Amount] = defaultdict(Amount)
    for part in by_feed:
        if part.is_spend:
            spend[part.name] += part.amount
    left: dict[int | None, Amount] = {feed: balance.left for feed, balance in balances.items()}
    return [
        ConnectionLine(
            connection=connection,
            complete=seen,
            left=left.get(connection.feed_id),
            spend=spend[connection.feed_id] if seen and seen.read_to else None,
            runway=runways.get(connection.feed_id or 0, Runway()),
        )
        for connection in scope.connections
        for seen in [complete.feeds.get(connection.feed_id or 0)]
    ]
