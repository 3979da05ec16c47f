from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from accounts import audit as log
from accounts.access import PersonRequest, needs
from accounts.audit import Action
from accounts.models import User
from accounts.zone import business_zone
from dashboard.audit_page import AuditFilter, page


@require_safe
@needs("accounts.view_system")
@vary_on_headers("HX-Request")
def audit(request: PersonRequest) -> HttpResponse:
    filters = AuditFilter.from_query(request.GET)
    context = {
        "filters": filters,
        "page": page(filters, business_zone()),
        "people": User.objects.order_by("name", "email"),
        "actions": Action.choices,
        "proof": _proof() if request.GET.get("prove") else None,
    }
    if not request.htmx:
        return render(request, "dashboard/audit.html", context)
    address = filters.query_string(before=filters.before)
    return push_url(render(request, "dashboard/_audit.html", context), address)


def _proof() -> log.Proof | log.Broken:
    try:
        return log.prove()
    except log.Broken as broken:
        return broken
