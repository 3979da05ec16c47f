"""What stands above the log table: the totals, and a histogram of how many rows there are."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from itertools import pairwise

from django.db.models import Q

from dashboard import sums
from dashboard.filters import UsageFilter
from dashboard.periods import Range
from dashboard.scope import Scope
from dashboard.sums import Sums, Totals
from providers.models.logs import OfFeedQuerySet

MOST_BARS = 150
WIDTHS = (600, 1800, 3600, 3 * 3600)
DAYS_FROM_ROWS = 7  # longer ranges are drawn by whole days, from the rollups


@dataclass(frozen=True, slots=True)
class Bar:
    """`is_counted`: not where the budget ended before."""

    since: datetime
    until: datetime
    rows: int
    errors: int
    is_counted: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What the rows of a filter come to, and how many there are in each slice that has begun."""

    totals: Totals
    bars: Sequence[Bar]


def figures(
    filters: UsageFilter, scope: Scope, rows: OfFeedQuerySet, condition: Q, now: datetime
) -> Figures:
    if not _is_by_day(filters.range):
        found = _of_slices(filters, scope, rows, condition)
    elif filters.is_of_rows:
        found = _of_rows(filters.range, scope, rows)
    else:
        found = _of_rollups(filters, scope, rows, condition)
    return replace(found, bars=[bar for bar in found.bars if bar.since <= now])


def _of_slices(filters: UsageFilter, scope: Scope, rows: OfFeedQuerySet, condition: Q) -> Figures:
    """One pass for both, unless a slice may reach into a day of another worth."""
    shown, width = filters.range, _width(filters.range)
    parts = sums.by_slice(rows, scope, shown, width=width, name=None)
    if scope.is_undated:
        totals = sums.total(parts)
    else:
        totals = sums.totals_of(filters, scope, rows, condition)
    return Figures(totals=totals, bars=_bars(parts, _slices(shown, width)))


def _of_rows(shown: Range, scope: Scope, rows: OfFeedQuerySet) -> Figures:
    parts, since = sums.from_rows(rows, scope, shown)
    return Figures(
        totals=replace(sums.total(parts), since=since), bars=_of_days(parts, shown, since)
    )


def _of_rollups(filters: UsageFilter, scope: Scope, rows: OfFeedQuerySet, condition: Q) -> Figures:
    """Bars are of whole days, also at the ends of the range; totals are not."""
    usage = scope.key_days() if filters.key else scope.model_days()
    parts = sums.by_day(usage.filter(condition), scope, filters.range, name=None)
    if filters.range.is_whole_days:
        totals = sums.total(parts)
    else:
        totals = sums.totals_of(filters, scope, rows, condition)
    return Figures(totals=totals, bars=_of_days(parts, filters.range))


def _is_by_day(shown: Range) -> bool:
    return len(shown.days()) > DAYS_FROM_ROWS


def _of_days(parts: Iterable[Sums], shown: Range, since: datetime | None = None) -> list[Bar]:
    """`since`: days before it were not counted."""
    first, width = shown.since.date(), -(-len(shown.days()) // MOST_BARS)
    counted = [part._replace(slice=(part.day - first).days // width) for part in parts]
    bars = _bars(counted, _days(shown, width))
    if since is None:
        return bars
    return [replace(bar, is_counted=bar.since >= since) for bar in bars]


def _width(shown: Range) -> int:
    return next((width for width in WIDTHS if shown.seconds / width <= MOST_BARS), WIDTHS[-1])


def _slices(shown: Range, width: int) -> list[Range]:
    begin, end = int(shown.since.timestamp()), int(shown.until.timestamp())
    zone = shown.since.tzinfo
    edges = [*range(begin, end, width), end]
    moments = [datetime.fromtimestamp(edge, zone) for edge in edges]
    return [Range(since=a, until=b) for a, b in pairwise(moments)]


def _days(shown: Range, width: int) -> list[Range]:
    firsts = shown.days()[::width]
    edges = [*(datetime.combine(day, time(), shown.since.tzinfo) for day in firsts), shown.until]
    return [Range(since=a, until=b) for a, b in pairwise(edges)]


def _bars(counted: list[Sums], slices: list[Range]) -> list[Bar]:
    rows: Counter[int] = Counter()
    errors: Counter[int] = Counter()
    for part in counted:
        rows[part.slice] += part.rows
        if part.book.vocabulary.name(part.type) == "error":
            errors[part.slice] += part.rows
    return [
        Bar(shown.since, shown.until, rows[place], errors[place])
        for place, shown in enumerate(slices)
    ]
