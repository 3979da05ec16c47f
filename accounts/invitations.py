"""From a link that an admin made to a person with an account."""

from datetime import datetime

from django.db import transaction

from accounts.models import Invitation, User
from accounts.people import NewPerson


def find(token: str, now: datetime) -> Invitation | None:
    """The invitation behind a link, if it still leads to a new account."""
    invitation = Invitation.objects.with_token(token).pending(now).first()
    if invitation is None or User.objects.filter(email=invitation.email).exists():
        return None
    return invitation


@transaction.atomic
def accept(invitation: Invitation, person: NewPerson, now: datetime) -> User | None:
    """Create the person once, or None if the invitation was used up meanwhile."""
    return person.create(invitation.role) if invitation.accept(now) else None
