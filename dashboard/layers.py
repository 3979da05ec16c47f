"""What a range is made of: its models, sites, connections, keys or groups, the largest by name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard import names, sums
from dashboard.money import NO_AMOUNT, Amount, Pot
from dashboard.overview_filter import By, OverviewFilter
from dashboard.periods import Buckets, Range, Step
from dashboard.scope import Scope
from dashboard.sums import Placed, Sums

TOP = 10
OTHER_SLOT = 0


class Measure(StrEnum):
    SPEND = "spend"
    REQUESTS = "requests"


@dataclass(kw_only=True, slots=True)
class Layer:
    """One name of a range: what it comes to, in all and in each bucket. `link` leads to its rows;
    what has no name has none."""

    label: str = ""
    slot: int = OTHER_SLOT
    link: str = ""
    requests: int = 0
    tokens: int = 0
    amount: Amount = NO_AMOUNT
    buckets: dict[int, Amount] = field(default_factory=dict)


class Painted(Protocol):
    slot: int


@dataclass(frozen=True, slots=True)
class Label:
    """`number` is the same for everything that is shown as one, and gives the colour."""

    number: int
    text: str
    link: str = ""


def sums_by(by: By, scope: Scope, bars: Buckets) -> list[Sums]:
    """From the rollups; hours and groups, which those do not hold, from the rows."""
    name = "feed" if by in (By.SITE, By.CONNECTION) else str(by)
    if bars.step is Step.HOUR or by is By.GROUP:
        shown = Range(since=bars.starts[0], until=bars.until)
        return sums.by_slice(scope.rows(), scope, shown, name=name)
    usage = scope.key_days() if by is By.KEY else scope.model_days()
    return sums.by_bucket(usage, scope, bars, name=name)


def layers_of(
    parts: Sequence[Placed], scope: Scope, filters: OverviewFilter, measure: Measure
) -> list[Layer]:
    """The ten largest, then one for the rest."""
    labels = _labels({placed.part.name for placed in parts}, scope, filters)
    found = {label.number: Layer(label=label.text, link=label.link) for label in labels.values()}
    numbers = {name: label.number for name, label in labels.items()}
    _add(found, numbers, parts)
    ranked = sorted(found, key=lambda number: _size(found[number], measure), reverse=True)
    top = {number: found[number] for number in ranked[:TOP]}
    paint(top, _own_slots(found, filters.by))
    rest = _rest([found[number] for number in ranked[TOP:]], filters.by)
    _add_buckets(top, rest, numbers, parts)
    return [*top.values(), *rest]


def _add(
    found: Mapping[int, Layer], numbers: Mapping[int | None, int], parts: Iterable[Placed]
) -> None:
    pots: dict[int, Pot] = defaultdict(Pot)
    for _bucket, rate, part in parts:
        layer = found[numbers[part.name]]
        layer.requests += part.rows
        layer.tokens += part.prompt + part.completion
        pots[numbers[part.name]][rate] += part.units
    for number, pot in pots.items():
        found[number].amount = pot.amount


def _add_buckets(
    top: Mapping[int, Layer],
    rest: Sequence[Layer],
    numbers: Mapping[int | None, int],
    parts: Iterable[Placed],
) -> None:
    """Units first, money last: a chart has fewer bars than there are sums."""
    pots: dict[tuple[int | None, int], Pot] = defaultdict(Pot)
    shown = {name: number if number in top else None for name, number in numbers.items()}
    for bucket, rate, part in parts:
        pots[shown[part.name], bucket][rate] += part.units
    for (number, bucket), pot in pots.items():
        layer = rest[0] if number is None else top[number]
        layer.buckets[bucket] = pot.amount


def _size(layer: Layer, measure: Measure) -> tuple[object, ...]:
    if measure is Measure.REQUESTS:
        return layer.requests, layer.amount.usd
    return layer.amount.usd, layer.amount.units


def _rest(layers: Sequence[Layer], by: By) -> list[Layer]:
    if not layers:
        return []
    if by is By.MODEL:
        words = ngettext("Other (%(count)d model)", "Other (%(count)d models)", len(layers))
    else:
        words = _("Other (%(count)d)")
    return [
        Layer(
            label=words % {"count": len(layers)},
            requests=sum(layer.requests for layer in layers),
            tokens=sum(layer.tokens for layer in layers),
            amount=sum((layer.amount for layer in layers), NO_AMOUNT),
        )
    ]


def _own_slots(numbers: Iterable[int], by: By) -> Mapping[int, int]:
    """A model has one colour on every page; other things have one in the order of their ids."""
    if by is By.MODEL:
        return names.slots_of(numbers)
    return {number: place % TOP + 1 for place, number in enumerate(sorted(numbers))}


def paint(layers: Mapping[int, Painted], own: Mapping[int, int]) -> None:
    """Where two share a colour, the smaller takes the next that is free."""
    taken: set[int] = set()
    for number, layer in layers.items():
        slot = own.get(number, 1)
        while slot in taken:
            slot = slot % TOP + 1
        taken.add(slot)
        layer.slot = slot


def _labels(
    ids: set[int | None], scope: Scope, filters: OverviewFilter
) -> Mapping[int | None, Label]:
    match filters.by:
        case By.SITE:
            return _of_sites(ids, scope, filters)
        case By.CONNECTION:
            return _of_connections(ids, scope, filters)
    return _of_names(ids, filters)


def _of_names(ids: set[int | None], filters: OverviewFilter) -> Mapping[int | None, Label]:
    """Keys of the same text are one, as they are for the log's filter."""
    by, texts = filters.by, names.texts_of(ids)
    first: dict[str, int] = {}
    for pk in sorted(pk for pk in ids if pk is not None):
        first.setdefault(texts.get(pk, ""), pk)
    nameless = {By.MODEL: _("no model"), By.KEY: _("no key"), By.GROUP: _("no group")}[by]
    return {
        pk: Label(
            first.get(text, 0) if text else 0,
            text or nameless,
            _rows(filters, **{str(by): f"={text}"}) if text else "",
        )
        for pk in ids
        for text in [texts.get(pk, "")]
    }


def _of_connections(
    ids: set[int | None], scope: Scope, filters: OverviewFilter
) -> Mapping[int | None, Label]:
    return {
        pk: Label(pk or 0, seen.label, _rows(filters, connection=watched) if watched else "")
        for pk in ids
        for seen in [scope.feeds[pk or 0]]
        for watched in [seen.connection and seen.connection.pk]
    }


def _of_sites(
    ids: set[int | None], scope: Scope, filters: OverviewFilter
) -> Mapping[int | None, Label]:
    """By their names, or addresses where those are not enough."""
    sites = {seen.feed.site_id: seen.feed.site for seen in scope.feeds.values()}
    called = [str(site) for site in sites.values()]
    found: dict[int | None, Label] = {}
    for pk in ids:
        site = sites[scope.feeds[pk or 0].feed.site_id]
        text = str(site) if called.count(str(site)) == 1 else site.base_url.partition("://")[2]
        found[pk] = Label(site.pk, text, _rows(filters, site=site.pk))
    return found


def _rows(filters: OverviewFilter, **changes: object) -> str:
    return reverse("logs") + filters.rows(**changes)
