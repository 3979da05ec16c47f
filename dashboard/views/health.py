from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from dashboard import queue

OK = "ok"
UNAVAILABLE = "unavailable"


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """For the health checks of containers and load balancers: no login, and nothing to learn."""
    parts = {"database": database(), "broker": broker()}
    is_ok = all(state == OK for state in parts.values())
    return JsonResponse(
        {"status": OK if is_ok else UNAVAILABLE, **parts},
        status=200 if is_ok else 503,
    )


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return UNAVAILABLE
    return OK


def broker() -> str:
    return OK if queue.answers() else UNAVAILABLE
