"""Links that keep the filters, and the words of their values."""

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.filters import UsageFilter
from dashboard.log_pages import OwnLogs
from dashboard.parameters import TYPES, Order
from dashboard.periods import Preset
from dashboard.type_names import type_name

register = template.Library()


@register.simple_tag
def link(filters: UsageFilter, **changes: object) -> str:
    """The query string of the same page with something changed."""
    return filters.query_string(**changes)


@register.simple_tag
def presets() -> list[tuple[str, str]]:
    return [
        (Preset.TODAY, _("Today")),
        (Preset.YESTERDAY, _("Yesterday")),
        (Preset.WEEK, _("7 days")),
        (Preset.DAYS_30, _("30 days")),
        (Preset.MONTH, _("This month")),
        (Preset.LAST_MONTH, _("Last month")),
        (Preset.CUSTOM, _("Custom")),
    ]


@register.simple_tag
def log_orders() -> list[tuple[str, str]]:
    return [
        (Order.NEWEST, _("Newest first")),
        (Order.OLDEST, _("Oldest first")),
        (Order.COST, _("Largest cost")),
        (Order.TOKENS, _("Most tokens")),
        (Order.DURATION, _("Longest duration")),
    ]


@register.inclusion_tag("dashboard/_filter_field.html")
def filter_field(logs: OwnLogs, name: str, **attributes: str) -> dict[str, object]:
    """A field for text, of which several values may be chosen."""
    return {**_of_field(logs, name), **attributes}


@register.inclusion_tag("dashboard/_filter_choice.html")
def filter_choice(logs: OwnLogs, name: str) -> dict[str, object]:
    """A field for one of a few values, of which several may be chosen."""
    options = {
        "type": [(word, type_name(word)) for word in TYPES],
        "site": [(str(site.pk), str(site)) for site in logs.sites],
        "connection": [(str(one.pk), one.name) for one in logs.connections],
    }
    return {**_of_field(logs, name), "options": options[name]}


def _of_field(logs: OwnLogs, name: str) -> dict[str, object]:
    labels = {"text": _("Text"), "ip": "IP", **logs.pickers}
    address = None
    if name in logs.pickers:
        address = reverse(logs.values_page, args=[name]) + logs.filters.query_string()
    values = logs.filters.values(name)
    return {"name": name, "label": labels[name], "values": values, "picker": address}
