from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import PersonRequest
from dashboard.log_pages import OwnLogs
from dashboard.views import rows


@require_safe
@vary_on_headers("HX-Request")
def logs(request: PersonRequest) -> HttpResponse:
    asked = _asked(request)
    return rows.page(request, asked, asked.of_page())


@require_safe
def logs_totals(request: PersonRequest) -> HttpResponse:
    return rows.totals(request, _asked(request))


@require_safe
@vary_on_headers("HX-Request")
def logs_values(request: PersonRequest, column: str) -> HttpResponse:
    return rows.values(request, _asked(request), column)


@require_safe
def logs_tail(request: PersonRequest) -> HttpResponse:
    return rows.tail(request, OwnLogs, now())


@require_safe
def logs_export(request: PersonRequest) -> HttpResponseBase:
    return rows.export(_asked(request))


@require_safe
@vary_on_headers("HX-Request")
def log(request: PersonRequest, pk: int) -> HttpResponse:
    return rows.row(request, OwnLogs(request.user, QueryDict(), now()), pk)


def _asked(request: PersonRequest) -> OwnLogs:
    return OwnLogs(request.user, request.GET, now())
