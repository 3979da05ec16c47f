"""What every answer carries besides Django's own headers."""

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from dashboard.redaction import request_id

PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

GetResponse = Callable[[HttpRequest], HttpResponse]


def request_ids(get_response: GetResponse) -> GetResponse:
    """Give each request an id that its log lines and its answer carry."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = request_id.set(secrets.token_hex(8))
        try:
            response = get_response(request)
            response["X-Request-ID"] = request_id.get()
        finally:
            request_id.reset(token)
        return response

    return middleware


def private_pages(get_response: GetResponse) -> GetResponse:
    """No page of ours is kept by a shared cache, and none may use the device."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    return middleware
