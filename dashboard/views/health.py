import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

TIMEOUTS = {"socket_timeout": 2, "socket_connect_timeout": 2}
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
    url = settings.REDIS_URL or f"unix://{settings.BROKER_SOCKET}"
    try:
        with redis.Redis.from_url(url, **TIMEOUTS) as client:
            client.ping()
    except redis.RedisError:
        return UNAVAILABLE
    return OK
