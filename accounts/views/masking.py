from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.access import PersonRequest


@require_POST
def set_masked(request: PersonRequest) -> HttpResponse:
    """Cover amounts and names on every page of this session, for who shares a screen; or show them
    again."""
    request.session["is_masked"] = request.POST.get("masked") == "on"
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if is_ours else "overview")
