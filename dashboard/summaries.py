"""Everything that the overview says about one person's feeds in a range."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from dashboard import charts, queries, sums
from dashboard.charts import BucketLine, ModelSpend
from dashboard.completeness import Completeness, FeedCompleteness, completeness
from dashboard.filters import UsageFilter
from dashboard.money import Amount
from dashboard.periods import Buckets, Range, Step, buckets
from dashboard.queries import Balance, SitePoint
from dashboard.scope import Scope
from dashboard.sums import Sums, Totals
from providers.models import Connection

MINUTE = timedelta(minutes=1)
FINE_BELOW = 10  # dollars


@dataclass(frozen=True, kw_only=True, slots=True)
class Now:
    """What the sites last said; a sum over those that said it."""

    left: Amount | None
    used: Amount | None
    requests: int | None
    silent: Sequence[str]  # connections whose site has not told a balance
    read_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteHistory:
    """The site's own statistic of days that have no rows."""

    amount: Amount
    requests: int
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionLine:
    connection: Connection
    complete: FeedCompleteness | None
    left: Amount | None
    spend: Amount | None  # None: nothing of it has been read


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    now: Now
    totals: Totals
    minutes: int
    models: Sequence[ModelSpend]
    chart: Mapping[str, Any]
    lines: Sequence[BucketLine]
    step: Step
    site_history: SiteHistory | None
    complete: Completeness
    connections: Sequence[ConnectionLine]

    @property
    def decimals(self) -> int:
        """Of the money in this range; small sums want more."""
        return 2 if self.totals.spend.usd >= FINE_BELOW else 4

    @property
    def is_partial(self) -> bool:
        return any(feed.missing_seconds for feed in self.complete.feeds.values())

    @property
    def spend(self) -> Amount:
        """A lower bound while rows are missing."""
        return replace(
            self.totals.spend, is_whole=self.totals.spend.is_whole and not self.is_partial
        )

    @property
    def requests_per_minute(self) -> float | None:
        return self.totals.requests / self.minutes if self.minutes else None

    @property
    def tokens_per_minute(self) -> int | None:
        return round(self.totals.tokens / self.minutes) if self.minutes else None


def summary(scope: Scope, filters: UsageFilter, now: datetime) -> Summary:
    shown = filters.range
    bars = buckets(shown)
    complete = completeness(scope, shown, now)
    by_model, by_feed = _sums(scope, shown, bars)
    models = charts.models_of(by_model, bars)
    points = queries.older_history(scope, shown)
    links = _links(filters, bars)
    balances = queries.balances(scope, filters.today)
    return Summary(
        now=_now(scope, balances),
        totals=sums.total(by_model),
        minutes=_minutes(scope, complete),
        models=models,
        chart=charts.spend_chart(
            models, points, bars, complete, unit=filters.unit, now=now, links=links
        ),
        lines=charts.bucket_lines(by_model, bars, links),
        step=bars.step,
        site_history=_site_history(points),
        complete=complete,
        connections=_connections(scope, complete, balances, by_feed),
    )


def _sums(scope: Scope, shown: Range, bars: Buckets) -> tuple[list[Sums], list[Sums]]:
    """By model and by feed."""
    by_feed = sums.by_day(scope.model_days(), scope, shown, name="feed")
    if bars.step is Step.HOUR:
        return sums.by_slice(scope.rows(), scope, shown, name="model"), by_feed
    return sums.by_day(scope.model_days(), scope, shown, name="model"), by_feed


def _links(filters: UsageFilter, bars: Buckets) -> list[str]:
    base = reverse("logs")
    ranges = (Range(since=start, until=bars.end(index)) for index, start in enumerate(bars.starts))
    return [base + filters.of(shown, unit=None) for shown in ranges]


def _minutes(scope: Scope, complete: Completeness) -> int:
    """Of the range, from the first row there is to where everything has been read."""
    rows = [seen.first_row for seen in scope.feeds.values() if seen.first_row is not None]
    since = max(complete.since, min(rows, default=complete.since))
    until = min(complete.complete_to or since, complete.until)
    return max(0, (until - since) // MINUTE)


def _now(scope: Scope, balances: Mapping[int, Balance]) -> Now:
    told = list(balances.values())
    used = [one.used for one in told if one.used is not None]
    requests = [one.requests for one in told if one.requests is not None]
    silent = [seen.label for pk, seen in scope.feeds.items() if pk not in balances]
    return Now(
        left=sum((one.left for one in told), Amount()) if told else None,
        used=sum(used, Amount()) if used else None,
        requests=sum(requests) if requests else None,
        silent=silent,
        read_at=queries.last_read(scope.connections),
    )


def _site_history(points: Sequence[SitePoint]) -> SiteHistory | None:
    if not points:
        return None
    return SiteHistory(
        amount=sum((point.amount for point in points), Amount()),
        requests=sum(point.requests for point in points),
        until=max(point.hour for point in points),
    )


def _connections(
    scope: Scope,
    complete: Completeness,
    balances: Mapping[int, Balance],
    by_feed: Iterable[Sums],
) -> list[ConnectionLine]:
    spend: dict[int | None, Amount] = defaultdict(Amount)
    for part in by_feed:
        if part.is_spend:
            spend[part.name] += part.amount
    left: dict[int | None, Amount] = {feed: balance.left for feed, balance in balances.items()}
    return [
        ConnectionLine(
            connection=connection,
            complete=complete.feeds.get(connection.feed_id or 0),
            left=left.get(connection.feed_id),
            spend=spend[connection.feed_id] if connection.feed_id else None,
        )
        for connection in scope.connections
    ]
