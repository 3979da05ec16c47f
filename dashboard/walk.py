"""A page of rows: walk through time in slices, within a budget. No OFFSET, no COUNT.

Each slice is wider than the one before, and the database picks its own index in each. When the
budget is spent, the page shows what was found and where to continue.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db.models import Max, Q

from dashboard.filters import Cursor
from dashboard.periods import Range
from providers.models import UsageLog
from providers.models.logs import OfFeedQuerySet

BUDGET_SECONDS = 0.15
LARGEST_SECONDS = 2.0
LAST = 10**18 - 1  # an id beyond all others that a cursor can hold
WIDTH_SECONDS = 1800  # of the first slice, where a year has ROWS_OF_WIDTH rows: some hundred rows
ROWS_OF_WIDTH = 10_000_000
WIDEST = 400 * 86400
GROWTH = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Rows in the order in which they are shown, and the places that lead on to older and to newer
    ones. `searched_to`: the budget ended there, the rest was not looked at."""

    rows: list[UsageLog]
    older: Cursor | None = None
    newer: Cursor | None = None
    searched_to: int | None = None

    @property
    def searched_until(self) -> datetime | None:
        return None if self.searched_to is None else datetime.fromtimestamp(self.searched_to, UTC)


def older(rows: OfFeedQuerySet, shown: Range, *, before: Cursor | None, size: int) -> Page:
    """Newest first, from the end of the range or from a row on."""
    since, until = _seconds(shown)
    if before is not None:
        until = min(until, before.second + 1)
        rows = rows.filter(Q(time__lt=before.second) | Q(time=before.second, pk__lt=before.pk))
    newest_first = rows.order_by("-time", "-pk")
    found, stopped = _collect(newest_first, _slices_back(since, until), size + 1)
    is_full = len(found) > size
    searched_to = None if is_full or stopped is None else stopped[0]
    further = Cursor(searched_to, 0) if searched_to is not None else None
    return Page(
        rows=found[:size],
        older=_place(found[size - 1]) if is_full else further,
        newer=_place(found[0]) if found and before is not None else None,
        searched_to=searched_to,
    )


def newer(rows: OfFeedQuerySet, shown: Range, *, after: Cursor | None, size: int) -> Page:
    """Oldest first, from the beginning of the range or from a row on."""
    since, until = _seconds(shown)
    if after is not None:
        since = max(since, after.second)
        rows = rows.filter(Q(time__gt=after.second) | Q(time=after.second, pk__gt=after.pk))
    oldest_first = rows.order_by("time", "pk")
    found, stopped = _collect(oldest_first, _slices_on(since, until), size + 1)
    is_full = len(found) > size
    searched_to = None if is_full or stopped is None else stopped[1]
    further = Cursor(searched_to - 1, LAST) if searched_to is not None else None
    return Page(
        rows=found[:size],
        older=_place(found[0]) if found and after is not None else None,
        newer=_place(found[size - 1]) if is_full else further,
        searched_to=searched_to,
    )


def turned(page: Page) -> Page:
    return replace(page, rows=page.rows[::-1])


def largest(rows: OfFeedQuerySet, shown: Range, size: Any, *, most: int) -> Page:
    """The largest of the range by an expression; of the newest part of it where the budget ends."""
    begun = time.monotonic()
    found: list[UsageLog] = []
    measured = rows.annotate(measure=size).exclude(measure=None)
    slices = _slices_back(*_seconds(shown))
    for since, until in slices:
        inside = measured.filter(time__gte=since, time__lt=until)
        found += inside.order_by("-measure", "-time", "-pk")[:most]
        found.sort(key=lambda row: (row.measure, row.time, row.pk), reverse=True)  # type: ignore[attr-defined]
        del found[most:]
        if time.monotonic() - begun > LARGEST_SECONDS and next(slices, None) is not None:
            return Page(rows=found, searched_to=since)
    return Page(rows=found)


def _collect(
    rows: OfFeedQuerySet, slices: Iterator[tuple[int, int]], wanted: int
) -> tuple[list[UsageLog], tuple[int, int] | None]:
    """At most `wanted` rows; and the last slice that was searched, if the budget ended it."""
    begun = time.monotonic()
    found: list[UsageLog] = []
    for since, until in slices:
        inside = rows.filter(time__gte=since, time__lt=until)
        found += inside[: wanted - len(found)]
        if len(found) >= wanted:
            break
        if time.monotonic() - begun > BUDGET_SECONDS and next(slices, None) is not None:
            return found, (since, until)
    return found, None


def _slices_back(since: int, until: int) -> Iterator[tuple[int, int]]:
    width = _first_width() if since < until else 0
    while since < until:
        begin = max(since, until - width)
        yield begin, until
        until, width = begin, min(WIDEST, width * GROWTH)


def _slices_on(since: int, until: int) -> Iterator[tuple[int, int]]:
    width = _first_width() if since < until else 0
    while since < until:
        end = min(until, since + width)
        yield since, end
        since, width = end, min(WIDEST, width * GROWTH)


def _first_width() -> int:
    """Narrow where there are many rows. Ids are counted up, so the highest one tells."""
    rows = UsageLog.objects.aggregate(newest=Max("pk"))["newest"] or 1
    return max(60, min(WIDEST, WIDTH_SECONDS * ROWS_OF_WIDTH // int(rows)))


def _seconds(shown: Range) -> tuple[int, int]:
    return int(shown.since.timestamp()), int(shown.until.timestamp())


def _place(row: UsageLog) -> Cursor:
    return Cursor(int(row.time.timestamp()), row.pk)
