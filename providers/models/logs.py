"""The mirrored rows: one narrow table, one wide table beside it, one table of names.

`store.py` is the only writer of them, so their foreign keys have no constraint and no index of
their own (COPY writes 7.6 k rows a second without, 5.2 k with).
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef

from providers.adapters.records import Span
from providers.models.fields import SecondField, UpstreamTextField
from providers.models.sites import OWN, Connection, Feed

if TYPE_CHECKING:
    from accounts.models import User


LONGEST_REASON = 300


class Name(models.Model):
    """A model, group, upstream user or key as received; id *and* text, so that a renamed or reused
    name never mixes two people. Site and upstream id only for users and keys."""

    class Kind(models.TextChoices):
        MODEL = "model"
        GROUP = "group"
        USER = "user"
        KEY = "key"

    kind = models.CharField(max_length=5, choices=Kind)
    site_id = models.BigIntegerField(default=0)
    upstream_id = models.CharField(max_length=100, default="")
    text = UpstreamTextField()
    digest = models.BinaryField(max_length=8)  # of the text, which may be too long for an index

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "site_id", "upstream_id", "digest"], name="name_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.text)


def reference(to: Any, **options: Any) -> Any:
    """A foreign key without constraint or index."""
    return models.ForeignKey(
        to, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", **options
    )


class OfFeedQuerySet(models.QuerySet[Any]):
    """Rows that carry a feed."""

    def visible_to(self, user: "User") -> Self:
        watched = Connection.objects.filter(feed=OuterRef("feed"), owner=user, scope=OWN)
        return self.filter(Exists(watched))  # never a join: two connections would double every sum

    def auditable_by(self, user: "User") -> Self:
        return self.filter(feed__in=Feed.objects.auditable_by(user))

    def inside(self, feed: Feed, span: Span) -> Self:
        """Of rows that have a time."""
        return self.filter(feed=feed, time__gte=span.since, time__lt=span.until)


class UsageLog(models.Model):
    """One upstream row: its numbers. The time is the site's, in whole seconds."""

    feed = reference(Feed)
    time = SecondField()
    type = models.IntegerField()
    model = reference(Name, null=True)
    key = reference(Name, null=True)
    user = reference(Name, null=True)
    group = reference(Name, null=True)
    channel = models.BigIntegerField(null=True)
    units = models.BigIntegerField()
    prompt = models.BigIntegerField()
    completion = models.BigIntegerField()
    cached = models.BigIntegerField()
    duration = models.BigIntegerField(null=True)  # ms
    first_ms = models.BigIntegerField(null=True)
    is_stream = models.BooleanField()
    balance = models.BigIntegerField(null=True)  # beside the row, where its site tells one
    digest = models.BinaryField(max_length=8)
    occurrence = models.IntegerField()

    objects = OfFeedQuerySet.as_manager()

    class Meta:
        constraints = [  # the identity; also serves the pages and totals of a feed
            models.UniqueConstraint(
                fields=["feed", "time", "digest", "occurrence"], name="usage_log_once"
            )
        ]
        indexes = [
            models.Index(fields=["time", "id"], name="usage_log_newest"),  # all feeds; retention
            models.Index(fields=["model", "time", "id"], name="usage_log_model"),
            models.Index(fields=["key", "time", "id"], name="usage_log_key"),
            models.Index(fields=["user", "time", "id"], name="usage_log_user"),
        ]

    def __str__(self) -> str:
        return f"{self.time:%Y-%m-%d %H:%M:%S} type {self.type}"


class UsageDetail(models.Model):
    """The text of a row. `raw` is the record as received."""

    log = models.OneToOneField(
        UsageLog, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="detail"
    )
    request_id = UpstreamTextField(null=True)
    ip = UpstreamTextField(null=True)
    content = UpstreamTextField(null=True)
    channel_name = UpstreamTextField(null=True)
    other = UpstreamTextField(null=True)
    upstream_id = models.BigIntegerField(null=True)
    raw = UpstreamTextField()
    mirrored_at = SecondField()

    class Meta:
        indexes = [
            # a request id is found whatever the range says
            models.Index(fields=["request_id"], name="usage_detail_request")
        ]

    def __str__(self) -> str:
        return f"detail of {self.log_id}"


class QuarantinedRow(models.Model):
    """A row that could not be read. It belongs to its window and is replaced with it."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="quarantined")
    time = SecondField()  # the row's own, or the beginning of its window where that is unreadable
    raw = UpstreamTextField()
    reason = models.CharField(max_length=LONGEST_REASON)
    seen_at = models.DateTimeField()
    upstream_id = models.BigIntegerField(null=True)

    objects = OfFeedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["feed", "time"], name="quarantined_row_window")]

    def __str__(self) -> str:
        return self.reason

    def record_reason(self, reason: str) -> None:
        """What the present code says."""
        self.reason = reason[:LONGEST_REASON]
        self.save(update_fields=["reason"])


class Window(models.Model):
    """A stretch of seconds of a feed, half-open, and what is known of it: the cursor of a sync."""

    class State(models.TextChoices):
        MIRRORED = "mirrored"
        VERIFIED = "verified"
        DIFFERS = "differs"
        PRUNED = "pruned"

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="windows")
    since = SecondField()
    until = SecondField()
    state = models.CharField(max_length=10, choices=State)
    reason = models.CharField(max_length=40, default="")
    rows = models.BigIntegerField()
    units = models.BigIntegerField(null=True)  # ours, of the types and the name that were compared
    site_units = models.BigIntegerField(null=True)
    requests = models.IntegerField(null=True)  # that the run made which last read it
    walked_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)

    objects = OfFeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed", "since"], name="window_once"),
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("since")), name="window_is_not_empty"
            ),
        ]
        indexes = [
            models.Index(fields=["feed", "until"], name="window_newest"),
            models.Index(fields=["since", "feed"], name="window_of_all"),  # pages over all feeds
        ]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M:%S} {self.state}"

    @property
    def span(self) -> Span:
        return Span(since=int(self.since.timestamp()), until=int(self.until.timestamp()))

    def record_check(
        self, state: str, reason: str, *, units: int | None, site_units: int | None, now: datetime
    ) -> None:
        """Both sums once more, without reading the rows again."""
        self.state, self.reason, self.checked_at = state, reason, now
        self.units, self.site_units = units, site_units
        self.save(update_fields=["state", "reason", "checked_at", "units", "site_units"])
