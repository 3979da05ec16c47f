from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import PersonRequest, needs
from dashboard import looks
from dashboard.downloads import row_count
from dashboard.team_log_pages import TeamLogs
from dashboard.views import rows

TO_THE_TEAM = "accounts.view_all_logs"


@require_safe
@needs(TO_THE_TEAM)
@vary_on_headers("HX-Request")
def team_logs(request: PersonRequest) -> HttpResponse:
    """One look, or the beginning of one that goes on for as long as its permit lasts."""
    asked = _asked(request)
    context = asked.of_page()
    look = looks.at_logs if context["follow"] is None else looks.at_logs_as_they_come
    look(request.user, request.get_full_path(), rows=len(context["page"].rows))
    return rows.page(request, asked, context)


@require_safe
@needs(TO_THE_TEAM)
def team_logs_totals(request: PersonRequest) -> HttpResponse:
    return rows.totals(request, _asked(request))


@require_safe
@needs(TO_THE_TEAM)
@vary_on_headers("HX-Request")
def team_logs_values(request: PersonRequest, column: str) -> HttpResponse:
    return rows.values(request, _asked(request), column)


@require_safe
@needs(TO_THE_TEAM)
def team_logs_tail(request: PersonRequest) -> HttpResponse:
    return rows.tail(request, TeamLogs, now())


@require_safe
@needs(TO_THE_TEAM)
def team_logs_export(request: PersonRequest) -> HttpResponseBase:
    asked = _asked(request)
    count = row_count(asked.filters, asked.narrowed, asked.moment)
    looks.at_export(request.user, request.get_full_path(), rows=count)
    return rows.export(asked)


@require_safe
@needs(TO_THE_TEAM)
@vary_on_headers("HX-Request")
def team_log(request: PersonRequest, pk: int) -> HttpResponse:
    answer = rows.row(request, TeamLogs(request.user, QueryDict(), now()), pk)
    looks.at_row(request.user, pk)
    return answer


def _asked(request: PersonRequest) -> TeamLogs:
    return TeamLogs(request.user, request.GET, now())
