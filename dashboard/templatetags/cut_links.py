"""The choices of the team's usage, each with its words."""

from collections.abc import Sequence

from django import template
from django.utils.translation import gettext as _

from dashboard.cut_names import dim_name
from dashboard.periods import Step
from dashboard.templatetags.overview_links import step_name
from dashboard.templatetags.usage import NOTHING
from dashboard.usage_filter import CutFilter, Dim, Sort

register = template.Library()


@register.simple_tag
def dims(other: Dim | None = None) -> list[tuple[Dim, str]]:
    return [(dim, dim_name(dim)) for dim in Dim if dim is not other]


@register.filter
def named(dim: Dim) -> str:
    return dim_name(dim)


@register.simple_tag
def sorts() -> list[tuple[Sort, str]]:
    return [
        (Sort.SPEND, _("Spend")),
        (Sort.RISE, _("Rise")),
        (Sort.REQUESTS, _("Requests")),
        (Sort.TOKENS, _("Tokens")),
        (Sort.ERRORS, _("Errors")),
        (Sort.REFUNDS, _("Refunds")),
    ]


@register.simple_tag
def cut_steps(filters: CutFilter) -> list[tuple[Step, str]]:
    """Two at least: else there is nothing to choose."""
    offered = filters.steps
    return [(step, step_name(step)) for step in offered] if len(offered) > 1 else []


@register.filter
def percent(value: float) -> str:
    return f"{value:.1f} %" if value else NOTHING


@register.filter
def seconds_at(values: Sequence[int], place: int) -> str:
    """Of a percentile in milliseconds."""
    if not values:
        return NOTHING
    milliseconds = values[place]
    return f"{milliseconds / 1000:,.2f}" if milliseconds < 1000 else f"{milliseconds / 1000:,.1f}"
