"""One member's connection to the upstream double, and what came of it."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from django.utils import timezone

from providers import secrets
from providers.adapters.records import Secret
from providers.models import Connection, Feed, Site, UsageLog, Window
from providers.sync import conductor
from tests.factories import make_user
from tests.upstream import Double

PATIENT = 1000


@dataclass
class Mirror:
    double: Double
    connection: Connection

    @property
    def feed(self):
        return Feed.objects.get(pk=self.connection.feed_id)

    def sync(self, turns=50):
        """Work until nothing is due, the tail included."""
        Feed.objects.filter(pk=self.connection.feed_id).update(sync_asked_at=timezone.now())
        self.go_on(turns)

    def go_on(self, turns=50):
        for _ in range(turns):
            Connection.objects.update(retry_at=None)
            if conductor.work_at(self.connection.site_id, patience=PATIENT) is None:
                break
        self.connection.refresh_from_db()

    def rows(self):
        found = UsageLog.objects.filter(feed=self.feed).select_related("key", "model", "detail")
        return Counter(
            (
                int(row.time.timestamp()),
                row.type,
                row.key.text,
                row.model.text,
                row.units,
                row.prompt,
                row.completion,
                row.detail.content,
            )
            for row in found
        )

    def truth(self):
        return Counter(
            (
                row["created_at"],
                row["type"],
                row["token_name"],
                row["model_name"],
                row["quota"],
                row["prompt_tokens"],
                row["completion_tokens"],
                row["content"],
            )
            for row in self.double.truth(int(self.feed.account or 0) or None)
        )

    def overlaps(self):
        spans = list(Window.objects.filter(feed=self.feed).order_by("since"))
        return [(a, b) for a, b in pairwise(spans) if b.since < a.until]

    def windows(self):
        windows = Window.objects.filter(feed=self.feed)
        return Counter(windows.values_list("state", "reason"))


def make_mirror(double, *, user_id=2, username="lab", token=None, scope="own"):
    """`scope="all"`: an admin's, of everybody's rows."""
    site, _ = Site.objects.get_or_create(kind="new_api", base_url=double.url)
    own = {"account": str(user_id), "defaults": {"account_name": username}}
    feed, _ = Feed.objects.get_or_create(
        site=site, scope=scope, **(own if scope == "own" else {"account": ""})
    )
    role = "member" if scope == "own" else "admin"
    connection = Connection(
        owner=make_user(f"owner{Connection.objects.count()}", role=role),
        site=site,
        feed=feed,
        scope=scope,
        name=username,
        user_id=str(user_id),
        created_at=timezone.now(),
    )
    connection.sealed = secrets.seal(Secret(token or double.token(username)), connection)
    connection.save(force_insert=True)
    return Mirror(double, connection)
