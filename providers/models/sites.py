"""Upstream sites, people's connections to them, and the feeds that they share."""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from providers.models.fields import ListsField, UpstreamTextField

if TYPE_CHECKING:
    from accounts.models import User

OWN, ALL = "own", "all"
FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(hours=1)


class Site(models.Model):
    """One deployment of an upstream. `kind` has no choices: a new provider makes no migration."""

    kind = models.CharField(max_length=40)
    base_url = models.CharField(max_length=500)
    name = UpstreamTextField(default="")
    version = UpstreamTextField(default="")
    dialect = models.CharField(max_length=40, default="")
    vocabulary = models.CharField(max_length=40, default="new-api")
    vocabulary_is_chosen = models.BooleanField(default=False)
    has_hourly = models.BooleanField(default=True)
    has_hourly_by_user = models.BooleanField(default=True)  # until it is asked, of a version
    clock_offset_seconds = models.FloatField(default=0)
    facts_read_at = models.DateTimeField(null=True)
    # The request budget, unix times (see pacing.py): spent to, halved to, who asks now and may take
    # until then, and until when nobody goes before a person.
    paced_until = models.FloatField(default=0)
    slow_until = models.FloatField(default=0)
    asker = models.CharField(max_length=40, default="")
    asking_until = models.FloatField(default=0)
    urgent_until = models.FloatField(default=0)
    lease_holder = models.CharField(max_length=40, default="")
    lease_until = models.FloatField(default=0)
    # An admin said that this is another address of that one, which is itself no other's.
    same_as = models.ForeignKey("self", models.SET_NULL, null=True, related_name="aliases")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "base_url"], name="site_once")]

    def __str__(self) -> str:
        return self.name or self.base_url

    @property
    def root_id(self) -> int:
        """The same for all addresses of one site."""
        return self.same_as_id or self.pk


class SiteUnit(models.Model):
    """What a site's unit was worth from `read_at` on, until the next row says otherwise."""

    PAID = "paid"  # as `display`: a person said so, of a site that does not

    site = models.ForeignKey(Site, models.CASCADE, related_name="units")
    read_at = models.DateTimeField()
    units_per_usd = models.DecimalField(max_digits=30, decimal_places=10)
    display = models.CharField(max_length=20)
    usd_rate = models.DecimalField(max_digits=30, decimal_places=10, null=True)
    symbol = models.CharField(max_length=40, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "read_at"], name="site_unit_once")]

    def __str__(self) -> str:
        return f"{self.units_per_usd} per USD"


class SiteTrait(models.Model):
    """What a site was found to do, and what it did before that; code and value are words of its
    adapter, but `version` and `dialect` are kept for every kind."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="traits")
    code = models.CharField(max_length=40)
    value = UpstreamTextField()
    seen_at = models.DateTimeField()
    former = UpstreamTextField(default="")
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "code"], name="site_trait_once")]

    def __str__(self) -> str:
        return f"{self.code}: {self.value}"


class FeedQuerySet(models.QuerySet["Feed"]):
    def visible_to(self, user: "User") -> Self:
        watched = Connection.objects.filter(feed=OuterRef("pk"), owner=user, scope=OWN)
        return self.filter(Exists(watched))

    def auditable_by(self, user: "User") -> Self:
        """What a person may hold against its site, raw text included: admins everything, finance
        nothing, everybody else their own."""
        if user.is_admin_role:
            return self
        return self.none() if user.is_finance_role else self.visible_to(user)

    def unwatched(self) -> Self:
        """Nobody has a connection to them any more."""
        return self.filter(connections=None)


class Feed(models.Model):
    """One stream of rows: a site, a scope and the upstream account that the site itself named.
    The rows of all users are one stream, whoever asks for them: it has no account."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="feeds")
    scope = models.CharField(max_length=10)
    account = models.CharField(max_length=100)
    account_name = UpstreamTextField(default="")
    backfilled_at = models.DateTimeField(null=True)
    has_gaps = models.BooleanField(default=True)  # seconds that no window covers, by all we know
    backfill_width = models.BigIntegerField(default=3600)
    rows_left = models.BigIntegerField(null=True)  # before the cursor, as the site last said
    shares_its_name = models.BooleanField(default=False)
    waits_for_person = models.CharField(max_length=40, default="")
    read_at = models.DateTimeField(null=True)
    stepped_at = models.DateTimeField(null=True)  # feeds take turns by it
    hourly_read_at = models.DateTimeField(null=True)
    hourly_since = models.DateTimeField(null=True)  # the history was read back to there
    hourly_silence = models.IntegerField(default=0)  # slices without a point, in a row
    parsed_with = models.CharField(max_length=40, default="")  # version that reread quarantine
    sync_asked_at = models.DateTimeField(null=True)
    clock_steps = ListsField(default=list)  # id and second of rows from which on time was set back
    balance_is_before = models.BooleanField(null=True)  # the one beside a row; None: not known

    objects = FeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "scope", "account"], name="feed_once")
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.scope} {self.account}"

    @property
    def is_of_all(self) -> bool:
        return self.scope == ALL

    def counts(self, name: str | None) -> bool:
        """Whether the site's statistic counts rows under this name of a user."""
        return self.is_of_all or name == self.account_name

    def note_gaps(self) -> None:
        """Some seconds have no window any more, or never had one: the backfill looks for them."""
        self.has_gaps = True
        self.save(update_fields=["has_gaps"])

    def note_step(self, now: datetime) -> None:
        """Feeds take turns."""
        self.stepped_at = now
        self.save(update_fields=["stepped_at"])


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def visible_to(self, user: "User") -> Self:
        """Whoever is no admin any more does not see on through a connection to everybody's rows."""
        return self if user.is_admin_role else self.filter(owner=user, scope=OWN)

    def lending(self, now: datetime) -> Self:
        """Connections whose secret may be used now. No rest is so long as one that began before the
        clock was set back."""
        rested = Q(retry_at=None) | Q(retry_at__lte=now) | Q(retry_at__gt=now + LONGEST_REST)
        return self.filter(rested, state=Connection.State.ACTIVE).exclude(sealed="")


class Connection(models.Model):
    """A person's access to a site, and by that a watcher of its feed; no feed until the site named
    the account. A UUID as key, so that the sealed secret can be bound to it before the insert."""

    class State(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"
        STOPPED = "stopped"  # a failure that only a person can mend

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="connections")
    site = models.ForeignKey(Site, models.PROTECT, related_name="connections")
    feed = models.ForeignKey(Feed, models.PROTECT, null=True, related_name="connections")
    name = models.CharField(max_length=100)
    scope = models.CharField(max_length=10, default="own")
    user_id = models.CharField(max_length=100, default="")
    sealed = models.TextField(default="")
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    created_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=40, default="")
    error_detail = models.CharField(max_length=300, default="")
    retry_at = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)  # in a row

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=["own", "all"]), name="connection_scope")
        ]

    def __str__(self) -> str:
        return self.name

    def record_success(self, now: datetime) -> None:
        self.succeeded_at, self.failed_at, self.retry_at = now, None, None
        self.error_code = self.error_detail = ""
        self.failures = 0
        self._save("succeeded_at", "failed_at", "retry_at", "failures")
        self._save("error_code", "error_detail")

    def record_failure(self, code: str, detail: str, needs_person: bool, now: datetime) -> None:
        """What only a person can mend stops the connection; all else rests, longer each time."""
        self.failures += 1
        self.failed_at, self.error_code, self.error_detail = now, code, detail[:300]
        self.retry_at = now + min(LONGEST_REST, FIRST_REST * 2 ** min(self.failures - 1, 10))
        if needs_person:
            self.state = self.State.STOPPED
        self._save("failures", "failed_at", "error_code", "error_detail", "retry_at", "state")

    def pause(self) -> None:
        self.state = self.State.PAUSED
        self._save("state")

    def lose_secret(self, code: str, now: datetime) -> None:
        """Destroyed for good; its owner has to enter one again."""
        self.sealed = ""
        self._save("sealed")
        self.record_failure(code, "", True, now)

    def resume(self) -> None:
        """Without a secret there is nothing to go on with."""
        if not self.sealed:
            return
        self.state, self.retry_at = self.State.ACTIVE, None
        self._save("state", "retry_at")

    def _save(self, *fields: str) -> None:
        self.save(update_fields=fields)
