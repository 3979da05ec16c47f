"""Which ids of a numbered log have been read whole. Pure: ranges in, ranges out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

from providers.adapters.records import Span

Numbered = tuple[int, int]  # a row's id and its second


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """Every row from id `first` to `last` was read; they were `rows`, in the seconds from `since`
    to `until`, both inclusive. `first` 0 is the beginning of the log."""

    first: int
    last: int
    rows: int
    since: int
    until: int

    @classmethod
    def of(cls, rows: Sequence[Numbered]) -> Self:
        """Of rows that follow one another upstream, in the order of their ids."""
        return cls(
            first=rows[0][0],
            last=rows[-1][0],
            rows=len(rows),
            since=min(second for _, second in rows),
            until=max(second for _, second in rows),
        )

    def __contains__(self, row_id: int) -> bool:
        return self.first <= row_id <= self.last

    @property
    def is_from_the_beginning(self) -> bool:
        return self.first == 0

    def meets(self, other: Self) -> bool:
        return self.first <= other.last and other.first <= self.last

    def joined(self, other: Self, *, new_rows: int) -> Self:
        return replace(
            self,
            first=min(self.first, other.first),
            last=max(self.last, other.last),
            rows=self.rows + new_rows,
            since=min(self.since, other.since),
            until=max(self.until, other.until),
        )


Ranges = tuple[Range, ...]  # oldest first, none meets another


def nothing(until: int) -> Range:
    """Of a log that had no row before `until`."""
    return Range(first=0, last=0, rows=0, since=until, until=until)


def with_page(
    ranges: Ranges,
    page: Sequence[Numbered],
    *,
    from_the_beginning: bool = False,
    next_to: Range | None = None,
) -> Ranges:
    """`page` in the order of its ids, not empty; what it reaches into becomes one range with it, as
    does `next_to`, from which it goes on."""
    whole = Range.of(page)
    if from_the_beginning:
        whole = replace(whole, first=0)
    touched = [known for known in ranges if known.meets(whole) or known == next_to]
    fresh = sum(all(row_id not in known for known in touched) for row_id, _ in page)
    joined = replace(whole, rows=fresh)
    for known in touched:
        joined = joined.joined(known, new_rows=known.rows)
    rest = [known for known in ranges if known not in touched]
    return tuple(sorted([*rest, joined], key=lambda known: known.first))


def closed_below(ranges: Ranges, first: int) -> Ranges:
    """Nothing lies before the range that begins with `first` any more."""
    older = [known for known in ranges if known.last < first]
    return tuple(
        replace(
            known,
            first=0,
            rows=known.rows + sum(gone.rows for gone in older),
            since=min([known.since, *(gone.since for gone in older)]),
        )
        if known.first == first
        else known
        for known in ranges
        if known not in older
    )


def cut(ranges: Ranges, row_id: int, second: int, *, rows: int) -> Ranges:
    """As if the `rows` from `row_id` on, which are not older than `second`, had not been read."""
    kept = [known for known in ranges if known.first < row_id]
    if kept and row_id in kept[-1]:
        newest = kept.pop()
        left = max(0, newest.rows - rows)
        kept.append(
            replace(newest, last=row_id - 1, rows=left, until=min(newest.until, second - 1))
        )
    return tuple(kept)


def spans(ranges: Iterable[Range], *, front: int | None) -> list[Span]:
    """The whole seconds of which every row was read. Those at an open end may have more rows;
    `front`: up to there, and no further, the newest range has everything."""
    known = list(ranges)
    found = []
    for part in known:
        since = 0 if part.is_from_the_beginning else part.since + 1
        until = part.until
        if part is known[-1] and front is not None:
            until = front
        if since < until:
            found.append(Span(since=since, until=until))
    return found


def shared(all_spans: Sequence[Sequence[Span]]) -> list[Span]:
    """The seconds that stand in each of them."""
    if not all_spans:
        return []
    common = list(all_spans[0])
    for others in all_spans[1:]:
        pairs = ((one, other) for one in common for other in others)
        cut = ((max(one.since, other.since), min(one.until, other.until)) for one, other in pairs)
        common = [Span(since=since, until=until) for since, until in cut if since < until]
    return sorted(common, key=lambda span: span.since)


def from_second(all_spans: Iterable[Span], oldest: int) -> list[Span]:
    return [
        Span(since=max(oldest, span.since), until=span.until)
        for span in all_spans
        if oldest < span.until
    ]


def difference(before: Sequence[Span], now: Sequence[Span]) -> Span | None:
    """Around all seconds that stand in one of them only."""
    ends = {*_ends(before)} ^ {*_ends(now)}
    return Span(since=min(ends), until=max(ends)) if ends else None


def _ends(spans: Sequence[Span]) -> list[int]:
    return [end for span in spans for end in (span.since, span.until)]
