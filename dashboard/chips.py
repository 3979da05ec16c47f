"""The active filters of a page, each with the link that removes it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from dashboard.filters import UsageFilter
from dashboard.type_names import type_name
from dashboard.values import EXACTLY, NOT
from providers.models import Connection, Site

Word = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    value: str
    without: str


def chips(
    filters: UsageFilter, connections: Iterable[Connection], sites: Iterable[Site]
) -> list[Chip]:
    named = {str(one.pk): one.name for one in connections}
    addresses = {str(site.pk): str(site) for site in sites}
    return [
        *_of_request(filters),
        *chips_of(filters, "type", _("Type"), type_name),
        *chips_of_text(filters, "model", _("Model")),
        *chips_of_text(filters, "key", _("API key")),
        *chips_of(filters, "connection", _("Connection"), word_of(named)),
        *chips_of(filters, "site", _("Site"), word_of(addresses)),
        *chips_of_text(filters, "group", _("Group")),
        *chips_of_text(filters, "text", _("Text")),
        *chips_of(filters, "ip", "IP", str),
        *_of_numbers(filters),
    ]


def chips_of(filters: UsageFilter, name: str, label: str, word: Word) -> Iterator[Chip]:
    """One for each value of a parameter that means what it says."""
    for value in filters.values(name):
        is_not = value.startswith(NOT)
        sentence = _("%(field)s is not") if is_not else _("%(field)s is")
        yield _chip(
            filters, name, value, sentence % {"field": label}, word(value.removeprefix(NOT))
        )


def chips_of_text(filters: UsageFilter, name: str, label: str) -> Iterator[Chip]:
    """One for each value of a parameter in which plain text is contained."""
    for value in filters.values(name):
        is_not, text = value.startswith(NOT), value.removeprefix(NOT)
        is_exact = text.startswith(EXACTLY) and name != "text"
        sentence = {
            (True, False): _("%(field)s is"),
            (True, True): _("%(field)s is not"),
            (False, False): _("%(field)s contains"),
            (False, True): _("%(field)s does not contain"),
        }[is_exact, is_not]
        shown = text.removeprefix(EXACTLY) if is_exact else text
        yield _chip(filters, name, value, sentence % {"field": label}, shown)


def word_of(words: dict[str, str]) -> Word:
    return lambda value: words.get(value) or _("unknown")


def _chip(filters: UsageFilter, name: str, value: str, label: str, shown: str) -> Chip:
    without = filters.query_string(**{name: filters.values(name).without(value)})
    return Chip(label, shown, without)


def _of_request(filters: UsageFilter) -> Iterator[Chip]:
    if filters.request_id:
        label = _("%(field)s is") % {"field": _("Request ID")}
        yield Chip(label, filters.request_id, filters.query_string(request_id=None))


def _of_numbers(filters: UsageFilter) -> Iterator[Chip]:
    for name, value in filters.given.items():
        label, shown = _number(name, value)
        yield Chip(label, shown, filters.query_string(**{name: None}))


def _number(name: str, value: str) -> tuple[str, str]:
    if name == "stream":
        return _("%(field)s is") % {"field": _("Stream")}, _("yes") if value == "yes" else _("no")
    labels = {
        "min_cost": _("Cost at least"),
        "max_cost": _("Cost at most"),
        "min_tokens": _("Tokens at least"),
        "max_tokens": _("Tokens at most"),
        "min_seconds": _("Duration at least"),
        "max_seconds": _("Duration at most"),
    }
    unit = {"cost": "${}", "seconds": "{} s"}.get(name.partition("_")[2], "{}")
    return labels[name], unit.format(value)
