from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import PersonRequest, needs
from accounts.models import User
from accounts.zone import business_zone
from dashboard.team import team_scope
from dashboard.templatetags.usage import day as day_text
from dashboard.who import DAYS, MOST, who_is_who
from dashboard.who_forms import BelongingForm, EndForm, MergeForm
from providers import whois
from providers.models import Belonging, Site

TO_THE_TEAM = "accounts.view_all_logs"


@require_safe
@needs(TO_THE_TEAM)
def who(request: PersonRequest) -> HttpResponse:
    kind = request.GET.get("kind")
    kind = kind if kind in Belonging.Kind.values else Belonging.Kind.USER.value
    zone, moment = business_zone(), now()
    today = moment.astimezone(zone).date()
    context = {
        "found": who_is_who(team_scope(request.user, zone, moment), kind, today),
        "kind": kind,
        "days": DAYS,
        "most": MOST,
        "members": User.objects.filter(is_active=True).order_by("name", "email"),
        "sites": Site.objects.filter(same_as=None).order_by("name", "base_url"),
        "aliases": Site.objects.exclude(same_as=None).select_related("same_as"),
    }
    return render(request, "dashboard/who.html", context)


@require_POST
@needs(TO_THE_TEAM)
def who_confirm(request: PersonRequest) -> HttpResponse:
    form = BelongingForm(request.POST)
    if not form.is_valid():
        return _back(request, errors=[str(e) for found in form.errors.values() for e in found])
    try:
        made = whois.confirm(**form.cleaned_data, by=request.user, now=now())
    except whois.Taken as taken:
        other = taken.belonging
        words = _("It belongs to %(member)s from %(since)s. End that first, or choose other days.")
        since = day_text(other.since) if other.since else _("the beginning")
        return _back(request, errors=[words % {"member": other.member, "since": since}])
    return _back(request, _("It belongs to %(member)s now.") % {"member": made.member})


@require_POST
@needs(TO_THE_TEAM)
def who_end(request: PersonRequest, pk: int) -> HttpResponse:
    """From a day on; without one from today on."""
    belonging = get_object_or_404(Belonging, pk=pk)
    form = EndForm(request.POST)
    if not form.is_valid():
        return _back(request, errors=[_("This is not a date.")])
    today = now().astimezone(business_zone()).date()
    whois.end(belonging, form.cleaned_data["until"] or today, by=request.user)
    return _back(
        request, _("It does not belong to %(name)s any more.") % {"name": belonging.member}
    )


@require_POST
@needs(TO_THE_TEAM)
def site_merge(request: PersonRequest) -> HttpResponse:
    form = MergeForm(request.POST)
    if not form.is_valid():
        return _back(request, errors=[_("Choose two addresses.")])
    reasons = {
        "same": _("Choose two different addresses."),
        "kind": _("Different software runs at these addresses."),
        "taken": _("An upstream user belongs to different members there. End one of them first."),
    }
    try:
        whois.merge(form.cleaned_data["alias"], form.cleaned_data["site"], by=request.user)
    except whois.NotMergeable as refused:
        return _back(request, errors=[reasons[refused.reason]])
    return _back(request, _("The two addresses count as one site now."))


@require_POST
@needs(TO_THE_TEAM)
def site_part(request: PersonRequest, pk: int) -> HttpResponse:
    alias = get_object_or_404(Site.objects.exclude(same_as=None), pk=pk)
    whois.part(alias, by=request.user)
    return _back(request, _("The two addresses count as two sites again."))


def _back(
    request: PersonRequest, done: str = "", *, errors: list[str] | None = None
) -> HttpResponse:
    for error in errors or []:
        messages.error(request, error)
    if done:
        messages.success(request, done)
    is_of_keys = request.POST.get("kind") == Belonging.Kind.KEY
    return redirect(reverse("who") + ("?kind=key" if is_of_keys else ""))
