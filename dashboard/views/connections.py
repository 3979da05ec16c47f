from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import PersonRequest
from accounts.zone import business_zone
from dashboard import connection_details, unwatched, watched
from dashboard.examination import Examination, examine, may_test
from dashboard.forms import ConnectionForm, ReplacementForm, VocabularyForm
from providers import connections as provided
from providers.models import Connection
from providers.vocabulary import VOCABULARIES


@require_safe
@vary_on_headers("HX-Request")
def connections(request: PersonRequest) -> HttpResponse:
    return _list(request)


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def connection_add(request: PersonRequest) -> HttpResponse:
    form = ConnectionForm(request.POST or None, person=request.user)
    if not _is_ready(request, form):
        return _form_page(request, "connection_add", form)
    examination = examine(request.user, form.draft(), now())
    wish = request.POST.get("wish")
    save_anyway = wish == "save_anyway" and examination.may_save_anyway
    if wish == "test" or not (examination.report.ok or save_anyway):
        form.tell(examination.codes)
        return _form_page(request, "connection_add", form, examination)
    added = provided.add(
        request.user,
        form.draft(),
        examination.report,
        by=request.user,
        save_anyway=save_anyway,
    )
    return _go_to(request, reverse("connection", args=[added.pk]))


@require_safe
@vary_on_headers("HX-Request")
def connection(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _detail(request, _visible(request, pk))


@require_POST
def connection_sync(request: PersonRequest, pk: UUID) -> HttpResponse:
    provided.sync_now(_visible(request, pk))
    return _after(request, pk)


@require_POST
def connection_pause(request: PersonRequest, pk: UUID) -> HttpResponse:
    provided.pause(_visible(request, pk), by=request.user)
    return _after(request, pk)


@require_POST
def connection_resume(request: PersonRequest, pk: UUID) -> HttpResponse:
    provided.resume(_visible(request, pk), by=request.user)
    return _after(request, pk)


@require_POST
def connection_release(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The person has seen why the feed waits."""
    feed = _visible(request, pk).feed
    if feed is not None:
        provided.release(feed)
    return _after(request, pk)


@require_http_methods(["GET", "HEAD", "POST"])
def connection_types(request: PersonRequest, pk: UUID) -> HttpResponse:
    """What the numbers of the site's log types mean, for everybody who uses the site here."""
    owned = _visible(request, pk)
    form = VocabularyForm(request.POST or None)
    if not form.is_valid():
        context = {"connection": owned, "vocabularies": VOCABULARIES}
        return render(request, "dashboard/connection_types.html", context)
    provided.choose_vocabulary(owned, form.cleaned_data["vocabulary"], by=request.user)
    messages.success(request, _("The meaning of the log types was changed."))
    return redirect("connection", pk)


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def connection_secret(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Only a secret that proves itself takes the place of the old one."""
    owned = _visible(request, pk)
    form = ReplacementForm(request.POST or None, connection=owned)
    if not _is_ready(request, form):
        return _form_page(request, "connection_secret", form, connection=owned)
    examination = examine(request.user, form.draft(), now())
    if not examination.report.ok:
        form.tell(examination.codes)
        return _form_page(request, "connection_secret", form, examination, connection=owned)
    provided.replace_secret(owned, form.draft(), examination.report, by=request.user)
    messages.success(request, _("The secret was replaced. Reading goes on."))
    return _go_to(request, reverse("connection", args=[pk]))


@require_http_methods(["GET", "HEAD", "POST"])
def connection_remove(request: PersonRequest, pk: UUID) -> HttpResponse:
    owned = _visible(request, pk)
    if request.method != "POST":
        return render(request, "dashboard/connection_remove.html", {"connection": owned})
    provided.remove(owned, by=request.user)
    removed = _("%(name)s was removed and its secret destroyed.") % {"name": owned.name}
    messages.success(request, removed)
    return redirect("connections")


def _visible(request: PersonRequest, pk: UUID) -> Connection:
    """Who may see a connection may also act: its owner, and admins."""
    visible = Connection.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("site", "feed__site", "owner"), pk=pk)


def _is_ready(request: PersonRequest, form: ConnectionForm | ReplacementForm) -> bool:
    """For a test: filled in, and not the last of too many."""
    if not form.is_valid():
        return False
    if may_test(request.user, now()):
        return True
    form.add_error(None, _("Too many tests. Wait a minute, then try again."))
    return False


def _list(request: PersonRequest) -> HttpResponse:
    visible = Connection.objects.visible_to(request.user)
    context = {
        "watchlist": watched.watchlist(visible, now(), business_zone()),
        "unwatched": unwatched.list_for(request.user),
    }
    template = "dashboard/_connections.html" if request.htmx else "dashboard/connections.html"
    return render(request, template, context)


def _detail(request: PersonRequest, owned: Connection) -> HttpResponse:
    context = {
        "details": connection_details.details_of(owned, now(), business_zone(), request.user)
    }
    template = "dashboard/_connection.html" if request.htmx else "dashboard/connection.html"
    return render(request, template, context)


def _after(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The page that the action was on, from fresh data."""
    is_list = request.POST.get("page") == "list"
    if not request.htmx:
        return redirect("connections") if is_list else redirect("connection", pk)
    return _list(request) if is_list else _detail(request, _visible(request, pk))


def _go_to(request: PersonRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def _form_page(
    request: PersonRequest,
    name: str,
    form: ConnectionForm | ReplacementForm,
    examination: Examination | None = None,
    **more: Any,
) -> HttpResponse:
    template = f"dashboard/_{name}.html" if request.htmx else f"dashboard/{name}.html"
    return render(request, template, {"form": form, "examination": examination, **more})
