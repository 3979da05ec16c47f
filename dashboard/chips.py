"""The active filters of a page, each with the link that removes it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from dashboard.filters import UsageFilter
from dashboard.type_names import type_name
from providers.models import Connection


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    value: str
    without: str


def chips(filters: UsageFilter, connections: Iterable[Connection]) -> list[Chip]:
    found = _conditions(filters, connections)
    return [
        Chip(label, value, filters.query_string(**{name: None})) for name, label, value in found
    ]


def _conditions(
    filters: UsageFilter, connections: Iterable[Connection]
) -> Iterator[tuple[str, str, str]]:
    """Parameter, words and value."""
    if filters.request_id:
        yield "request_id", _("Request ID is"), filters.request_id
    if filters.type:
        yield "type", _("Type is"), type_name(filters.type)
    if filters.model:
        is_exact = filters.model.startswith("=")
        yield "model", _("Model is") if is_exact else _("Model contains"), filters.model.lstrip("=")
    if filters.key:
        is_exact = filters.key.startswith("=")
        yield "key", _("API key is") if is_exact else _("API key contains"), filters.key.lstrip("=")
    if filters.connection:
        named = [one.name for one in connections if one.pk == filters.connection]
        yield "connection", _("Connection is"), named[0] if named else _("unknown")
    if filters.site:
        sites = [str(one.site) for one in connections if one.site_id == filters.site]
        yield "site", _("Site is"), sites[0] if sites else _("unknown")
    for name, value in filters.more:
        label, shown = _more(name, value)
        yield name, label, shown


def _more(name: str, value: str) -> tuple[str, str]:
    match name:
        case "group":
            label = _("Group is") if value.startswith("=") else _("Group contains")
            return label, value.lstrip("=")
        case "stream":
            return _("Stream is"), _("yes") if value == "yes" else _("no")
        case "ip":
            return _("IP is"), value
        case "text":
            return _("Text contains"), value
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
