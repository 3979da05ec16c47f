"""Signing in somebody who has just proved who they are."""

from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponse

from accounts.models import User


def sign_in(request: HttpRequest, user: User, then: str) -> HttpResponse:
    """Through allauth, so that the session is listed and the language is the person's."""
    response: HttpResponse = perform_login(request, user, redirect_url=then)
    return response
