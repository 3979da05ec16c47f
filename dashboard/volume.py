"""How many rows there are in each slice of a range: the histogram above the log table."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time
from itertools import pairwise

from django.db.models import Q

from dashboard import sums
from dashboard.filters import UsageFilter
from dashboard.periods import Range
from dashboard.scope import Scope
from dashboard.sums import Sums
from providers.models.logs import OfFeedQuerySet

MOST_BARS = 150
WIDTHS = (600, 1800, 3600, 3 * 3600)
DAYS_FROM_ROWS = 7  # longer ranges are drawn by whole days, from the rollups


@dataclass(frozen=True, slots=True)
class Bar:
    since: datetime
    until: datetime
    rows: int
    errors: int


def volume(
    filters: UsageFilter, scope: Scope, rows: OfFeedQuerySet, condition: Q, now: datetime
) -> list[Bar]:
    """Every slice that has begun, also the empty ones; none where counting would take too long."""
    return [bar for bar in _counted(filters, scope, rows, condition) if bar.since <= now]


def _counted(filters: UsageFilter, scope: Scope, rows: OfFeedQuerySet, condition: Q) -> list[Bar]:
    shown = filters.range
    if len(shown.days()) <= DAYS_FROM_ROWS:
        width = _width(shown)
        counted = sums.by_slice(rows, scope, shown, width=width, name=None)
        return _bars(counted, _slices(shown, width))
    if filters.is_of_rows:
        return []
    usage = scope.key_days() if filters.key else scope.model_days()
    days = sums.by_day(usage.filter(condition), scope, shown, name=None)
    first, width = shown.since.date(), -(-len(shown.days()) // MOST_BARS)
    counted = [part._replace(slice=(part.day - first).days // width) for part in days]
    return _bars(counted, _days(shown, width))


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
