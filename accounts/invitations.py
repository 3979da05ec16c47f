"""From an admin's wish, by a link, to a person with an account."""

import logging
from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import Action
from accounts.models import Invitation, User
from accounts.people import NewPerson

logger = logging.getLogger(__name__)


def invite(*, email: str, role: str, by: User, now: datetime) -> tuple[Invitation, str]:
    """An invitation, which ends earlier ones, and the token of its link."""
    with audit.recording(by, Action.PERSON_INVITED, email, role=role):
        return Invitation.objects.invite(email=email, role=role, by=by, now=now)


def sends_mail() -> bool:
    """Where no mail server is named, mails go to the log of the process."""
    return not settings.EMAIL_BACKEND.endswith("console.EmailBackend")


def send(invitation: Invitation, link: str) -> bool:
    """By mail, in the language of the admin who invites: nobody knows the other's yet."""
    if not sends_mail():
        return False
    text = render_to_string(
        "account/email/invitation_message.txt", {"invitation": invitation, "link": link}
    )
    subject = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + _("Invitation to Tollbook")
    try:
        send_mail(subject, text, None, [invitation.email])
    except OSError as problem:  # SMTPException is one
        logger.warning("the invitation of %s was not sent: %s", invitation.email, problem)
        return False
    return True


def withdraw(invitation: Invitation, *, by: User, now: datetime) -> None:
    with audit.recording(by, Action.INVITATION_WITHDRAWN, invitation.email):
        Invitation.objects.filter(pk=invitation.pk).revoke(now)


def find(token: str, now: datetime) -> Invitation | None:
    """The invitation behind a link, if it still leads to a new account."""
    invitation = Invitation.objects.with_token(token).pending(now).first()
    if invitation is None or User.objects.filter(email=invitation.email).exists():
        return None
    return invitation


@transaction.atomic
def accept(invitation: Invitation, person: NewPerson, now: datetime) -> User | None:
    """Create the person once, or None if the invitation was used up meanwhile."""
    if not invitation.accept(now):
        return None
    made = person.create(invitation.role)
    audit.record(made, Action.PERSON_JOINED, role=invitation.role)
    return made
