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
from dashboard.money import NO_AMOUNT, Amount
from dashboard.overview_filter import By, OverviewFilter
from dashboard.periods import Buckets, Range, Step
from dashboard.scope import Scope
from dashboard.sums import Sums, bucket_of

TOP = 10
OTHER_SLOT = 0


class Measure(StrEnum):
    SPEND = "spend"
    REQUESTS = "requests"


@dataclass(kw_only=True, slots=True)
class Layer:
    """One name of a range: what it comes to, in all and in each bucket. `link` leads to its rows
    where the log has such a filter."""

    label: str = ""
    slot: int = OTHER_SLOT
    link: str = ""
    requests: int = 0
    tokens: int = 0
    amount: Amount = NO_AMOUNT
    buckets: dict[int, Amount] = field(default_factory=lambda: defaultdict(Amount))

    def add(self, part: Sums, bucket: int) -> None:
        self.requests += part.rows
        self.tokens += part.prompt + part.completion
        self.amount += part.amount
        self.buckets[bucket] += part.amount

    def merge(self, other: "Layer") -> None:
        self.requests += other.requests
        self.tokens += other.tokens
        self.amount += other.amount
        for index, amount in other.buckets.items():
            self.buckets[index] += amount


class Painted(Protocol):
    slot: int


@dataclass(frozen=True, slots=True)
class Label:
    """`number` is the same for everything that is shown as one, and gives the colour."""

    number: int
    text: str
    link: str = ""


def sums_by(by: By, scope: Scope, shown: Range, step: Step) -> list[Sums]:
    """From the rollups; hours and groups, which those do not hold, from the rows."""
    name = "feed" if by in (By.SITE, By.CONNECTION) else str(by)
    if step is Step.HOUR or by is By.GROUP:
        return sums.by_slice(scope.rows(), scope, shown, name=name)
    usage = scope.key_days() if by is By.KEY else scope.model_days()
    return sums.by_day(usage, scope, shown, name=name)


def layers_of(
    parts: Iterable[Sums], bars: Buckets, scope: Scope, filters: OverviewFilter, measure: Measure
) -> list[Layer]:
    """The ten largest, then one for the rest."""
    spent = [part for part in parts if part.is_spend]
    labels = _labels({part.name for part in spent}, scope, filters)
    found: dict[int, Layer] = {}
    for part in spent:
        label = labels[part.name]
        layer = found.setdefault(label.number, Layer(label=label.text, link=label.link))
        layer.add(part, bucket_of(part, bars))
    ranked = sorted(found, key=lambda number: _size(found[number], measure), reverse=True)
    top = {number: found[number] for number in ranked[:TOP]}
    paint(top, _own_slots(found, filters.by))
    return [*top.values(), *_rest([found[number] for number in ranked[TOP:]], filters.by)]


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
    rest = Layer(label=words % {"count": len(layers)})
    for layer in layers:
        rest.merge(layer)
    return [rest]


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
            _rows(filters, **{str(by): f"={text}"}) if text and by is not By.GROUP else "",
        )
        for pk in ids
        for text in [texts.get(pk, "")]
    }


def _of_connections(
    ids: set[int | None], scope: Scope, filters: OverviewFilter
) -> Mapping[int | None, Label]:
    return {
        pk: Label(pk or 0, seen.label, _rows(filters, connection=seen.connection.pk))
        for pk in ids
        for seen in [scope.feeds[pk or 0]]
    }


def _of_sites(
    ids: set[int | None], scope: Scope, filters: OverviewFilter
) -> Mapping[int | None, Label]:
    """By their names, or addresses where those are not enough. The log can filter by connections
    only: a site that is seen through several has no link."""
    sites = {seen.feed.site_id: seen.feed.site for seen in scope.feeds.values()}
    called = [str(site) for site in sites.values()]
    seen_by = [seen.feed.site_id for seen in scope.feeds.values()]
    found: dict[int | None, Label] = {}
    for pk in ids:
        seen = scope.feeds[pk or 0]
        site = sites[seen.feed.site_id]
        text = str(site) if called.count(str(site)) == 1 else site.base_url.partition("://")[2]
        is_alone = seen_by.count(site.pk) == 1
        link = _rows(filters, connection=seen.connection.pk) if is_alone else ""
        found[pk] = Label(site.pk, text, link)
    return found


def _rows(filters: OverviewFilter, **changes: object) -> str:
    return reverse("logs") + filters.rows(**changes)
