"""A page of rows: walk through time in slices, within a budget. No OFFSET, no COUNT.

Each slice is wider than the one before, and the database picks its own index in each. When the
budget is spent, the page shows what was found and where to continue.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Max, Q

from dashboard.filters import Cursor
from dashboard.periods import Range
from providers.models import UsageLog
from providers.models.logs import OfFeedQuerySet

BUDGET_SECONDS = 0.15
WIDTH_SECONDS = 6 * 3600  # of the first slice, where a year has ROWS_OF_WIDTH rows
ROWS_OF_WIDTH = 10_000_000
WIDEST = 400 * 86400


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Rows newest first. `searched_to`: the budget ended there, the rest was not looked at."""

    rows: list[UsageLog]
    has_older: bool = False
    has_newer: bool = False
    searched_to: int | None = None

    @property
    def searched_until(self) -> datetime | None:
        return None if self.searched_to is None else datetime.fromtimestamp(self.searched_to, UTC)

    @property
    def older(self) -> Cursor | None:
        if self.searched_to is not None:
            return Cursor(self.searched_to, 0)
        return _place(self.rows[-1]) if self.has_older and self.rows else None

    @property
    def newer(self) -> Cursor | None:
        return _place(self.rows[0]) if self.has_newer and self.rows else None


def older(rows: OfFeedQuerySet, shown: Range, *, before: Cursor | None, size: int) -> Page:
    since, until = _seconds(shown)
    if before is not None:
        until = min(until, before.second + 1)
        rows = rows.filter(Q(time__lt=before.second) | Q(time=before.second, pk__lt=before.pk))
    newest_first = rows.order_by("-time", "-pk")
    found, searched_to = _collect(newest_first, _slices_back(since, until), size + 1)
    return Page(
        rows=found[:size],
        has_older=len(found) > size,
        has_newer=before is not None,
        searched_to=None if len(found) > size else searched_to,
    )


def newer(rows: OfFeedQuerySet, shown: Range, *, after: Cursor, size: int) -> Page:
    """The page that comes before the row `after`, towards the present."""
    since, until = _seconds(shown)
    since = max(since, after.second)
    rows = rows.filter(Q(time__gt=after.second) | Q(time=after.second, pk__gt=after.pk))
    found, searched_to = _collect(rows.order_by("time", "pk"), _slices_on(since, until), size + 1)
    has_newer = len(found) > size or searched_to is not None
    return Page(rows=found[:size][::-1], has_older=True, has_newer=has_newer)


def _collect(
    rows: OfFeedQuerySet, slices: Iterator[tuple[int, int]], wanted: int
) -> tuple[list[UsageLog], int | None]:
    """At most `wanted` rows; and where the search stopped, if the budget ended it."""
    begun = time.monotonic()
    found: list[UsageLog] = []
    for since, until in slices:
        inside = rows.filter(time__gte=since, time__lt=until)
        found += inside[: wanted - len(found)]
        if len(found) >= wanted:
            break
        if time.monotonic() - begun > BUDGET_SECONDS and next(slices, None) is not None:
            return found, since
    return found, None


def _slices_back(since: int, until: int) -> Iterator[tuple[int, int]]:
    width = _first_width() if since < until else 0
    while since < until:
        begin = max(since, until - width)
        yield begin, until
        until, width = begin, min(WIDEST, width * 2)


def _slices_on(since: int, until: int) -> Iterator[tuple[int, int]]:
    width = _first_width() if since < until else 0
    while since < until:
        end = min(until, since + width)
        yield since, end
        since, width = end, min(WIDEST, width * 2)


def _first_width() -> int:
    """Narrow where there are many rows. Ids are counted up, so the highest one tells."""
    rows = UsageLog.objects.aggregate(newest=Max("pk"))["newest"] or 1
    return max(60, min(WIDEST, WIDTH_SECONDS * ROWS_OF_WIDTH // int(rows)))


def _seconds(shown: Range) -> tuple[int, int]:
    return int(shown.since.timestamp()), int(shown.until.timestamp())


def _place(row: UsageLog) -> Cursor:
    return Cursor(int(row.time.timestamp()), row.pk)
