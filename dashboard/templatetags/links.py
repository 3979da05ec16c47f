"""Links that keep the filters, and the words of their values."""

from django import template
from django.utils.translation import gettext as _

from dashboard.filters import TYPES, UsageFilter
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
def log_types() -> list[tuple[str, str]]:
    return [(word, type_name(word)) for word in TYPES]
