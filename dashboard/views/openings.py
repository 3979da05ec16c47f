from uuid import UUID

from django.contrib import messages as notes
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import PersonRequest, needs
from dashboard.openings import OpeningForm, earlier, own_address
from providers import messages, openings
from providers.models import Connection, Opening
from providers.pacing import BudgetSpent


@require_http_methods(["GET", "HEAD", "POST"])
@needs("accounts.manage_people")
def account_open(request: PersonRequest) -> HttpResponse:
    """Each confirmed POST opens one account; nothing repeats it."""
    form = OpeningForm(request.POST or None)
    if not form.is_valid():
        return _page(request, form)
    told = form.cleaned_data
    try:
        opening = openings.open_account(
            kind=told["kind"], base_url=told["base_url"], owner=told["owner"], by=request.user
        )
    except BudgetSpent:
        form.add_error(None, messages.problem("rate_limited"))
        return _page(request, form)
    if opening.state == Opening.State.OPENED:
        done = _("An account was opened and connected for %(owner)s.") % {"owner": opening.owner}
        notes.success(request, done)
    else:
        notes.error(request, messages.problem(opening.error_code, opening.error_detail))
    return redirect("account_open")


@never_cache
@require_POST
@needs("accounts.manage_people")
def opening_answer(request: PersonRequest, pk: UUID) -> HttpResponse:
    """An answer in which no key could be read, as received: perhaps a person can."""
    opening = get_object_or_404(Opening.objects.select_related("site", "owner"), pk=pk)
    answer = openings.answer_of(opening, by=request.user)
    if not answer:
        raise Http404
    return render(request, "dashboard/opening.html", {"opening": opening, "answer": answer})


@never_cache
@require_POST
def opened_key(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Once, and to nobody but its owner."""
    connection = get_object_or_404(Connection.objects.filter(owner=request.user), pk=pk)
    secret = openings.show_once(connection, request.user)
    if secret is None:
        notes.error(request, _("This key was shown already. It cannot be shown again."))
        return redirect("connection", pk)
    context = {"connection": connection, "key": secret.reveal()}
    return render(request, "dashboard/opened_key.html", context)


def _page(request: PersonRequest, form: OpeningForm) -> HttpResponse:
    context = {"form": form, "earlier": earlier(), "own_address": own_address()}
    return render(request, "dashboard/account_open.html", context)
