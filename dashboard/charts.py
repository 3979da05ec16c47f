"""Labels and numbers of a chart. How it looks is the business of charts.js."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dashboard.layers import TOP, Layer
from dashboard.money import Amount
from dashboard.parameters import Unit
from dashboard.periods import Buckets, Step
from dashboard.queries import SitePoint

HOURS_OF_A_DAY = 25  # at most

Chart = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """What all charts over time share. `links` lead to the rows of each bucket."""

    bars: Buckets
    unit: Unit
    gaps: Mapping[int, Sequence[str]]
    links: Sequence[str]
    now: datetime

    def values(self, amounts: Mapping[int, Amount]) -> list[float | int]:
        """Floats are good enough to draw; the tables beside are exact."""
        return [_value(amounts.get(index, Amount()), self.unit) for index in range(len(self.bars))]

    def frame(self) -> Chart:
        return {
            "labels": labels(self.bars),
            "titles": titles(self.bars),
            "symbol": symbol(self.unit),
            "total": _("Total"),
            "gaps": {str(index): list(lines) for index, lines in self.gaps.items()},
            "running": running(self.bars, self.now),
            "links": list(self.links),
        }


def _value(amount: Amount, unit: Unit) -> float | int:
    return float(amount.usd) if unit is Unit.USD else amount.units


def symbol(unit: Unit) -> str:
    return "$" if unit is Unit.USD else ""


def spend_chart(layers: Sequence[Layer], points: Iterable[SitePoint], axis: Axis) -> Chart:
    """Stacked bars, in the order of the colours, which is made to be told apart."""
    stacks = sorted(layers, key=lambda layer: layer.slot or TOP + 1)
    datasets = [
        {"label": layer.label, "slot": layer.slot, "data": axis.values(layer.buckets)}
        for layer in stacks
    ]
    site = site_buckets(points, axis.bars)
    if site:
        label = _("The site's own statistic")
        datasets.append({"label": label, "slot": "site", "data": axis.values(site)})
    return axis.frame() | {"looks": "stack", "datasets": datasets}


def trend_chart(
    amounts: Mapping[int, Amount], before: Mapping[int, Amount] | None, axis: Axis
) -> Chart:
    """A line that ends with the running bucket, and a pale one of the range before."""
    last = max((i for i, start in enumerate(axis.bars.starts) if start <= axis.now), default=-1)
    own = [
        None if index > last or (index in axis.gaps and index not in amounts) else value
        for index, value in enumerate(axis.values(amounts))
    ]
    datasets: list[Chart] = [{"label": _("Spend"), "slot": "line", "data": own}]
    if before is not None:
        label = _("The period before")
        datasets.append({"label": label, "slot": "before", "data": axis.values(before)})
    return axis.frame() | {"looks": "trend", "datasets": datasets}


def balance_chart(
    lines: Iterable[tuple[str, int, Mapping[int, Amount]]], bars: Buckets, *, unit: Unit
) -> Chart:
    """A line for each account, which breaks where its site said nothing."""
    datasets = [
        {
            "label": label,
            "slot": slot,
            "data": [
                _value(amounts[index], unit) if index in amounts else None
                for index in range(len(bars))
            ],
        }
        for label, slot, amounts in lines
    ]
    return {
        "looks": "levels",
        "labels": labels(bars),
        "titles": titles(bars),
        "datasets": datasets,
        "symbol": symbol(unit),
        "total": _("Total"),
    }


def share_chart(layers: Sequence[Layer]) -> Chart:
    return _of_layers(layers) | {"looks": "ring"}


def ranking_chart(layers: Sequence[Layer]) -> Chart:
    return _of_layers(layers) | {"looks": "ranks"}


def _of_layers(layers: Sequence[Layer]) -> Chart:
    """Calls by name."""
    return {
        "labels": [layer.label for layer in layers],
        "slots": [layer.slot for layer in layers],
        "links": [layer.link for layer in layers],
        "datasets": [{"label": _("Requests"), "data": [layer.requests for layer in layers]}],
        "symbol": "",
        "total": _("Total"),
    }


class Saving(Protocol):
    label: str
    slot: int
    link: str
    saved: Amount


def saved_chart(lines: Sequence[Saving], unit: Unit) -> Chart:
    values = [_value(line.saved, unit) for line in lines]
    return {
        "looks": "ranks",
        "labels": [line.label for line in lines],
        "slots": [line.slot for line in lines],
        "links": [line.link for line in lines],
        "datasets": [{"label": _("Saved"), "data": values}],
        "symbol": symbol(unit),
        "total": _("Total"),
    }


def site_buckets(points: Iterable[SitePoint], bars: Buckets) -> dict[int, Amount]:
    found: dict[int, Amount] = defaultdict(Amount)
    for point in points:
        found[bars.index(point.hour)] += point.amount
    return found


def labels(bars: Buckets) -> list[str] | list[list[str]]:
    """A list is as many lines."""
    match bars.step:
        case Step.HOUR if len(bars) > HOURS_OF_A_DAY:
            return [[f"{start:%H:%M}", day_text(start)] for start in bars.starts]
        case Step.HOUR:
            return [f"{start:%H:%M}" for start in bars.starts]
        case Step.MONTH:
            return _months(bars)
    return [day_text(start) for start in bars.starts]


def _months(bars: Buckets) -> list[str]:
    month = pgettext("format of a month and year", "M Y")
    return [date_format(start, month) for start in bars.starts]


def titles(bars: Buckets) -> list[str]:
    """A label that stands alone."""
    days = [day_text(start) for start in bars.starts]
    match bars.step:
        case Step.HOUR:
            times = [f"{start:%H:%M}" for start in bars.starts]
            return [
                _("%(day)s, %(time)s") % {"day": day, "time": time}
                for day, time in zip(days, times, strict=True)
            ]
        case Step.WEEK:
            return [_("week of %(day)s") % {"day": day} for day in days]
        case Step.MONTH:
            return _months(bars)
    return days


def day_text(moment: datetime) -> str:
    return date_format(moment, pgettext("format of a day and month", "j M"))


def running(bars: Buckets, now: datetime) -> dict[str, float] | None:
    """The bar that is not over, and how much of it has passed."""
    if not len(bars) or not bars.starts[0] <= now < bars.until:
        return None
    index = bars.index(now)
    whole = bars.end(index).timestamp() - bars.starts[index].timestamp()
    passed = (now - bars.starts[index]) / timedelta(seconds=whole)
    return {"index": index, "passed": round(passed, 4)}
