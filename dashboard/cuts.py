"""A range cut by one or two things: sums for each of them, from rollups where those can answer."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

from django.db.models import Sum

from dashboard import money, sums
from dashboard.money import Amount, Pot
from dashboard.people import Whose
from dashboard.periods import Range
from dashboard.scope import Book
from dashboard.team import TeamScope
from dashboard.usage_filter import ROW_DAYS, Dim

COLUMNS = {Dim.SITE: ("feed",), Dim.CHANNEL: ("channel", "feed")}  # a site's own numbers
Key = tuple[object, ...]  # one part for each thing that it is cut by


@dataclass(kw_only=True, slots=True)
class Cell:
    """What one of them, or a pair, comes to."""

    requests: int = 0
    tokens: int = 0
    errors: int = 0
    refund_rows: int = 0
    spent: Pot = field(default_factory=Pot)
    refunded: Pot = field(default_factory=Pot)
    buckets: dict[int, Pot] = field(default_factory=lambda: defaultdict(Pot))

    @property
    def amount(self) -> Amount:
        return self.spent.amount

    @property
    def refunds(self) -> Amount:
        return self.refunded.amount

    @property
    def error_share(self) -> float:
        calls = self.requests + self.errors
        return self.errors / calls if calls else 0.0

    def add(self, other: "Cell") -> None:
        self.requests += other.requests
        self.tokens += other.tokens
        self.errors += other.errors
        self.refund_rows += other.refund_rows
        for rate, units in other.spent.items():
            self.spent[rate] += units
        for rate, units in other.refunded.items():
            self.refunded[rate] += units


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """`since`: the budget ended there; older rows are not in it."""

    cells: Mapping[Key, Cell]
    since: datetime | None = None

    @property
    def total(self) -> Cell:
        whole = Cell()
        for cell in self.cells.values():
            whole.add(cell)
        return whole


class TooLong(Exception):
    """Only the rows can answer that, of at most 31 days."""


@dataclass(frozen=True, kw_only=True)
class Cutter:
    scope: TeamScope
    known: Whose

    def cut(
        self,
        dims: Sequence[Dim],
        shown: Range,
        starts: Sequence[datetime] = (),
        *,
        is_of_rows: bool = False,
    ) -> Cut:
        """`starts`: of the buckets, where it is to be cut by time as well. Rollups answer for whole
        days only."""
        columns = self._columns(dims)
        is_by_hour = any(start.timetz().replace(tzinfo=None) != clock_time() for start in starts)
        edges = self._edges(dims, shown, starts)
        usage = None if is_by_hour or is_of_rows else self._rollup(columns)
        if usage is None and len(shown.days()) > ROW_DAYS:
            raise TooLong
        found = _Found(self, dims, columns, edges, starts)
        if usage is not None:
            days = [edge.date() for edge in edges]
            inside = usage.filter(day__gte=shown.since.date(), day__lt=shown.until.date())
            placed = inside.annotate(place=sums.place_among(days))
            found.add(placed, {column: Sum(column) for column in sums.ROLLED})
            return Cut(cells=found.cells)
        return Cut(cells=found.cells, since=self._from_rows(found, edges, shown))

    def is_rolled(self, dims: Sequence[Dim]) -> bool:
        return self._rollup(self._columns(dims)) is not None

    def _from_rows(
        self, found: "_Found", edges: Sequence[datetime], shown: Range
    ) -> datetime | None:
        """Slice by slice, newest first, until the budget ends."""

        def count(part: Range) -> None:
            rows = self.scope.rows().filter(time__gte=part.since, time__lt=part.until)
            placed = rows.annotate(place=sums.place_among(edges, "time"))
            found.add(placed, sums.measures_of_rows())

        return sums.within_budget(shown, count)

    def _columns(self, dims: Sequence[Dim]) -> list[str]:
        found: dict[str, None] = {}
        for dim in dims:
            if dim is Dim.MEMBER:
                found |= dict.fromkeys(["user", "key"] if self.known.has_keys else ["user"])
            else:
                found |= dict.fromkeys(COLUMNS.get(dim, (dim.value,)))
        return list(found)

    def _rollup(self, columns: Sequence[str]) -> Any:
        if set(columns) <= {"model", "user", "feed"}:
            return self.scope.model_days()
        if set(columns) <= {"key", "user", "feed"}:
            return self.scope.key_days()
        return None

    def _edges(
        self, dims: Sequence[Dim], shown: Range, starts: Sequence[datetime]
    ) -> list[datetime]:
        """Where something changes: a bucket begins, a unit its worth, an account its owner."""
        first, last = shown.since.date(), (shown.until - timedelta(seconds=1)).date()
        days = {rate.day for book in self.scope.books for rate in book.rates if rate.day}
        if Dim.MEMBER in dims:
            days |= set(self.known.breaks(first, last))
        inside = {day for day in days if first < day <= last}
        zone = self.scope.zone
        midnights = {datetime.combine(day, clock_time(), zone) for day in inside}
        return sorted({shown.since, *starts, *midnights}, key=datetime.timestamp)

    def key(self, dims: Sequence[Dim], values: Mapping[str, int | None], day: date) -> Key:
        return tuple(self._part(dim, values, day) for dim in dims)

    def _part(self, dim: Dim, values: Mapping[str, int | None], day: date) -> object:
        match dim:
            case Dim.MEMBER:
                return self.known.member(values.get("user"), values.get("key"), day)
            case Dim.SITE:
                return self._root(values["feed"])
            case Dim.CHANNEL:
                return self._root(values["feed"]), values["channel"]
        return values[dim.value]

    def _root(self, feed: int | None) -> int:
        return self.scope.feeds[feed or 0].feed.site.root_id


class _Found:
    """Sums on their way into cells."""

    def __init__(
        self,
        cutter: Cutter,
        dims: Sequence[Dim],
        columns: Sequence[str],
        edges: Sequence[datetime],
        starts: Sequence[datetime],
    ) -> None:
        self._cutter, self._dims, self._columns = cutter, dims, columns
        self._days = [edge.date() for edge in edges]
        self._buckets = list(_buckets(edges, starts))
        self.cells: dict[Key, Cell] = defaultdict(Cell)

    def add(self, usage: Any, measures: dict[str, Any]) -> None:
        scope = self._cutter.scope
        columns = ("place", "type", *self._columns)
        for book, place, kind, *values, measured in sums.grouped(usage, scope, columns, measures):
            day = self._days[place]
            named = dict(zip(self._columns, values, strict=True))
            cell = self.cells[self._cutter.key(self._dims, named, day)]
            _count(cell, scope.books[book], kind, day, self._buckets[place], measured)


def _buckets(edges: Sequence[datetime], starts: Sequence[datetime]) -> Iterator[int]:
    """The bucket of each edge."""
    bucket = 0
    for edge in edges:
        while bucket + 1 < len(starts) and starts[bucket + 1] <= edge:
            bucket += 1
        yield bucket


def _count(
    cell: Cell, book: Book, kind: int, day: date, bucket: int, measured: Sequence[int]
) -> None:
    rows, units, prompt, completion, _ = measured
    rate = money.rate_of(book.rates, day)
    if kind in book.vocabulary.spend:
        cell.requests += rows
        cell.tokens += prompt + completion
        cell.spent[rate] += units
        cell.buckets[bucket][rate] += units
    elif kind in book.vocabulary.refunds:
        cell.refund_rows += rows
        cell.refunded[rate] += units
    elif book.vocabulary.name(kind) == "error":
        cell.errors += rows
