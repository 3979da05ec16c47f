"""The small lines beside figures of a range: what each of its days comes to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dashboard.completeness import Completeness, State
from dashboard.periods import Range, of_days
from dashboard.sums import Sums

FEWEST, MOST_POINTS = 3, 60
Line = Sequence[float | None]  # a stretch of the range without rows breaks it


@dataclass(kw_only=True, slots=True)
class Sparks:
    spend: Line = ()
    requests: Line = ()
    tokens: Line = ()


@dataclass(slots=True)
class _Day:
    spend: float = 0.0
    requests: float = 0.0
    tokens: float = 0.0
    is_missing: bool = False


def sparks(parts: Iterable[Sums], complete: Completeness, shown: Range, now: datetime) -> Sparks:
    """None of less than three days. A long range is drawn by several days at once."""
    days = [day for day in shown.days() if day <= now.astimezone(shown.since.tzinfo).date()]
    if len(days) < FEWEST:
        return Sparks()
    found = _by_day(parts)
    for day in _missing(days, complete, shown):
        found[day].is_missing = True
    width = -(-len(days) // MOST_POINTS)
    groups = [[found[day] for day in days[n : n + width]] for n in range(0, len(days), width)]
    return Sparks(
        spend=[_point(group, "spend") for group in groups],
        requests=[_point(group, "requests") for group in groups],
        tokens=[_point(group, "tokens") for group in groups],
    )


def _by_day(parts: Iterable[Sums]) -> Mapping[date, _Day]:
    found: dict[date, _Day] = defaultdict(_Day)
    for part in parts:
        if part.is_spend:
            day = found[part.day]
            day.spend += float(part.amount.usd)
            day.requests += part.rows
            day.tokens += part.prompt + part.completion
    return found


def _missing(days: Sequence[date], complete: Completeness, shown: Range) -> Iterable[date]:
    """Days of which there is nothing at all."""
    gaps = [part for part in complete.segments if part.state is State.MISSING]
    for day in days:
        whole = of_days(day, day, shown.since.tzinfo)  # type: ignore[arg-type]
        begin, end = whole.since.timestamp(), whole.until.timestamp()
        if any(gap.since <= begin and gap.until >= end for gap in gaps):
            yield day


def _point(group: Sequence[_Day], measure: str) -> float | None:
    known: list[float] = [getattr(day, measure) for day in group if not day.is_missing]
    return sum(known) / len(known) if known else None
