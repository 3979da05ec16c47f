from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import PersonRequest
from accounts.audit import Action
from dashboard import unwatched
from providers import tasks


@require_http_methods(["GET", "HEAD", "POST"])
def feed_delete(request: PersonRequest, pk: int) -> HttpResponse:
    """Of admins only, and only while nobody watches it."""
    feed = get_object_or_404(unwatched.feeds_for(request.user), pk=pk)
    if request.method != "POST":
        context = {"unwatched": unwatched.one(feed)}
        return render(request, "dashboard/feed_delete.html", context)
    if tasks.delete_feed_soon(feed.pk):
        audit.record(request.user, Action.ROWS_DELETED, str(feed))
        messages.success(request, _("The rows are being deleted. This can take some minutes."))
    else:
        messages.error(request, _("The queue does not answer. Nothing was deleted, try again."))
    return redirect("connections")
