from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.timezone import now
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from accounts.access import PersonRequest
from accounts.zone import business_zone
from dashboard import queries, slips, sums
from dashboard.chips import chips
from dashboard.completeness import completeness
from dashboard.downloads import csv_chunks, file_name
from dashboard.filters import SIZES, UsageFilter
from dashboard.last_minute import last_minute
from dashboard.periods import Preset
from dashboard.scope import Scope, connections_of, scope_of, sites_of
from dashboard.volume import volume


@require_safe
@vary_on_headers("HX-Request")
def logs(request: PersonRequest) -> HttpResponse:
    filters = _filters(request)
    connections = connections_of(request.user)
    scope = scope_of(
        request.user, connections, business_zone(), only=filters.connection, site=filters.site
    )
    context = {"filters": filters, "connections": connections, "scope": scope, "sizes": SIZES}
    context |= _found(filters, scope)
    context |= {"chips": chips(filters, connections), "sites": sites_of(connections)}
    if not request.htmx:
        return render(request, "dashboard/logs.html", context)
    # the form sends empty fields too; the address is shorter without them
    return push_url(render(request, "dashboard/_logs.html", context), filters.address)


@require_safe
def logs_export(request: PersonRequest) -> StreamingHttpResponse:
    filters = _filters(request)
    scope = scope_of(
        request.user,
        connections_of(request.user),
        business_zone(),
        only=filters.connection,
        site=filters.site,
    )
    answer = StreamingHttpResponse(csv_chunks(filters, scope, now()), content_type="text/csv")
    name = file_name(filters, scope)
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""
    return answer


@require_safe
@vary_on_headers("HX-Request")
def log(request: PersonRequest, pk: int) -> HttpResponse:
    """The slip of one row; without htmx a page of its own."""
    scope = scope_of(request.user, connections_of(request.user), business_zone(), only=None)
    row = get_object_or_404(scope.rows(), pk=pk)
    context = {
        "row": row,
        "rows": [row],
        "slip": slips.slip_of(row, scope),
        "scope": scope,
        "filters": _filters(request),
    }
    template = "dashboard/_slip.html" if request.htmx else "dashboard/log.html"
    return render(request, template, context)


def _filters(request: PersonRequest) -> UsageFilter:
    zone = business_zone()
    return UsageFilter.from_query(request.GET, now=now(), zone=zone, default=Preset.TODAY)


def _found(filters: UsageFilter, scope: Scope) -> dict[str, Any]:
    if filters.request_id:
        page = queries.with_request_id(scope.rows(), filters)
        return {"page": page, "excerpts": queries.excerpts(page.rows, scope)}
    condition = queries.condition(filters, scope)
    rows = scope.rows().filter(condition)
    page = queries.page(rows, filters)
    return {
        "page": page,
        "excerpts": queries.excerpts(page.rows, scope),
        "nearest": None if page.rows else queries.nearest_before(rows, filters, scope),
        "totals": sums.totals_of(filters, scope, rows, condition),
        "last_minute": last_minute(filters, scope, rows, now()),
        "volume": volume(filters, scope, rows, condition, now()),
        "complete": completeness(scope, filters.range, now()),
        "suggestions": queries.suggestions(scope, filters.range),
    }
