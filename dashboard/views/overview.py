from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from accounts.access import PersonRequest
from accounts.zone import business_zone
from dashboard.balance_panel import balance_panel
from dashboard.cache_panel import cache_panel
from dashboard.completeness import completeness
from dashboard.overview_filter import Kind, OverviewFilter
from dashboard.panels import panel
from dashboard.periods import Preset
from dashboard.scope import connections_of, scope_of
from dashboard.summaries import summary


@require_safe
@vary_on_headers("HX-Request", "HX-Target")
def overview(request: PersonRequest) -> HttpResponse:
    """All of the page; for htmx its panel, or only another chart of the same range."""
    moment, zone = now(), business_zone()
    filters = OverviewFilter.from_query(request.GET, now=moment, zone=zone, default=Preset.DAYS_30)
    connections = connections_of(request.user)
    scope = scope_of(request.user, connections, zone, only=filters.connection)
    context: dict[str, Any] = {"filters": filters, "connections": connections, "scope": scope}
    is_chart_only = bool(request.htmx) and request.htmx.target == "chart"
    if scope.feeds or connections:
        complete = context["complete"] = completeness(scope, filters.range, moment)
        match filters.chart:
            case Kind.BALANCE:
                context["panel"] = balance_panel(scope, filters)
            case Kind.CACHE:
                context["panel"] = cache_panel(scope, filters)
            case _:
                context["panel"] = panel(scope, filters, complete, moment)
        if not is_chart_only:
            context["summary"] = summary(scope, filters, complete, moment)
    if not request.htmx:
        return render(request, "dashboard/overview.html", context)
    template = "dashboard/_chart_alone.html" if is_chart_only else "dashboard/_overview.html"
    return push_url(render(request, template, context), filters.address)
