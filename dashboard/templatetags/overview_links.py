"""The choices above a chart, each with its words."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dashboard.overview_filter import By, Kind, OverviewFilter
from dashboard.periods import Step
from dashboard.scope import Scope

register = template.Library()

UNCUT = (Kind.TREND, Kind.BALANCE, Kind.CACHE)  # one line, one for each account, always by model
UNSTEPPED = (Kind.SHARE, Kind.RANKING, Kind.CACHE)  # of all the range


@register.simple_tag
def kinds() -> list[tuple[Kind, str]]:
    return [(kind, chart_name(kind)) for kind in Kind]


@register.filter
def chart_name(kind: Kind) -> str:
    return {
        Kind.SPEND: _("Spend distribution"),
        Kind.TREND: _("Spend trend"),
        Kind.SHARE: _("Call share"),
        Kind.RANKING: _("Call ranking"),
        Kind.BALANCE: _("Balance"),
        Kind.CACHE: _("Saved by cache"),
    }[kind]


@register.simple_tag
def cuts(filters: OverviewFilter, scope: Scope) -> list[tuple[By, str, bool]]:
    """With whether the range is short enough; none for a chart that is not cut."""
    if filters.chart in UNCUT:
        return []
    are_many = len(scope.feeds) > 1
    offered = [by for by in By if are_many or by not in (By.SITE, By.CONNECTION)]
    return [(by, cut_name(by), by in filters.cuts) for by in offered]


@register.filter
def cut_name(by: By) -> str:
    return {
        By.MODEL: _("Model"),
        By.SITE: _("Site"),
        By.CONNECTION: _("Connection"),
        By.KEY: _("API key"),
        By.GROUP: _("Group"),
    }[by]


@register.simple_tag
def chart_steps(filters: OverviewFilter) -> list[tuple[Step, str]]:
    """Two at least: else there is nothing to choose."""
    offered = [] if filters.chart in UNSTEPPED else filters.steps
    return [(step, step_name(step)) for step in offered] if len(offered) > 1 else []


@register.filter
def step_name(step: Step) -> str:
    return {
        Step.HOUR: pgettext("width of a bar", "Hour"),
        Step.DAY: pgettext("width of a bar", "Day"),
        Step.WEEK: pgettext("width of a bar", "Week"),
        Step.MONTH: pgettext("width of a bar", "Month"),
    }[step]
