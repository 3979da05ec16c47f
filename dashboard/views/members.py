from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import invitations, links, membership
from accounts.access import PersonRequest, needs
from accounts.forms import InvitationForm
from accounts.models import INVITATION_DAYS, Invitation, Role, User
from accounts.zone import business_zone
from dashboard import watched
from dashboard.member_forms import HandOverForm
from dashboard.membership import everybody
from providers import leaving
from providers.models import Connection

TO_PEOPLE = "accounts.manage_people"


@require_safe
@vary_on_headers("HX-Request")
@needs(TO_PEOPLE)
def members(request: PersonRequest) -> HttpResponse:
    return _page(request, InvitationForm())


@require_POST
@needs(TO_PEOPLE)
def invite(request: PersonRequest) -> HttpResponse:
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    made, token = invitations.invite(**form.cleaned_data, by=request.user, now=now())
    link = links.absolute(request, reverse("invitation", args=[token]))
    is_sent = invitations.send(made, link)
    # No redirect: the link is in this answer and nowhere else.
    return _page(request, InvitationForm(), made=made, link=link, is_sent=is_sent)


@require_POST
@needs(TO_PEOPLE)
def revoke_invitation(request: PersonRequest, pk: int) -> HttpResponse:
    pending = get_object_or_404(Invitation.objects.pending(now()), pk=pk)
    invitations.withdraw(pending, by=request.user, now=now())
    if request.htmx:
        return _page(request, InvitationForm())
    messages.success(request, _("The invitation of %s was withdrawn.") % pending.email)
    return redirect("members")


@require_safe
@needs(TO_PEOPLE)
def member(request: PersonRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    owned = Connection.objects.filter(owner=person)
    context = {
        "person": person,
        "roles": Role.choices,
        "watchlist": watched.watchlist(owned, now(), business_zone()),
        "others": _others(person),
    }
    return render(request, "dashboard/member.html", context)


@require_POST
@needs(TO_PEOPLE)
def member_role(request: PersonRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    role = request.POST.get("role")
    if role not in Role.values:
        messages.error(request, _("Choose a role."))
        return redirect("member", pk)
    return _done(
        request,
        person,
        lambda: membership.change_role(person, Role(role), by=request.user),
        _("%(name)s is %(role)s now.") % {"name": person, "role": Role(role).label},
    )


@require_POST
@needs(TO_PEOPLE)
def member_deactivate(request: PersonRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    done = _("%(name)s is signed out everywhere and cannot sign in.") % {"name": person}
    return _done(request, person, lambda: membership.deactivate(person, by=request.user), done)


@require_POST
@needs(TO_PEOPLE)
def member_reactivate(request: PersonRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    done = _("%(name)s can sign in again.") % {"name": person}
    return _done(request, person, lambda: membership.reactivate(person, by=request.user), done)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(TO_PEOPLE)
def member_leave(request: PersonRequest, pk: int) -> HttpResponse:
    """Asked once more, since secrets are destroyed."""
    person = get_object_or_404(User, pk=pk)
    if request.method != "POST":
        owned = Connection.objects.filter(owner=person).select_related("site").order_by("name")
        return render(request, "dashboard/member_leave.html", {"person": person, "owned": owned})

    def leave() -> None:
        membership.deactivate(person, by=request.user)
        leaving.destroy_secrets(person, by=request.user, now=now())

    done = _("%(name)s has left: signed out, and the secrets are destroyed.") % {"name": person}
    return _done(request, person, leave, done)


@require_POST
@needs(TO_PEOPLE)
def member_hand_over(request: PersonRequest, pk: int) -> HttpResponse:
    """One of a person's connections, to another person."""
    person = get_object_or_404(User, pk=pk)
    form = HandOverForm(request.POST, owner=person)
    if not form.is_valid():
        messages.error(request, _("Choose a connection and a member."))
        return redirect("member", pk)
    owned, to = form.cleaned_data["connection"], form.cleaned_data["to"]
    moment = now()
    today = moment.astimezone(business_zone()).date()
    reasons = {
        "same": _("It is theirs already."),
        "inactive": _("This person cannot sign in."),
        "not_admin": _("A connection to everybody's rows can only be an admin's."),
    }
    try:
        leaving.hand_over(owned, to, by=request.user, today=today, now=moment)
    except leaving.NotForThem as refused:
        messages.error(request, reasons[refused.reason])
    else:
        done = _("%(connection)s is %(name)s's now, who has to enter its secret again.")
        messages.success(request, done % {"connection": owned, "name": to})
    return redirect("member", pk)


def _done(
    request: PersonRequest, person: User, change: Callable[[], None], done: str
) -> HttpResponse:
    reasons = {
        "oneself": _("You cannot do this to yourself. Ask another admin."),
        "no_admin": _("You are no admin any more."),
    }
    try:
        change()
    except membership.NotAllowed as refused:
        messages.error(request, reasons[refused.reason])
    else:
        messages.success(request, done)
    return redirect("member", person.pk)


def _others(person: User) -> list[User]:
    return list(User.objects.filter(is_active=True).exclude(pk=person.pk).order_by("name", "email"))


def _page(request: PersonRequest, form: InvitationForm, **new: object) -> HttpResponse:
    context = {
        "form": form,
        "days": INVITATION_DAYS,
        "invitations": Invitation.objects.pending(now()).select_related("invited_by"),
        "sends_mail": invitations.sends_mail(),
        **new,
    }
    if request.htmx:
        return render(request, "dashboard/_invitations.html", context)
    context["lines"] = everybody(now())
    return render(request, "dashboard/members.html", context)
