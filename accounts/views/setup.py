from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import setup
from accounts.forms import SetUpForm
from accounts.sign_in import sign_in


@login_not_required
@never_cache
@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    if not setup.is_open(token):
        return _dead_link(request)
    form = SetUpForm(request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/set_up.html", {"form": form})
    admin = setup.set_up(token, form.person(), time_zone=form.time_zone_name(), now=now())
    if admin is None:
        return _dead_link(request)
    return sign_in(request, admin, settings.LOGIN_REDIRECT_URL)


def _dead_link(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/set_up_done.html", status=410)
