"""Labels and numbers of a chart. How it looks is the business of charts.js."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from dashboard import names
from dashboard.completeness import Completeness, State
from dashboard.filters import Unit
from dashboard.money import NO_AMOUNT, Amount
from dashboard.periods import Buckets, Step
from dashboard.queries import SitePoint
from dashboard.sums import Sums, bucket_of

TOP = 10
OTHER_SLOT = 0


@dataclass(kw_only=True, slots=True)
class ModelSpend:
    """One model of a range: what it cost, in all and in each bucket. `model` None is the rest."""

    model: int | None = None
    label: str = ""
    slot: int = OTHER_SLOT
    requests: int = 0
    tokens: int = 0
    amount: Amount = NO_AMOUNT
    buckets: dict[int, Amount] = field(default_factory=lambda: defaultdict(Amount))

    @property
    def exact_filter(self) -> str:
        return f"={self.label}"

    def add(self, other: "ModelSpend") -> None:
        self.requests += other.requests
        self.tokens += other.tokens
        self.amount += other.amount
        for index, amount in other.buckets.items():
            self.buckets[index] += amount


def models_of(sums: Iterable[Sums], buckets: Buckets) -> list[ModelSpend]:
    """Spend by model: the ten largest by value, then one for the rest."""
    found: dict[int | None, ModelSpend] = defaultdict(ModelSpend)
    for part in sums:
        if part.is_spend:
            spend = found[part.name]
            spend.requests += part.rows
            spend.tokens += part.prompt + part.completion
            spend.amount += part.amount
            spend.buckets[bucket_of(part, buckets)] += part.amount
    texts = names.texts_of(found)
    for model, spend in found.items():
        spend.model = model
        spend.label = texts.get(model or 0) or _("no model")
    ranked = sorted(found.values(), key=lambda spend: (-spend.amount.usd, -spend.amount.units))
    return _with_slots(ranked[:TOP]) + _rest(ranked[TOP:])


def _rest(models: Sequence[ModelSpend]) -> list[ModelSpend]:
    if not models:
        return []
    words = ngettext("Other (%(count)d model)", "Other (%(count)d models)", len(models))
    rest = ModelSpend(label=words % {"count": len(models)})
    for model in models:
        rest.add(model)
    return [rest]


def _with_slots(models: list[ModelSpend]) -> list[ModelSpend]:
    """Each model's own colour; where two share one, the smaller takes the next that is free."""
    own = names.slots_of(spend.model for spend in models)
    taken: set[int] = set()
    for spend in models:
        slot = own.get(spend.model or 0, 1)
        while slot in taken:
            slot = slot % TOP + 1
        taken.add(slot)
        spend.slot = slot
    return models


def spend_chart(
    models: Sequence[ModelSpend],
    points: Iterable[SitePoint],
    buckets: Buckets,
    complete: Completeness,
    *,
    unit: Unit,
    now: datetime,
    links: Sequence[str],
) -> dict[str, Any]:
    """Stacked bars, and what charts.js needs to mark gaps and the running bar."""
    stacks = sorted(models, key=lambda spend: spend.slot or TOP + 1)
    datasets = [
        {"label": spend.label, "slot": spend.slot, "data": _values(spend.buckets, buckets, unit)}
        for spend in stacks
    ]
    site = _site_buckets(points, buckets)
    if site:
        values = _values(site, buckets, unit)
        label = _("The site's own statistic")
        datasets.append({"label": label, "slot": "site", "data": values})
    return {
        "labels": labels(buckets),
        "titles": titles(buckets),
        "datasets": datasets,
        "total": _("Total"),
        "symbol": "$" if unit is Unit.USD else "",
        "gaps": gaps(buckets, complete),
        "running": running(buckets, now),
        "links": list(links),
    }


def _site_buckets(points: Iterable[SitePoint], buckets: Buckets) -> dict[int, Amount]:
    found: dict[int, Amount] = defaultdict(Amount)
    for point in points:
        found[buckets.index(point.hour)] += point.amount
    return found


def _values(amounts: Mapping[int, Amount], buckets: Buckets, unit: Unit) -> list[float | int]:
    """Floats are good enough to draw; the tables beside are exact."""
    shown = (amounts.get(index, Amount()) for index in range(len(buckets)))
    return [float(one.usd) if unit is Unit.USD else one.units for one in shown]


def labels(buckets: Buckets) -> list[str]:
    match buckets.step:
        case Step.HOUR:
            return [f"{start:%H:%M}" for start in buckets.starts]
        case Step.MONTH:
            month = pgettext("format of a month and year", "M Y")
            return [date_format(start, month) for start in buckets.starts]
    return [day_text(start) for start in buckets.starts]


def titles(buckets: Buckets) -> list[str]:
    """A label that stands alone."""
    texts = zip(labels(buckets), map(day_text, buckets.starts), strict=True)
    match buckets.step:
        case Step.HOUR:
            return [_("%(day)s, %(time)s") % {"day": day, "time": time} for time, day in texts]
        case Step.WEEK:
            return [_("week of %(day)s") % {"day": day} for _label, day in texts]
    return labels(buckets)


def day_text(moment: datetime) -> str:
    return date_format(moment, pgettext("format of a day and month", "j M"))


def gaps(buckets: Buckets, complete: Completeness) -> list[int]:
    """The bars that lack rows."""
    missing = [part for part in complete.segments if part.state is State.MISSING]
    return [
        index
        for index in range(len(buckets))
        for begin in [buckets.starts[index].timestamp()]
        if any(
            part.since < buckets.end(index).timestamp() and part.until > begin for part in missing
        )
    ]


def running(buckets: Buckets, now: datetime) -> dict[str, float] | None:
    """The bar that is not over, and how much of it has passed."""
    if not len(buckets) or not buckets.starts[0] <= now < buckets.until:
        return None
    index = buckets.index(now)
    whole = buckets.end(index).timestamp() - buckets.starts[index].timestamp()
    passed = (now - buckets.starts[index]) / timedelta(seconds=whole)
    return {"index": index, "passed": round(passed, 4)}


@dataclass(frozen=True, kw_only=True, slots=True)
class BucketLine:
    """A line of the table that has the chart's numbers."""

    title: str
    link: str
    requests: int
    tokens: int
    amount: Amount


def bucket_lines(sums: Iterable[Sums], buckets: Buckets, links: Sequence[str]) -> list[BucketLine]:
    """Newest first, without the empty ones."""
    amounts: dict[int, Amount] = defaultdict(Amount)
    requests: Counter[int] = Counter()
    tokens: Counter[int] = Counter()
    for part in sums:
        if part.is_spend:
            index = bucket_of(part, buckets)
            amounts[index] += part.amount
            requests[index] += part.rows
            tokens[index] += part.prompt + part.completion
    return [
        BucketLine(
            title=title,
            link=links[index],
            requests=requests[index],
            tokens=tokens[index],
            amount=amounts[index],
        )
        for index, title in reversed(list(enumerate(titles(buckets))))
        if requests[index]
    ]
