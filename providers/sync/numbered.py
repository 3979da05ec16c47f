"""A log that is read from a cursor on, one page at a time, whatever the cursor counts.

A page is a stretch of the log, so it joins what is known once it reaches into it. A walk therefore
asks for a few rows that it has; a page that shows none of them was asked for at the wrong place.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from providers.adapters.records import BadRow, LogRecord
from providers.sync.coverage import Range, Ranges

OVERLAP = 5
MOST_STEPS = 60  # forward, over rows that came since the log was counted

Row = LogRecord | BadRow
Ask = Callable[[int, int], Sequence[Row]]  # start and limit


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """What is known of the cursor; None: not yet."""

    is_newest_first: bool | None = None
    counts_ids: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """`rows` in the order of their ids. `is_last`: nothing lies beyond, and it was asked twice."""

    rows: Sequence[Row]
    is_last: bool = False
    counts_ids: bool | None = None


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Each id once; rows without one are at the beginning."""
    unnumbered = [row for row in rows if row.upstream_id is None]
    numbered = {row.upstream_id: row for row in rows if row.upstream_id is not None}
    return [*unnumbered, *(numbered[row_id] for row_id in sorted(numbered))]


def ids(rows: Sequence[Row]) -> list[int]:
    return [row.upstream_id for row in rows if row.upstream_id is not None]


def is_newest_first(ask: Ask, first_page: Sequence[Row]) -> bool | None:
    """By the row that a page of one begins with; one request."""
    known = ids(first_page)
    if len(known) < 2:
        return None
    begins_with = ids(ask(0, 1))
    if not begins_with:
        return None
    if begins_with[0] >= max(known):
        return True
    return False if begins_with[0] <= min(known) else None


def page_beyond(ask: Ask, way: Way, ranges: Ranges, known: Range, limit: int) -> Page | None:
    """The page that goes on from `known`, away from where the log begins to be read; None where no
    place in the log shows a row of it."""
    walk = _Walk(ask, way, known, limit)
    if way.counts_ids:
        return walk.by_ids() or walk.by_rows(_passed(way, ranges, known))
    return walk.by_rows(_passed(way, ranges, known)) or walk.by_ids()


def _passed(way: Way, ranges: Ranges, known: Range) -> int:
    """How many rows come before those that are looked for."""
    if way.is_newest_first:
        return sum(part.rows for part in ranges if part.first >= known.first)
    return sum(part.rows for part in ranges if part.first <= known.first)


@dataclass(frozen=True, slots=True)
class _Walk:
    ask: Ask
    way: Way
    known: Range
    limit: int

    def by_ids(self) -> Page | None:
        """So that the last known row comes again, whether the cursor's own row comes or not."""
        known, is_newest_first = self.known, self.way.is_newest_first
        start = known.first + 1 if is_newest_first else max(0, known.last - 1)
        rows = in_order(self.ask(start, self.limit))
        if not self._joins(rows):
            return self._unseen(rows)
        return self._page(start, rows, counts_ids=True)

    def by_rows(self, passed: int) -> Page | None:
        """From where the known rows should end; before it some may have gone, or come."""
        for start in _backwards(max(0, passed - OVERLAP), self.limit):
            rows = in_order(self.ask(start, self.limit))
            if self._joins(rows):
                return self._forwards(start, rows)
        return None

    def _forwards(self, start: int, rows: Sequence[Row]) -> Page | None:
        for _ in range(MOST_STEPS):
            page = self._page(start, rows, counts_ids=False)
            if page is not None:
                return page
            start += self.limit - OVERLAP
            seen, rows = rows, in_order(self.ask(start, self.limit))
            if not self._joins(rows) or ids(rows) == ids(seen):
                return None  # the cursor counts something else
        return None

    def _page(self, start: int, rows: Sequence[Row], *, counts_ids: bool) -> Page | None:
        """None for a page of nothing but known rows. A short one ends the log once it is short
        again."""
        if self._goes_beyond(rows):
            return Page(rows=rows, counts_ids=counts_ids)
        if len(rows) >= self.limit:
            return None
        again = in_order(self.ask(start, self.limit))
        if not self._joins(again):
            return None
        is_last = len(again) < self.limit and not self._goes_beyond(again)
        return Page(rows=again, is_last=is_last, counts_ids=counts_ids)

    def _unseen(self, rows: Sequence[Row]) -> Page | None:
        """Where the cursor surely counts ids, the known row may be gone: what comes is next."""
        is_sure = self.way.counts_ids and rows and len(ids(rows)) == len(rows)
        if not is_sure or not all(self._is_beyond(row_id) for row_id in ids(rows)):
            return None
        return Page(rows=rows, counts_ids=True)

    def _joins(self, rows: Sequence[Row]) -> bool:
        return any(row_id in self.known for row_id in ids(rows))

    def _goes_beyond(self, rows: Sequence[Row]) -> bool:
        return any(self._is_beyond(row_id) for row_id in ids(rows))

    def _is_beyond(self, row_id: int) -> bool:
        if self.way.is_newest_first:
            return row_id < self.known.first
        return row_id > self.known.last


def _backwards(start: int, step: int) -> Iterator[int]:
    while start > 0:
        yield start
        start, step = max(0, start - step), 2 * step
    yield 0
