"""Accounts that were opened at a site from here."""

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models

from providers.models.sites import Connection, Site

if TYPE_CHECKING:
    from accounts.models import User


class OpeningQuerySet(models.QuerySet["Opening"]):
    def to_show(self, user: "User") -> Self:
        """Whose key was not shown yet, to the one whom it belongs to."""
        return self.filter(connection__owner=user, state=Opening.State.OPENED, shown_at=None)


class Opening(models.Model):
    """One request for an account. It stands here before it is made, and is never made again: each
    opens an account. `sealed`: the answer as received, kept until its key was shown."""

    class State(models.TextChoices):
        ASKED = "asked"  # no answer yet, or we were stopped before it came
        OPENED = "opened"
        UNREAD = "unread"  # an answer came, and holds no key that we can read
        LOST = "lost"  # no whole answer came; the account may exist

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="openings")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    sealed = models.TextField(default="")
    error_code = models.CharField(max_length=40, default="")
    error_detail = models.CharField(max_length=300, default="")
    connection = models.OneToOneField(
        Connection, models.SET_NULL, null=True, related_name="opening"
    )
    shown_at = models.DateTimeField(null=True)

    objects = OpeningQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.site} for {self.owner}: {self.state}"
