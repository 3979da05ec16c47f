from dataclasses import dataclass

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.zone import business_zone

register = template.Library()


@dataclass(frozen=True)
class Entry:
    label: str
    url: str
    is_current: bool


@register.simple_tag
def navigation(request: HttpRequest) -> list[Entry]:
    """The pages that this person may open."""
    if not request.user.is_authenticated:
        return []
    home = reverse("overview")
    return [
        Entry(label, url, request.path == url or (url != home and request.path.startswith(url)))
        for label, url in _pages(request.user)
    ]


@register.simple_tag
def version() -> str:
    return str(settings.VERSION)


@register.simple_tag
def business_zone_label() -> str:
    zone = business_zone()
    offset = now().astimezone(zone).strftime("%z")
    return f"{zone.key} (UTC{offset[:3]}:{offset[3:5]})"


def _pages(user: User) -> list[tuple[str, str]]:
    pages = [(_("Overview"), "overview"), (_("Logs"), "logs"), (_("Connections"), "connections")]
    if user.has_perm("accounts.view_all_logs"):
        pages.append((_("Verification"), "verification"))
        pages.append((_("Team"), "team_logs"))
    if user.has_perm("accounts.view_system"):
        pages.append((_("System"), "system"))
    return [(label, reverse(name)) for label, name in pages]
