from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, needs
from accounts.zone import business_zone
from dashboard import people
from dashboard.completeness import completeness
from dashboard.periods import Preset
from dashboard.speed import speed
from dashboard.team import team_scope
from dashboard.team_usage import usage
from dashboard.usage_filter import CutFilter, View


@require_safe
@needs("accounts.view_all_logs")
def team_usage(request: PersonRequest) -> HttpResponse:
    moment, zone = now(), business_zone()
    filters = CutFilter.from_query(request.GET, now=moment, zone=zone, default=Preset.DAYS_30)
    scope = team_scope(request.user, zone, moment)
    complete = completeness(scope.of_proof(), filters.range, moment)
    context = {"filters": filters, "scope": scope, "complete": complete}
    if filters.view is View.SPEED:
        context["speed"] = speed(scope, filters)
    else:
        known = people.whose(zone)
        context["usage"] = usage(scope, known, filters, complete, moment)
    return render(request, "dashboard/team_usage.html", context)
