"""What people asked to have verified again, and what came of it."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from providers.models.fields import SecondField, UpstreamTextField
from providers.models.sites import Feed

if TYPE_CHECKING:
    from accounts.models import User


class CheckQuerySet(models.QuerySet["Check"]):
    def auditable_by(self, user: "User") -> Self:
        return self.filter(feed__in=Feed.objects.auditable_by(user))

    def pending(self) -> Self:
        return self.filter(finished_at=None)

    def touching(self, since: datetime, until: datetime) -> Self:
        return self.filter(since__lt=until, until__gt=since)


class Check(models.Model):
    """A range whose windows are walked once more and compared row by row, newest first.

    `reached`: all windows from there on are done. `is_same` stays true while both sides have the
    same rows.
    """

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="checks")
    since = SecondField()
    until = SecondField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    reached = SecondField()
    finished_at = models.DateTimeField(null=True)
    is_same = models.BooleanField(default=True)
    requests = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)  # read upstream
    missing = models.BigIntegerField(default=0)  # not here before the check
    gone = models.BigIntegerField(default=0)  # not upstream any more
    unreadable = models.BigIntegerField(default=0)  # upstream
    quarantined = models.BigIntegerField(default=0)  # here

    objects = CheckQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="check_is_not_empty")
        ]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M:%S} asked {self.asked_at:%Y-%m-%d %H:%M:%S}"

    @property
    def is_begun(self) -> bool:
        return self.requests > 0

    def finish(self, now: datetime) -> None:
        self.finished_at = now
        self.save(update_fields=["finished_at"])


class CheckedRow(models.Model):
    """A row that a check found on one side only, as that side has it."""

    found_by = models.ForeignKey(Check, models.CASCADE, related_name="found")
    side = models.CharField(max_length=20)
    time = SecondField()
    type = models.IntegerField()
    model = UpstreamTextField(null=True)
    key = UpstreamTextField(null=True)
    units = models.BigIntegerField()
    prompt = models.BigIntegerField()
    completion = models.BigIntegerField()
    request_id = UpstreamTextField(null=True)

    def __str__(self) -> str:
        return f"{self.side} {self.time:%Y-%m-%d %H:%M:%S}"
