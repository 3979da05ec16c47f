"""What a person keeps of the pages: how their log tables look, and views that they come back to."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from dashboard.parameters import SIZE

LONGEST_NAME = 60
LONGEST_QUERY = 4000


class LogPage(models.TextChoices):
    """A page of rows; its value is the name of its URL."""

    OWN = "logs"
    TEAM = "team_logs"


class TableSettings(models.Model):
    """How a person wants a log table. `columns`: the words of those shown; None for the usual."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    page = models.CharField(max_length=20, choices=LogPage)
    columns = models.JSONField(null=True)
    size = models.PositiveSmallIntegerField(default=SIZE)
    is_roomy = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "page"], name="table_settings_once")
        ]

    def __str__(self) -> str:
        return f"{self.page} of {self.owner_id}"

    @classmethod
    def of(cls, owner: User, page: str) -> Self:
        """Not saved where the person has chosen nothing."""
        found = cls.objects.filter(owner=owner, page=page).first()
        return found or cls(owner=owner, page=page)

    def choose(self, **chosen: object) -> None:
        """Two tabs may do this at the same time: the later one wins."""
        TableSettings.objects.update_or_create(owner=self.owner, page=self.page, defaults=chosen)


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User) -> Self:
        """One of the team's log is of no use to who may not see it."""
        found = self.filter(Q(owner=user) | Q(is_shared=True))
        return (
            found if user.has_perm("accounts.view_all_logs") else found.exclude(page=LogPage.TEAM)
        )


class SavedView(models.Model):
    """A filter under a name, as a query string; the team has those that are shared."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    page = models.CharField(max_length=20, choices=LogPage)
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST_QUERY)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "page", "name"], name="saved_view_once")
        ]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
