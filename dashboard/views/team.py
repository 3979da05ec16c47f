from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.timezone import now
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from accounts.access import PersonRequest, needs
from accounts.models import User
from accounts.zone import business_zone
from dashboard import looks, people, queries, slips, sums
from dashboard.completeness import completeness
from dashboard.downloads import csv_chunks, file_name, row_count
from dashboard.filters import SIZES
from dashboard.last_minute import last_minute
from dashboard.periods import Preset
from dashboard.team import TeamScope, team_scope
from dashboard.team_chips import team_chips
from dashboard.team_filter import TeamFilter
from dashboard.volume import volume
from dashboard.who import unmapped_users
from providers.models import Site

TO_THE_TEAM = "accounts.view_all_logs"
COLUMNS = 15


@require_safe
@needs(TO_THE_TEAM)
@vary_on_headers("HX-Request")
def team_logs(request: PersonRequest) -> HttpResponse:
    filters, scope, known = _asked(request)
    context = _page(filters, scope) | {"scope": scope, "known": known}
    looks.at_logs(request.user, request.get_full_path(), rows=len(context["page"].rows))
    if not request.htmx:
        return render(request, "dashboard/team_logs.html", context)
    return push_url(render(request, "dashboard/_team_logs.html", context), filters.address)


@require_safe
@needs(TO_THE_TEAM)
def team_export(request: PersonRequest) -> HttpResponseBase:
    filters, scope, _ = _asked(request)
    narrowed, moment = filters.narrow(scope), now()
    count = row_count(filters, narrowed, moment)
    looks.at_export(request.user, request.get_full_path(), rows=count)
    rows = csv_chunks(filters, narrowed, moment)
    answer = StreamingHttpResponse(rows, content_type="text/csv")
    name = file_name(filters, scope)
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""
    return answer


@require_safe
@needs(TO_THE_TEAM)
@vary_on_headers("HX-Request")
def team_log(request: PersonRequest, pk: int) -> HttpResponse:
    """The slip of one row; without htmx a page of its own."""
    zone, moment = business_zone(), now()
    scope = team_scope(request.user, zone, moment)
    row = get_object_or_404(scope.rows(), pk=pk)
    looks.at_row(request.user, pk)
    context = {
        "row": row,
        "rows": [row],
        "slip": slips.slip_of(row, scope),
        "scope": scope,
        "known": people.whose(zone),
        "filters": _filters(request),
        "columns": COLUMNS,
        "row_page": "team_log",
        "logs_page": "team_logs",
    }
    return render(
        request, "dashboard/_slip.html" if request.htmx else "dashboard/team_log.html", context
    )


def _filters(request: PersonRequest) -> TeamFilter:
    zone = business_zone()
    return TeamFilter.from_query(request.GET, now=now(), zone=zone, default=Preset.TODAY)


def _asked(request: PersonRequest) -> tuple[TeamFilter, TeamScope, people.Whose]:
    filters = _filters(request)
    known = people.whose(business_zone())
    filters = filters.knowing(known)
    return filters, team_scope(request.user, business_zone(), now(), site=filters.site), known


def _page(filters: TeamFilter, whole: TeamScope) -> dict[str, Any]:
    members = User.objects.order_by("name", "email")
    return {
        "filters": filters,
        "sizes": SIZES,
        "members": members,
        "sites": Site.objects.order_by("name", "base_url"),
        "chips": team_chips(filters, members),
        "unmapped": unmapped_users(filters.today),
        "suggestions": queries.suggestions(whole, filters.range),
        **_found(filters, filters.narrow(whole), whole.of_proof()),
    }


def _found(filters: TeamFilter, scope: TeamScope, proving: TeamScope) -> dict[str, Any]:
    if filters.request_id:
        page = queries.with_request_id(scope.rows(), filters)
        return {"page": page, "excerpts": queries.excerpts(page.rows, scope)}
    condition = queries.condition(filters, scope)
    rows = scope.rows().filter(condition)
    page = queries.page(rows, filters)
    moment = now()
    return {
        "page": page,
        "excerpts": queries.excerpts(page.rows, scope),
        "nearest": None if page.rows else queries.nearest_before(rows, filters, scope),
        "totals": sums.totals_of(filters, scope, rows, condition),
        "last_minute": last_minute(filters, proving, rows, moment),
        "volume": volume(filters, scope, rows, condition, moment),
        "complete": completeness(proving, filters.range, moment),
    }
