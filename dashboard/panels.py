"""The chart that the overview shows, and the tables beside it with the same numbers."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse

from dashboard import charts, queries, sums
from dashboard.charts import Axis, Chart
from dashboard.completeness import Completeness
from dashboard.gaps import gaps
from dashboard.layers import Layer, Measure, layers_of, sums_by
from dashboard.money import NO_AMOUNT, Amount, Pot
from dashboard.overview_filter import Kind, OverviewFilter
from dashboard.periods import Buckets, Range, Step, before, buckets
from dashboard.queries import SitePoint
from dashboard.scope import Scope
from dashboard.sums import Placed, Sums, placed

FINE_BELOW = 10  # dollars: small sums want more decimals


@dataclass(frozen=True, kw_only=True, slots=True)
class BucketLine:
    """A line of the table over time. `gap` says what is missing in it; where that is all, no number
    is known."""

    title: str
    link: str
    requests: int | None
    tokens: int | None
    amount: Amount
    before: Amount | None
    gap: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteHistory:
    """The site's own statistic of days that have no rows."""

    amount: Amount
    requests: int
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """`layers` are by name and `lines` over time; a chart has one of them beside it."""

    chart: Chart
    spend: Amount
    requests: int
    layers: Sequence[Layer] = ()
    lines: Sequence[BucketLine] = ()
    site_history: SiteHistory | None = None

    @property
    def decimals(self) -> int:
        return 2 if self.spend.usd >= FINE_BELOW else 4

    @property
    def is_empty(self) -> bool:
        return not (self.requests or self.site_history)

    @property
    def gaps(self) -> Sequence[BucketLine]:
        return [line for line in self.lines if line.gap]

    @property
    def highest(self) -> BucketLine | None:
        return max(self.lines, key=lambda line: line.amount.usd, default=None)


def panel(scope: Scope, filters: OverviewFilter, complete: Completeness, now: datetime) -> Panel:
    bars = buckets(filters.range, filters.asked_step)
    axis = Axis(
        bars=bars,
        unit=filters.unit,
        gaps=gaps(bars, complete, scope, now),
        links=[reverse("logs") + filters.rows_of(shown) for shown in _ranges(bars)],
        now=now,
    )
    match filters.chart:
        case Kind.TREND:
            return _trend(scope, filters, axis)
        case Kind.SHARE | Kind.RANKING:
            return _calls(scope, filters)
    return _spend(scope, filters, axis)


def _ranges(bars: Buckets) -> list[Range]:
    return [Range(since=start, until=bars.end(index)) for index, start in enumerate(bars.starts)]


def _spend(scope: Scope, filters: OverviewFilter, axis: Axis) -> Panel:
    parts = placed(sums_by(filters.by, scope, axis.bars), axis.bars)
    layers = layers_of(parts, scope, filters, Measure.SPEND)
    points = queries.older_history(scope, filters.range)
    return replace(
        _of_layers(layers, charts.spend_chart(layers, points, axis)),
        lines=_lines(parts, axis, None),
        site_history=_site_history(points),
    )


def _calls(scope: Scope, filters: OverviewFilter) -> Panel:
    """Of all the range: the rollups can count them, also where bars are hours."""
    bars = Buckets(step=Step.MONTH, starts=(filters.range.since,), until=filters.range.until)
    parts = placed(sums_by(filters.by, scope, bars), bars)
    layers = layers_of(parts, scope, filters, Measure.REQUESTS)
    is_share = filters.chart is Kind.SHARE
    return _of_layers(layers, (charts.share_chart if is_share else charts.ranking_chart)(layers))


def _of_layers(layers: Sequence[Layer], chart: Chart) -> Panel:
    return Panel(
        chart=chart,
        spend=sum((layer.amount for layer in layers), NO_AMOUNT),
        requests=sum(layer.requests for layer in layers),
        layers=layers,
    )


def _trend(scope: Scope, filters: OverviewFilter, axis: Axis) -> Panel:
    parts = placed(_in_all(scope, axis.bars), axis.bars)
    amounts = _amounts(parts)
    earlier = _before(scope, filters.range, axis.bars.step)
    lines = _lines(parts, axis, earlier)
    return Panel(
        chart=charts.trend_chart(amounts, earlier, axis),
        spend=sum(amounts.values(), NO_AMOUNT),
        requests=sum(line.requests or 0 for line in lines),
        lines=lines,
    )


def _in_all(scope: Scope, bars: Buckets) -> list[Sums]:
    if bars.step is Step.HOUR:
        shown = Range(since=bars.starts[0], until=bars.until)
        return sums.by_slice(scope.rows(), scope, shown, name=None)
    return sums.by_bucket(scope.model_days(), scope, bars, name=None)


def _before(scope: Scope, shown: Range, step: Step) -> Mapping[int, Amount] | None:
    """Bar by bar; nothing where no row is that old."""
    bars = buckets(before(shown), step)
    parts = placed(_in_all(scope, bars), bars)
    return _amounts(parts) or None


def _amounts(parts: Iterable[Placed]) -> Mapping[int, Amount]:
    pots: dict[int, Pot] = defaultdict(Pot)
    for bucket, rate, part in parts:
        pots[bucket][rate] += part.units
    return {bucket: pot.amount for bucket, pot in pots.items()}


def _lines(
    parts: Sequence[Placed], axis: Axis, earlier: Mapping[int, Amount] | None
) -> list[BucketLine]:
    """Newest first, without those in which there is nothing to say."""
    amounts, requests, tokens = _amounts(parts), Counter[int](), Counter[int]()
    for bucket, _rate, part in parts:
        requests[bucket] += part.rows
        tokens[bucket] += part.prompt + part.completion
    lines = [
        BucketLine(
            title=title,
            link=axis.links[index],
            requests=requests[index] or (None if index in axis.gaps else 0),
            tokens=tokens[index] or (None if index in axis.gaps else 0),
            amount=replace(amount, is_whole=amount.is_whole and index not in axis.gaps),
            before=None if earlier is None else earlier.get(index, NO_AMOUNT),
            gap=axis.gaps.get(index, ()),
        )
        for index, title in enumerate(charts.titles(axis.bars))
        for amount in [amounts.get(index, NO_AMOUNT)]
    ]
    return [line for line in reversed(lines) if line.requests or line.gap]


def _site_history(points: Sequence[SitePoint]) -> SiteHistory | None:
    if not points:
        return None
    return SiteHistory(
        amount=sum((point.amount for point in points), Amount()),
        requests=sum(point.requests for point in points),
        until=max(point.hour for point in points),
    )
