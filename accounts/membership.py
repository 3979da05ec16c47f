"""Who may come in, and as what: an admin's words about another person."""

from allauth.usersessions.models import UserSession
from django.db import transaction

from accounts import audit
from accounts.audit import Action
from accounts.models import Role, User


class NotAllowed(Exception):
    """`reason`: oneself, no_admin (any more: the other one was faster)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@transaction.atomic
def change_role(person: User, role: Role, *, by: User) -> None:
    _must_be_allowed(person, by)
    was = person.role
    person.set_role(role)
    audit.record(by, Action.ROLE_CHANGED, person.email, role=role, before=was)


@transaction.atomic
def deactivate(person: User, *, by: User) -> None:
    """Out at once, on every device; what they own stays."""
    _must_be_allowed(person, by)
    person.is_active = False
    person.save(update_fields=["is_active"])
    for session in UserSession.objects.filter(user=person):
        session.end()
    audit.record(by, Action.PERSON_DEACTIVATED, person.email)


@transaction.atomic
def reactivate(person: User, *, by: User) -> None:
    _must_be_allowed(person, by)
    person.is_active = True
    person.save(update_fields=["is_active"])
    audit.record(by, Action.PERSON_REACTIVATED, person.email)


def _must_be_allowed(person: User, by: User) -> None:
    """Nobody shuts themselves out; so there is always an admin left, where two do not shut each
    other out: one of them comes second."""
    if person.pk == by.pk:
        raise NotAllowed("oneself")
    list(User.objects.select_for_update().order_by("pk").filter(pk__in=[person.pk, by.pk]))
    now = User.objects.get(pk=by.pk)
    if not (now.is_active and now.is_admin_role):
        raise NotAllowed("no_admin")
