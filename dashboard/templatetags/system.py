"""How turns of the workers look."""

from datetime import timedelta

from django import template
from django.utils.translation import gettext as _

from dashboard.templatetags.usage import duration
from providers.models import SyncRun

register = template.Library()


@register.filter
def run_outcome(outcome: str) -> str:
    words = {
        SyncRun.Outcome.DONE: _("nothing more was due"),
        SyncRun.Outcome.MORE: _("more is due; it goes on"),
        SyncRun.Outcome.BUDGET: _("the site's budget was spent"),
        SyncRun.Outcome.LOST: _("another worker took the site"),
        SyncRun.Outcome.BROKE: _("a fault of ours; see the worker's log"),
    }
    return words[SyncRun.Outcome(outcome)]


@register.filter
def length_of_time(passed: timedelta) -> str:
    return duration(int(passed.total_seconds()))
