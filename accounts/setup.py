"""The first admin comes through a link that works once. There is no default password."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from accounts import audit, tokens, zone
from accounts.audit import Action
from accounts.models import Installation, Role, User
from accounts.people import NewPerson


def pending_setup_path() -> str | None:
    """While nobody has an account: a fresh link to `/setup/…/`, which ends the one before it."""
    if User.objects.exists():
        return None
    token = tokens.new_token()
    Installation.objects.update_or_create(
        pk=1, defaults={"setup_token_digest": tokens.digest(token), "set_up_at": None}
    )
    return reverse("setup", args=[token])


def is_open(token: str) -> bool:
    return not User.objects.exists() and Installation.objects.opened_by(token).exists()


@transaction.atomic
def set_up(token: str, person: NewPerson, *, time_zone: str, now: datetime) -> User | None:
    """Create the first admin and name the zone, or None if the link no longer works."""
    link = Installation.objects.opened_by(token)
    if not is_open(token) or not link.update(
        time_zone=time_zone, setup_token_digest="", set_up_at=now
    ):
        return None
    zone.forget()
    admin = person.create(Role.ADMIN)
    audit.record(admin, Action.SET_UP, time_zone=time_zone)
    return admin
