"""The team's usage: a chart over time, and a table of what it is cut by, ranked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.models import User
from dashboard import charts, sums
from dashboard.charts import Axis, Chart
from dashboard.completeness import Completeness
from dashboard.cut_names import Called, called
from dashboard.cuts import Cell, Cut, Cutter, Key, TooLong
from dashboard.gaps import gaps
from dashboard.layers import TOP, Layer, paint
from dashboard.money import NO_AMOUNT, Amount, Pot
from dashboard.people import Whose, last_days
from dashboard.periods import Range, so_far
from dashboard.team import TeamScope
from dashboard.usage_filter import CutFilter, Dim, Sort

MOST = 200


@dataclass(kw_only=True, slots=True)
class Line:
    """One part of the cut, or a pair. `before`: of the range before, None where nobody knows."""

    names: list[str]
    asked: Mapping[str, object]
    cell: Cell
    amount: Amount
    before: Amount | None
    slot: int = 0
    link: str = ""

    def add_before(self, amount: Amount) -> None:
        self.before = amount if self.before is None else self.before + amount

    @property
    def rise(self) -> Amount | None:
        return None if self.before is None else self.amount - self.before

    @property
    def error_percent(self) -> float:
        return 100 * self.cell.error_share

    @property
    def refund_percent(self) -> float:
        spent = self.amount.usd
        return float(100 * self.cell.refunds.usd / spent) if spent else 0.0


@dataclass(frozen=True, slots=True)
class Idle:
    """Somebody whose accounts were not used in the range."""

    member: User
    last_day: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    chart: Chart
    lines: Sequence[Line]
    count: int
    total: Line
    before: Range
    since: datetime | None
    idle: Sequence[Idle] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.total.cell.requests or self.total.cell.errors)


def usage(
    scope: TeamScope, known: Whose, filters: CutFilter, complete: Completeness, now: datetime
) -> Usage | None:
    """None where the range is too long for what was asked."""
    cutter, shown = Cutter(scope=scope, known=known), filters.range
    earlier = so_far(shown, now)
    try:
        over_time = cutter.cut((filters.by,), shown, filters.buckets.starts)
        table = over_time if filters.also is None else cutter.cut(filters.dims, shown)
        before = _before(cutter, filters, earlier)
    except TooLong:
        return None
    lines = _lines(table, before, scope, filters)
    total, total_before = table.total, None if before is None else before.total.amount
    layers = _layers(over_time, scope, filters)
    slots = {layer.label: layer.slot for layer in layers}
    for line in lines[:MOST]:
        line.slot = slots.get(line.names[0], 0)
        line.link = filters.rows(**line.asked) if line.asked else ""
    return Usage(
        chart=_chart(layers, scope, filters, complete, now),
        lines=lines[:MOST],
        count=len(lines),
        total=Line(names=[], asked={}, cell=total, amount=total.amount, before=total_before),
        before=earlier,
        since=over_time.since or table.since,
        idle=_idle(known, table) if filters.dims == (Dim.MEMBER,) else (),
    )


def _before(cutter: Cutter, filters: CutFilter, earlier: Range) -> Cut | None:
    """Nothing where all of it would have to be counted row by row."""
    if not cutter.is_rolled(filters.dims):
        return None
    whole, edges = sums.whole_days(earlier)
    parts = [cutter.cut(filters.dims, edge, is_of_rows=True) for edge in edges if edge.seconds]
    if whole is not None:
        parts.append(cutter.cut(filters.dims, whole))
    cells: dict[Key, Cell] = defaultdict(Cell)
    for part in parts:
        for key, cell in part.cells.items():
            cells[key].add(cell)
    return Cut(cells=cells)


def _lines(cut: Cut, before: Cut | None, scope: TeamScope, filters: CutFilter) -> list[Line]:
    keys = [*cut.cells, *(before.cells if before else ())]
    names = [
        called(dim, {key[place] for key in keys}, scope) for place, dim in enumerate(filters.dims)
    ]
    merged: dict[tuple[object, ...], Line] = {}
    for key, cell in cut.cells.items():
        parts = [of_dim[part] for of_dim, part in zip(names, key, strict=True)]
        idents = tuple(part.ident for part in parts)
        line = merged.setdefault(idents, _line(parts, has_before=before is not None))
        line.cell.add(cell)
    for key, cell in before.cells.items() if before else ():
        idents = tuple(of_dim[part].ident for of_dim, part in zip(names, key, strict=True))
        if idents in merged:
            merged[idents].add_before(cell.amount)
    for line in merged.values():
        line.amount = line.cell.amount
    return sorted(merged.values(), key=lambda line: _weight(line, filters.sort), reverse=True)


def _line(parts: Sequence[Called], *, has_before: bool) -> Line:
    asked: dict[str, object] = {}
    for part in parts:
        asked |= part.asked
    return Line(
        names=[part.text for part in parts],
        asked=asked if all(part.asked for part in parts) else {},
        cell=Cell(),
        amount=NO_AMOUNT,
        before=NO_AMOUNT if has_before else None,
    )


def _weight(line: Line, sort: Sort) -> tuple[object, ...]:
    cell = line.cell
    first: object = {
        Sort.SPEND: line.amount.usd,
        Sort.RISE: line.rise.usd if line.rise else line.amount.usd,
        Sort.REQUESTS: cell.requests,
        Sort.TOKENS: cell.tokens,
        Sort.ERRORS: cell.error_share,
        Sort.REFUNDS: cell.refunds.usd,
    }[sort]
    return first, line.amount.usd, cell.requests


def _chart(
    layers: Sequence[Layer],
    scope: TeamScope,
    filters: CutFilter,
    complete: Completeness,
    now: datetime,
) -> Chart:
    bars = filters.buckets
    ends = [Range(since=start, until=bars.end(index)) for index, start in enumerate(bars.starts)]
    axis = Axis(
        bars=bars,
        unit=filters.unit,
        gaps=gaps(bars, complete, scope, now),
        links=[filters.rows_of(shown) for shown in ends],
        now=now,
    )
    return charts.spend_chart(layers, [], axis)


def _layers(cut: Cut, scope: TeamScope, filters: CutFilter) -> list[Layer]:
    """The ten largest, then one for the rest."""
    names = called(filters.by, {key[0] for key in cut.cells}, scope)
    pots: dict[object, dict[int, Pot]] = defaultdict(lambda: defaultdict(Pot))
    for key, cell in cut.cells.items():
        _pour(cell.buckets, pots[names[key[0]].ident])
    by_ident = {name.ident: name for name in names.values()}
    ranked = sorted(pots, key=lambda one: sum(pot.amount.usd for pot in pots[one].values()))
    ranked.reverse()
    top = [Layer(label=by_ident[one].text, buckets=_amounts(pots[one])) for one in ranked[:TOP]]
    own = {place: by_ident[one].slot or place + 1 for place, one in enumerate(ranked[:TOP])}
    paint(dict(enumerate(top)), own)
    rest: dict[int, Pot] = defaultdict(Pot)
    for one in ranked[TOP:]:
        _pour(pots[one], rest)
    if not rest:
        return top
    label = _("Other (%(count)d)") % {"count": len(ranked) - TOP}
    return [*top, Layer(label=label, buckets=_amounts(rest))]


def _pour(part: Mapping[int, Pot], whole: dict[int, Pot]) -> None:
    for bucket, pot in part.items():
        for rate, units in pot.items():
            whole[bucket][rate] += units


def _amounts(pots: Mapping[int, Pot]) -> dict[int, Amount]:
    return {bucket: pot.amount for bucket, pot in pots.items()}


def _idle(known: Whose, cut: Cut) -> list[Idle]:
    """Members who have accounts or keys, the longest idle first."""
    busy = {key[0] for key, cell in cut.cells.items() if cell.requests}
    idle = {claim.member for claim in known.claims} - busy
    members = User.objects.filter(pk__in=idle, is_active=True)
    last = _last_days(known, idle)
    found = [Idle(member, last.get(member.pk)) for member in members]
    return sorted(found, key=lambda one: (one.last_day or date.min, str(one.member)))


def _last_days(known: Whose, idle: set[int]) -> Mapping[int, date]:
    """Of the members, by the last row of each name."""
    claims = [claim for claim in known.claims if claim.member in idle]
    last = last_days({name for claim in claims for name in claim.names}, known.zone)
    found: dict[int, date] = {}
    for claim in claims:
        for day in (last[name] for name in claim.names if name in last):
            if claim.holds_on(day):
                found[claim.member] = max(day, found.get(claim.member, day))
    return found
