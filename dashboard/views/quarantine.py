from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from accounts.access import PersonRequest, hidden_from_finance
from dashboard import looks
from dashboard.quarantine import Bad, QuarantineFilter, one, opened, page
from providers import connections as provided
from providers.models import Feed


@require_safe
@hidden_from_finance
@vary_on_headers("HX-Request")
def quarantine(request: PersonRequest) -> HttpResponse:
    filters = QuarantineFilter.from_query(request.GET)
    found = page(request.user, filters)
    feeds = [bad.row.feed for bad in found.rows]
    looks.at_raw(request.user, request.get_full_path(), feeds)
    context = {"filters": filters, "page": found}
    if not request.htmx:
        return render(request, "dashboard/quarantine.html", context)
    address = filters.query_string(before=filters.before)
    return push_url(render(request, "dashboard/_quarantine.html", context), address)


@require_safe
@hidden_from_finance
@vary_on_headers("HX-Request")
def quarantined_row(request: PersonRequest, feed: int, second: int, number: int) -> HttpResponse:
    """The slip of one row; without htmx a page of its own."""
    return _slip(request, _bad(request, feed, second, number))


@require_safe
@hidden_from_finance
def quarantined_file(request: PersonRequest, feed: int, second: int, number: int) -> HttpResponse:
    """The whole text as received, to be kept and never to be shown by the browser."""
    bad = _bad(request, feed, second, number)
    response = HttpResponse(bad.row.raw, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="row-{bad.key}.txt"'
    return response


@require_POST
@hidden_from_finance
def row_retry(request: PersonRequest, feed: int, second: int, number: int) -> HttpResponse:
    bad = _bad(request, feed, second, number)
    if not provided.read_again(bad.row):
        if request.htmx:
            return _slip(request, bad, tried=True)
        messages.error(request, _("It still cannot be read. %(why)s") % {"why": bad.why})
        return redirect("quarantined_row", feed, second, number)
    if request.htmx:
        return render(request, "dashboard/_quarantine_read.html", {"bad": bad})
    messages.success(request, _("The row could be read and is mirrored now."))
    return redirect(reverse("quarantine") + QuarantineFilter(feed=feed).query_string())


@require_POST
@hidden_from_finance
def quarantine_retry(request: PersonRequest, feed: int) -> HttpResponse:
    """Of all rows of a feed: whoever works at the site next does it."""
    found = get_object_or_404(Feed.objects.auditable_by(request.user), pk=feed)
    provided.read_all_again(found)
    messages.success(request, _("All of them are read again, as soon as the site is worked on."))
    return redirect(reverse("quarantine") + QuarantineFilter(feed=feed).query_string())


def _bad(request: PersonRequest, feed: int, second: int, number: int) -> Bad:
    found = one(request.user, feed, second, number)
    if found is None:
        raise Http404
    looks.at_raw(request.user, request.get_full_path(), [found.row.feed])
    return found


def _slip(request: PersonRequest, bad: Bad, *, tried: bool = False) -> HttpResponse:
    context = {"opened": opened(bad), "bad": bad, "tried": tried, "is_open": True}
    if request.htmx:
        return render(request, "dashboard/_quarantine_slip.html", context)
    return render(request, "dashboard/quarantined_row.html", context)
