from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from accounts.access import PersonRequest
from accounts.zone import business_zone
from dashboard.filters import UsageFilter
from dashboard.periods import Preset
from dashboard.scope import connections_of, scope_of
from dashboard.summaries import summary


@require_safe
@vary_on_headers("HX-Request")
def overview(request: PersonRequest) -> HttpResponse:
    moment, zone = now(), business_zone()
    filters = UsageFilter.from_query(request.GET, now=moment, zone=zone, default=Preset.DAYS_30)
    filters = filters.of_whole_days()
    connections = connections_of(request.user)
    scope = scope_of(request.user, connections, zone, only=filters.connection)
    context: dict[str, Any] = {"filters": filters, "connections": connections, "scope": scope}
    if connections:
        context["summary"] = summary(scope, filters, moment)
    if not request.htmx:
        return render(request, "dashboard/overview.html", context)
    return push_url(render(request, "dashboard/_overview.html", context), filters.address)
