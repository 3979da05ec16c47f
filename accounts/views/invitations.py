from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import invitations
from accounts.forms import NewPersonForm
from accounts.sign_in import sign_in


@login_not_required
@never_cache
@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    invited = invitations.find(token, now())
    if invited is None:
        return _dead_link(request)
    form = NewPersonForm(request.POST or None, email=invited.email)
    if not form.is_valid():
        context = {"form": form, "invitation": invited}
        return render(request, "accounts/invitation.html", context)
    person = invitations.accept(invited, form.person(), now())
    if person is None:
        return _dead_link(request)
    return sign_in(request, person, settings.LOGIN_REDIRECT_URL)


def _dead_link(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/invitation_over.html", status=410)
