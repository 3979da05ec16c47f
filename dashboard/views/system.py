import platform

import django
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, needs
from accounts.models import AuditHead
from accounts.zone import business_zone
from dashboard import storage
from dashboard import system as state

TO_SYSTEM = "accounts.view_system"


@require_safe
@needs(TO_SYSTEM)
def system(request: PersonRequest) -> HttpResponse:
    moment = now()
    head = AuditHead.objects.first()
    context = {
        "system": state.system(moment),
        "size": storage.size(moment.astimezone(business_zone()).date()),
        "faults": storage.faults(),
        "growth_days": storage.GROWTH_DAYS,
        "audited": head.number if head else 0,
        "versions": [
            f"Tollbook {settings.VERSION}",
            storage.version(),
            f"Django {django.get_version()}",
            f"Python {platform.python_version()}",
        ],
        "workers": state.workers() if request.GET.get("workers") else None,
    }
    return render(request, "dashboard/system.html", context)


@require_safe
@needs(TO_SYSTEM)
def system_workers(request: PersonRequest) -> HttpResponse:
    """Asked apart: it takes its time, and the page does not wait for it."""
    return render(request, "dashboard/_workers.html", {"workers": state.workers()})
