"""What follows from who is asking."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.zone import business_zone

GetResponse = Callable[[HttpRequest], HttpResponse]


def preferences(get_response: GetResponse) -> GetResponse:
    """Answer in the person's language, with times in the business time zone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return get_response(request)
        if request.user.language in dict(settings.LANGUAGES):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(business_zone()):
            return get_response(request)

    return middleware


def htmx_login(get_response: GetResponse) -> GetResponse:
    """A session that ended inside a fragment sends the whole page to the login and back."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
        if not htmx or not _is_login(response.headers.get("Location", "")):
            return response
        page = htmx.current_url_abs_path or resolve_url(settings.LOGIN_REDIRECT_URL)
        return HttpResponseClientRedirect(redirect_to_login(page).url)

    return middleware


def _is_login(location: str) -> bool:
    address = urlsplit(location)
    return address.path == resolve_url(settings.LOGIN_URL) and REDIRECT_FIELD_NAME in address.query
