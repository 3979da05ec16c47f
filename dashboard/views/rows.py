"""Answers of the two pages of rows, a person's own log and the team's."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.http import content_disposition_header
from django_htmx.http import HttpResponseStopPolling, push_url, reswap, retarget

from accounts.access import PersonRequest
from dashboard import slips
from dashboard.downloads import csv_chunks, file_name
from dashboard.log_pages import OwnLogs
from dashboard.tail import Over, query_of

NOT_CHANGED = 204


def page(request: PersonRequest, logs: OwnLogs, context: dict[str, Any]) -> HttpResponse:
    """`context`: of the rows; what is counted follows in a request of its own, unless asked for."""
    if logs.filters.has_totals and not logs.filters.request_id:
        context |= logs.of_figures()
    if not request.htmx:
        return render(request, "dashboard/logs.html", context)
    # the form sends empty fields too; the address is shorter without them
    answer = render(request, "dashboard/_logs.html", context)
    return push_url(answer, logs.filters.address)


def totals(request: PersonRequest, logs: OwnLogs) -> HttpResponse:
    return render(request, "dashboard/_log_totals.html", logs.of_figures())


def values(request: PersonRequest, logs: OwnLogs, column: str) -> HttpResponse:
    """A picker; without htmx a page of its own."""
    if column not in logs.pickers:
        raise Http404
    context = {
        "logs": logs,
        "filters": logs.filters,
        "column": column,
        "label": logs.pickers[column],
        "facet": logs.facet(column),
    }
    template = "dashboard/_values.html" if request.htmx else "dashboard/values.html"
    return render(request, template, context)


def tail(request: PersonRequest, logs_class: type[OwnLogs], moment: datetime) -> HttpResponse:
    """The newest rows once more, where they are not those that are shown. `shown` and `newest` tell
    which are."""
    permit = request.GET.get("permit", "")
    try:
        query = query_of(permit, request.user, logs_class.page)
    except Over:
        note = render_to_string("dashboard/_tail_over.html", request=request)
        return reswap(retarget(HttpResponseStopPolling(note), "#live-note"), "innerHTML")
    logs = logs_class(request.user, QueryDict(query), moment)
    rows = logs.rows().rows
    follow = logs.follow(rows, permit)
    if follow is not None and str(follow.shown) == request.GET.get("shown"):
        return HttpResponse(status=NOT_CHANGED)
    known_to = request.GET.get("newest", "")
    table = logs.table(rows, known_to=int(known_to) if known_to.isdecimal() else None)
    return render(
        request, "dashboard/_log_body.html", {"logs": logs, "table": table, "follow": follow}
    )


def export(logs: OwnLogs) -> HttpResponseBase:
    rows = csv_chunks(logs.filters, logs.narrowed, logs.moment)
    answer = StreamingHttpResponse(rows, content_type="text/csv")
    name = file_name(logs.filters, logs.scope)
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""
    return answer


def row(request: PersonRequest, logs: OwnLogs, pk: int) -> HttpResponse:
    """The slip of one row; without htmx a page of its own."""
    found = get_object_or_404(logs.scope.rows(), pk=pk)
    context = {
        "logs": logs,
        "row": found,
        "slip": slips.slip_of(found, logs.scope),
        "table": logs.table([found], is_open=True),
        "scope": logs.scope,
        "filters": logs.filters,
    }
    template = "dashboard/_slip.html" if request.htmx else "dashboard/log.html"
    return render(request, template, context)
