"""How a person wants their log tables, and the views that they keep."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import PersonRequest
from dashboard.models import LogPage, SavedView, TableSettings
from dashboard.taste_forms import SavedViewForm, TableForm
from dashboard.views.team import TO_THE_TEAM


@require_POST
def table_settings(request: PersonRequest, page: str) -> HttpResponse:
    _check(request, page)
    form = TableForm(request.POST)
    if form.is_valid():
        TableSettings.of(request.user, page).choose(**form.chosen())
    return _back(request, page)


@require_POST
def view_add(request: PersonRequest, page: str) -> HttpResponse:
    _check(request, page)
    form = SavedViewForm(request.POST)
    if form.is_valid():
        form.keep(request.user, page)
        messages.success(request, _("The view was saved."))
    else:
        messages.error(request, " ".join(str(one) for all_ in form.errors.values() for one in all_))
    return _back(request, page)


@require_POST
def view_delete(request: PersonRequest, pk: str) -> HttpResponse:
    view = get_object_or_404(SavedView, pk=pk, owner=request.user)
    view.delete()
    messages.success(request, _("The view was deleted."))
    return _back(request, view.page)


@require_safe
def view(request: PersonRequest, pk: str) -> HttpResponse:
    """The link to a view: the team may follow those that are shared."""
    found = get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)
    return HttpResponseRedirect(f"{reverse(found.page)}?{found.query}")


def _check(request: PersonRequest, page: str) -> None:
    is_theirs = page == LogPage.OWN or request.user.has_perm(TO_THE_TEAM)
    if page not in LogPage or not is_theirs:
        raise Http404


def _back(request: PersonRequest, page: str) -> HttpResponse:
    """To the rows that were shown."""
    query = QueryDict(request.POST.get("query", "").removeprefix("?")).urlencode()
    return redirect(f"{reverse(page)}?{query}" if query else reverse(page))
