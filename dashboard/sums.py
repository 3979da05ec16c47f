"""Sums of rows: from the daily rollups where those can answer, else from the rows themselves."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Case, F, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.aggregates import Count

from dashboard import money
from dashboard.filters import UsageFilter
from dashboard.money import NO_AMOUNT, Amount
from dashboard.periods import DAY, Buckets, Range, Step, midnight, of_days
from dashboard.scope import Book, Scope
from providers.models.logs import OfFeedQuerySet

BUDGET_SECONDS = 2.0  # for sums that only the rows can answer
SLICE_DAYS = 7
HOUR = 3600

ROLLED = ("requests", "units", "prompt", "completion", "cached")


class Sums(NamedTuple):
    """Rows of one book, day, type and name, added up. `slice` counts from a range's beginning."""

    book: Book
    day: date
    type: int
    name: int | None
    slice: int
    rows: int
    units: int
    prompt: int
    completion: int
    cached: int

    @property
    def is_spend(self) -> bool:
        return self.type in self.book.vocabulary.spend

    @property
    def amount(self) -> Amount:
        return Amount.of(self.units, self.book.rates, self.day)

    @property
    def net(self) -> Amount:
        """What it takes from the balance, as far as the site's vocabulary says."""
        if self.is_spend:
            return self.amount
        return -self.amount if self.type in self.book.vocabulary.refunds else NO_AMOUNT


class Placed(NamedTuple):
    bucket: int
    rate: Decimal | None
    part: Sums


@dataclass(kw_only=True, slots=True)
class Totals:
    """What a set of rows comes to. A request is a row that was charged for, also if it cost 0."""

    spend: Amount = NO_AMOUNT
    refunds: Amount = NO_AMOUNT
    refund_rows: int = 0
    requests: int = 0
    errors: int = 0
    prompt: int = 0
    completion: int = 0
    cached: int = 0
    rows: int = 0  # of every type
    since: datetime | None = None  # where the budget ended: older rows are not in it

    @property
    def net(self) -> Amount:
        return self.spend - self.refunds

    @property
    def minus_refunds(self) -> Amount:
        return -self.refunds

    @property
    def tokens(self) -> int:
        return self.prompt + self.completion

    def add(self, sums: Sums) -> None:
        vocabulary = sums.book.vocabulary
        self.rows += sums.rows
        if sums.is_spend:
            self.spend += sums.amount
            self.requests += sums.rows
            self.prompt += sums.prompt
            self.completion += sums.completion
            self.cached += sums.cached
        elif sums.type in vocabulary.refunds:
            self.refunds += sums.amount
            self.refund_rows += sums.rows
        elif vocabulary.name(sums.type) == "error":
            self.errors += sums.rows


def total(parts: Iterable[Sums]) -> Totals:
    totals = Totals()
    for part in parts:
        totals.add(part)
    return totals


def by_day(usage: OfFeedQuerySet, scope: Scope, shown: Range, *, name: str | None) -> list[Sums]:
    """From a rollup, for the whole days of a range. `name`: split by that column, too."""
    days = shown.days()
    inside = usage.filter(day__gte=days[0], day__lte=days[-1])
    columns = ("day", "type", *((name,) if name else ()))
    found = grouped(inside, scope, columns, {column: Sum(column) for column in ROLLED})
    return [
        Sums(scope.books[book], day, kind, group[0] if group else None, 0, *sums)
        for book, day, kind, *group, sums in found
    ]


def by_bucket(
    usage: OfFeedQuerySet, scope: Scope, buckets: Buckets, *, name: str | None
) -> list[Sums]:
    """Of the days of each bucket together, where no unit changed its worth; else day by day."""
    shown = Range(since=buckets.starts[0], until=buckets.until)
    if not scope.is_undated or buckets.step not in (Step.WEEK, Step.MONTH):
        return by_day(usage, scope, shown, name=name)
    days = [start.date() for start in buckets.starts]
    inside = usage.filter(day__gte=days[0], day__lt=shown.until.date())
    columns = ("place", "type", *((name,) if name else ()))
    measures = {column: Sum(column) for column in ROLLED}
    found = grouped(inside.annotate(place=place_among(days)), scope, columns, measures)
    return [
        Sums(scope.books[book], days[place], kind, group[0] if group else None, 0, *sums)
        for book, place, kind, *group, sums in found
    ]


def place_among(edges: Sequence[date], column: str = "day", first: int = 0) -> Case | Value:
    """The number of the last of these days (or moments) that is not after a row's. Found by
    halving: a year of weeks one after the other would take longer than the sums."""
    half = len(edges) // 2
    if not half:
        return Value(first, output_field=IntegerField())
    earlier = place_among(edges[:half], column, first)
    later = place_among(edges[half:], column, first + half)
    is_before = {f"{column}__lt": edges[half]}
    return Case(When(**is_before, then=earlier), default=later, output_field=IntegerField())


def by_slice(
    rows: OfFeedQuerySet, scope: Scope, shown: Range, *, width: int = HOUR, name: str | None
) -> list[Sums]:
    """From the rows, by slices of so many seconds from the beginning: for a few days at most."""
    begin, zone = int(shown.since.timestamp()), shown.since.tzinfo
    inside = _inside(rows, shown).annotate(slice=(F("time") - Value(begin)) / Value(width))
    columns = ("slice", "type", *((name,) if name else ()))
    return [
        Sums(
            scope.books[book],
            datetime.fromtimestamp(begin + place * width, zone).date(),
            kind,
            group[0] if group else None,
            place,
            *sums,
        )
        for book, place, kind, *group, sums in grouped(inside, scope, columns, measures_of_rows())
    ]


def totals_of(filters: UsageFilter, scope: Scope, rows: OfFeedQuerySet, condition: Q) -> Totals:
    """The sums over the rows that a filter means."""
    shown = filters.range
    if filters.is_of_rows:
        parts, since = from_rows(rows, scope, shown)
        return replace(total(parts), since=since)
    usage = scope.key_days() if filters.key else scope.model_days()
    whole, edges = whole_days(shown)
    parts = []
    if whole is not None:
        parts += by_day(usage.filter(condition), scope, whole, name=None)
    for edge in edges:
        parts += _of_day(rows, scope, edge)
    return total(parts)


def whole_days(shown: Range) -> tuple[Range | None, list[Range]]:
    """The whole days of a range, and what is left at its ends (each inside one day)."""
    days = shown.days()
    if shown.is_whole_days:
        return shown, []
    if len(days) == 1:
        return None, [shown]
    first = midnight(shown.since) if shown.since == midnight(shown.since) else None
    begin = first or midnight(shown.since) + DAY
    end = midnight(shown.until)
    edges = [Range(since=shown.since, until=begin), Range(since=end, until=shown.until)]
    left = [edge for edge in edges if edge.since < edge.until]
    return (Range(since=begin, until=end) if begin < end else None), left


def from_rows(
    rows: OfFeedQuerySet, scope: Scope, shown: Range
) -> tuple[list[Sums], datetime | None]:
    """Day by day, newest first; and where the budget ended, if it did."""
    found: list[Sums] = []
    since = within_budget(shown, lambda part: found.extend(_of_days(rows, scope, part)))
    return found, since


def _of_days(rows: OfFeedQuerySet, scope: Scope, part: Range) -> list[Sums]:
    days = part.days()
    begins: Any = [datetime.combine(day, datetime.min.time(), part.since.tzinfo) for day in days]
    placed = _inside(rows, part).annotate(place=place_among(begins, "time"))
    found = grouped(placed, scope, ("place", "type"), measures_of_rows())
    return [
        Sums(scope.books[book], days[place], kind, None, 0, *sums)
        for book, place, kind, sums in found
    ]


def within_budget(shown: Range, count: Callable[[Range], None]) -> datetime | None:
    """Count part by part, newest first; where the budget ended, if it did."""
    begun = time.monotonic()
    for part in newest_first(shown, days=SLICE_DAYS):
        count(part)
        if time.monotonic() - begun > BUDGET_SECONDS and part.since > shown.since:
            return part.since
    return None


def newest_first(shown: Range, *, days: int) -> Iterator[Range]:
    zone: Any = shown.since.tzinfo
    touched = shown.days()
    for end in range(len(touched), 0, -days):
        whole = of_days(touched[max(0, end - days)], touched[end - 1], zone)
        yield Range(since=max(whole.since, shown.since), until=min(whole.until, shown.until))


def _of_day(rows: OfFeedQuerySet, scope: Scope, part: Range) -> list[Sums]:
    found = grouped(_inside(rows, part), scope, ("type",), measures_of_rows())
    day = part.since.date()
    return [Sums(scope.books[book], day, kind, None, 0, *sums) for book, kind, sums in found]


def _inside(rows: OfFeedQuerySet, shown: Range) -> OfFeedQuerySet:
    return rows.filter(time__gte=shown.since, time__lt=shown.until)


def measures_of_rows() -> dict[str, Any]:
    sums = {column: Sum(column) for column in ROLLED if column != "requests"}
    return {"requests": Count("pk"), **sums}


def grouped(
    usage: OfFeedQuerySet, scope: Scope, columns: Sequence[str], measures: dict[str, Any]
) -> Iterator[tuple[Any, ...]]:
    """The book, the columns, and a tuple of sums."""
    if not scope.books:
        return
    booked: QuerySet[Any] = usage.annotate(book=_book(scope))
    keys = ("book", *columns)
    named = {f"sum_{column}": measures[column] for column in ROLLED}
    grouped = booked.order_by().values(*keys).annotate(**named)
    for row in grouped.values_list(*keys, *named):
        yield *row[: len(keys)], row[len(keys) :]


def _book(scope: Scope) -> Case | Value:
    """Its number. Looking for the one among few feeds would take a tenth of the query."""
    if len(scope.books) == 1:
        return Value(0, output_field=IntegerField())
    cases = [When(feed__in=book.feeds, then=Value(n)) for n, book in enumerate(scope.books)]
    return Case(*cases, output_field=IntegerField())


def placed(parts: Iterable[Sums], buckets: Buckets) -> list[Placed]:
    """What was spent, with its bucket and what a unit was worth on its day."""
    is_by_hour = buckets.step is Step.HOUR
    rates: dict[tuple[int, date], Decimal | None] = {}
    places: dict[date, int] = {}
    found = []
    for part in parts:
        if part.is_spend:
            key = id(part.book), part.day
            if key not in rates:
                rates[key] = money.rate_of(part.book.rates, part.day)
                places[part.day] = _place(part.day, buckets)
            place = part.slice if is_by_hour else places[part.day]
            found.append(Placed(place, rates[key], part))
    return found


def _place(day: date, buckets: Buckets) -> int:
    return buckets.index(datetime.combine(day, datetime.min.time(), buckets.until.tzinfo))
