"""What was read from caches, and what that saved by the ratios that the rows tell."""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard import charts, names, price, sums
from dashboard.charts import Chart
from dashboard.layers import OTHER_SLOT, TOP, paint
from dashboard.money import NO_AMOUNT, Amount, rounded
from dashboard.overview_filter import OverviewFilter
from dashboard.periods import Range
from dashboard.ratios import other_of
from dashboard.scope import Scope

BUDGET_SECONDS = 1.5  # the ratios stand in the text of each row
_COLUMNS = ("feed", "model", "cached", "detail__other")


@dataclass(kw_only=True, slots=True)
class CacheLine:
    """Of one model. `base` are all prompt tokens, with those that were read from the cache."""

    label: str = ""
    slot: int = OTHER_SLOT
    link: str = ""
    read: int = 0
    base: int = 0
    saved: Amount = NO_AMOUNT
    untold: int = 0  # rows that do not tell their ratios

    def merge(self, other: "CacheLine") -> None:
        self.read += other.read
        self.base += other.base
        self.saved += other.saved
        self.untold += other.untold


@dataclass(frozen=True, kw_only=True, slots=True)
class CachePanel:
    """`since`: where the budget ended; what is older is in no number here."""

    chart: Chart
    lines: Sequence[CacheLine]
    total: CacheLine
    since: datetime | None

    @property
    def is_empty(self) -> bool:
        return not self.total.read


def cache_panel(scope: Scope, filters: OverviewFilter) -> CachePanel:
    found: dict[int, CacheLine] = defaultdict(CacheLine)
    since = _add_reads(found, scope, filters.range)
    summed = Range(since=since or filters.range.since, until=filters.range.until)
    _add_prompts(found, scope, summed)
    lines = _named(found, filters)
    total = CacheLine()
    for line in lines:
        total.merge(line)
    return CachePanel(
        chart=charts.saved_chart([line for line in lines if line.saved.units], filters.unit),
        lines=[line for line in lines if line.read],
        total=total,
        since=since,
    )


def _add_reads(found: dict[int, CacheLine], scope: Scope, shown: Range) -> datetime | None:
    """Day by day, newest first, until the budget ends."""
    begun = time.monotonic()
    for day in sums.newest_first(shown, days=1):
        _add_day(found, scope, day)
        if time.monotonic() - begun > BUDGET_SECONDS and day.since > shown.since:
            return day.since
    return None


def _add_day(found: dict[int, CacheLine], scope: Scope, day: Range) -> None:
    saved: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    inside = scope.rows().filter(time__gte=day.since, time__lt=day.until, cached__gt=0)
    for feed, model, read, other in inside.filter(scope.of_spend()).values_list(*_COLUMNS):
        use = price.cache_use_of(other_of(other), read)
        line = found[model or 0]
        line.read += read
        line.base += read if use.is_apart else 0
        if use.saved is None:
            line.untold += 1
            line.saved += Amount(is_whole=False)
        else:
            saved[feed, model or 0] += use.saved
    _add_saved(found, saved, scope, day.since.date())


def _add_saved(
    found: Mapping[int, CacheLine],
    saved: Mapping[tuple[int, int], Decimal],
    scope: Scope,
    day: date,
) -> None:
    for (feed, model), units in saved.items():
        found[model].saved += Amount.of(int(rounded(units, 0)), scope.book(feed).rates, day)


def _add_prompts(found: dict[int, CacheLine], scope: Scope, shown: Range) -> None:
    for part in sums.by_day(scope.model_days(), scope, shown, name="model"):
        if part.is_spend:
            found[part.name or 0].base += part.prompt


def _named(found: Mapping[int, CacheLine], filters: OverviewFilter) -> list[CacheLine]:
    """The ten that saved most, then one for the rest."""
    texts = names.texts_of(found)
    for model, line in found.items():
        text = texts.get(model, "")
        line.label = text or _("no model")
        line.link = reverse("logs") + filters.rows(model=f"={text}") if text else ""
    ranked = sorted(found, key=lambda model: (-found[model].saved.usd, -found[model].read))
    top = {model: found[model] for model in ranked[:TOP]}
    paint(top, names.slots_of(found))
    return [*top.values(), *_rest(found[model] for model in ranked[TOP:])]


def _rest(lines: Iterable[CacheLine]) -> list[CacheLine]:
    small = list(lines)
    if not small:
        return []
    merged = CacheLine(label=_("Other (%(count)d)") % {"count": len(small)})
    for line in small:
        merged.merge(line)
    return [merged]
