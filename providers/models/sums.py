"""Sums per business day, and what the site itself says: its balance and its hourly statistic."""

from django.db import models

from providers.models.fields import SecondField, UpstreamTextField
from providers.models.logs import Name, OfFeedQuerySet, reference
from providers.models.sites import Feed


class DailySums(models.Model):
    """The columns that both rollups share."""

    day = models.DateField()
    feed = reference(Feed)
    type = models.IntegerField()
    user = reference(Name, null=True)
    requests = models.BigIntegerField()
    units = models.BigIntegerField()
    prompt = models.BigIntegerField()
    completion = models.BigIntegerField()
    cached = models.BigIntegerField()

    objects = OfFeedQuerySet.as_manager()

    class Meta:
        abstract = True


class ModelDay(DailySums):
    model = reference(Name, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["feed", "day", "type", "user", "model"], name="model_day_once"
            )
        ]
        indexes = [models.Index(fields=["day"], name="model_day_day")]  # all feeds of a range

    def __str__(self) -> str:
        return f"{self.day} {self.model_id}"


class KeyDay(DailySums):
    key = reference(Name, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["feed", "day", "type", "user", "key"], name="key_day_once"
            )
        ]
        indexes = [models.Index(fields=["day"], name="key_day_day")]  # all feeds of a range

    def __str__(self) -> str:
        return f"{self.day} {self.key_id}"


class Snapshot(models.Model):
    """What the site said of an account at a moment, in its unit."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="snapshots")
    at = models.DateTimeField()
    units = models.BigIntegerField()
    used_units = models.BigIntegerField(null=True)
    requests = models.BigIntegerField(null=True)

    objects = OfFeedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "at"], name="snapshot_once")]

    def __str__(self) -> str:
        return f"{self.units} at {self.at}"


class QuotaPoint(models.Model):
    """The site's own statistic of a UTC hour and model; kept apart from our sums."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="quota_points")
    hour = SecondField()
    model = models.ForeignKey(Name, models.PROTECT, related_name="+")
    requests = models.BigIntegerField()
    units = models.BigIntegerField()
    tokens = models.BigIntegerField()

    objects = OfFeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed", "hour", "model"], name="quota_point_once")
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H} {self.units}"


class UserPoint(models.Model):
    """The same of one user of the site, by the name that they had then; of feeds of all users."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="user_points")
    hour = SecondField()
    username = UpstreamTextField()
    requests = models.BigIntegerField()
    units = models.BigIntegerField()
    tokens = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed", "hour", "username"], name="user_point_once")
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.hour:%Y-%m-%d %H} {self.units}"
