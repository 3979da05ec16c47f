from datetime import datetime, time
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import PersonRequest
from accounts.zone import business_zone
from dashboard.forms import WorthForm
from providers import worth
from providers.models import Connection, SiteUnit


@require_http_methods(["GET", "HEAD", "POST"])
def connection_worth(request: PersonRequest, pk: UUID) -> HttpResponse:
    """For everybody who uses the site here."""
    owned = _open(request, pk)
    today = now().astimezone(business_zone()).date()
    form = WorthForm(request.POST or None, initial={"since": today})
    if not form.is_valid():
        told = owned.site.units.order_by("-read_at")
        context = {"connection": owned, "form": form, "told": told}
        return render(request, "dashboard/connection_worth.html", context)
    since = datetime.combine(form.cleaned_data["since"], time(), business_zone())
    worth.tell(owned.site, form.paid(), since=since, by=request.user)
    messages.success(request, _("Units of this site are shown as money as well now."))
    return redirect("connection_worth", pk)


@require_POST
def worth_remove(request: PersonRequest, pk: UUID, unit: int) -> HttpResponse:
    owned = _open(request, pk)
    worth.remove(get_object_or_404(SiteUnit, pk=unit, site=owned.site), by=request.user)
    messages.success(request, _("It was removed."))
    return redirect("connection_worth", pk)


def _open(request: PersonRequest, pk: UUID) -> Connection:
    visible = Connection.objects.visible_to(request.user).select_related("site", "owner")
    owned: Connection = get_object_or_404(visible, pk=pk)
    if not worth.is_open(owned.site):
        raise Http404
    return owned
