from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from accounts.access import PersonRequest, hidden_from_finance
from accounts.zone import business_zone
from dashboard import checking, looks, window_slips
from dashboard.sources import sources_of
from dashboard.verification import feeds_of, overview
from dashboard.window_filter import WindowFilter
from providers import connections as provided
from providers.models import Check, Feed, Window


@require_safe
@hidden_from_finance
@vary_on_headers("HX-Request")
def verification(request: PersonRequest) -> HttpResponse:
    moment, zone = now(), business_zone()
    filters = WindowFilter.from_query(request.GET, now=moment, zone=zone)
    feeds = feeds_of(request.user, filters.feed)
    sources = sources_of(feeds, request.user)
    checks = checking.recent_of(feeds, request.user)
    context = {
        "filters": filters,
        "sources": sorted(sources.values(), key=lambda source: source.label.casefold()),
        "overview": overview(feeds, sources, filters, now=moment, zone=zone),
        "checks": [(check, sources[check.feed_id]) for check in checks],
    }
    if not request.htmx:
        return render(request, "dashboard/verification.html", context)
    return push_url(render(request, "dashboard/_verification.html", context), filters.address)


@require_safe
@hidden_from_finance
@vary_on_headers("HX-Request")
def window(request: PersonRequest, feed: int, since: int) -> HttpResponse:
    """The slip of one window; without htmx a page of its own."""
    return _slip(request, _window(request, feed, since))


@require_POST
@hidden_from_finance
def window_verify(request: PersonRequest, feed: int, since: int) -> HttpResponse:
    found = _window(request, feed, since)
    provided.verify_again(found.feed, found.span, by=request.user.pk)
    return _slip(request, found) if request.htmx else redirect("window", feed, since)


@require_POST
@hidden_from_finance
def range_verify(request: PersonRequest) -> HttpResponse:
    filters = WindowFilter.from_query(request.POST, now=now(), zone=business_zone())
    feed = get_object_or_404(Feed.objects.auditable_by(request.user), pk=filters.feed)
    asked = provided.verify_again(feed, filters.span, by=request.user.pk)
    if asked is None:
        messages.error(request, _("There is nothing to verify in this range."))
        return redirect(reverse("verification") + filters.query_string())
    return redirect("check", asked.pk)


@require_safe
@hidden_from_finance
@vary_on_headers("HX-Request")
def check(request: PersonRequest, pk: int) -> HttpResponse:
    """The rows that differ; a page that asks again for how far it is, is one look."""
    found = _visible_check(request, pk)
    if not request.htmx:
        looks.at_raw(request.user, request.get_full_path(), [found.feed])
    return _check(request, found)


@require_POST
@hidden_from_finance
def check_stop(request: PersonRequest, pk: int) -> HttpResponse:
    found = _visible_check(request, pk)
    if found.finished_at is None:
        found.finish(now())
    return _check(request, found) if request.htmx else redirect("check", pk)


def _window(request: PersonRequest, feed: int, since: int) -> Window:
    visible = Window.objects.auditable_by(request.user).select_related("feed__site")
    found: Window = get_object_or_404(visible, feed=feed, since=since)
    return found


def _slip(request: PersonRequest, found: Window) -> HttpResponse:
    slip = window_slips.slip_of(found, request.user, business_zone())
    # one that is open already brings its row along, whose state may have changed
    is_again = (request.htmx.target or "").startswith("slip-")
    context = {"slip": slip, "line": slip, "is_open": True, "is_again": is_again}
    template = "dashboard/_window_slip.html" if request.htmx else "dashboard/window.html"
    return render(request, template, context)


def _visible_check(request: PersonRequest, pk: int) -> Check:
    visible = Check.objects.auditable_by(request.user).select_related("feed__site", "asked_by")
    return get_object_or_404(visible, pk=pk)


def _check(request: PersonRequest, found: Check) -> HttpResponse:
    source = sources_of([found.feed], request.user)[found.feed_id]
    context = {"view": checking.view_of(found), "source": source}
    template = "dashboard/_check.html" if request.htmx else "dashboard/check.html"
    return render(request, template, context)
