from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import invitations, links
from accounts.access import PersonRequest, needs
from accounts.forms import InvitationForm
from accounts.models import INVITATION_DAYS, Invitation, User


@require_safe
@vary_on_headers("HX-Request")
@needs("accounts.manage_people")
def members(request: PersonRequest) -> HttpResponse:
    return _page(request, InvitationForm())


@require_POST
@needs("accounts.manage_people")
def invite(request: PersonRequest) -> HttpResponse:
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    made, token = invitations.invite(**form.cleaned_data, by=request.user, now=now())
    link = links.absolute(request, reverse("invitation", args=[token]))
    # No redirect: the link is in this answer and nowhere else.
    return _page(request, InvitationForm(), made=made, link=link)


@require_POST
@needs("accounts.manage_people")
def revoke_invitation(request: PersonRequest, pk: int) -> HttpResponse:
    pending = get_object_or_404(Invitation.objects.pending(now()), pk=pk)
    invitations.withdraw(pending, by=request.user, now=now())
    if request.htmx:
        return _page(request, InvitationForm())
    messages.success(request, _("The invitation of %s was withdrawn.") % pending.email)
    return redirect("members")


def _page(request: PersonRequest, form: InvitationForm, **new: object) -> HttpResponse:
    context = {
        "form": form,
        "days": INVITATION_DAYS,
        "invitations": Invitation.objects.pending(now()).select_related("invited_by"),
        **new,
    }
    if request.htmx:
        return render(request, "accounts/_invitations.html", context)
    context["people"] = User.objects.prefetch_related("groups").order_by("name", "email")
    return render(request, "accounts/members.html", context)
