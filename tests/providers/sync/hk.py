"""A member's connection to openai-hk, and what came of it."""

import time
from collections import Counter

from django.utils import timezone

from providers import secrets
from providers.adapters.records import Secret
from providers.models import Connection, Cursor, Feed, Site, UsageLog
from tests.factories import make_user
from tests.providers.sync.mirrors import Mirror
from tests.upstream import World, start_double
from tests.upstream.rows import Row

LAB = 2
TURNS = 3


class HkMirror(Mirror):
    def sync(self, turns=TURNS):
        super().sync(turns)

    def rows(self):
        rows = UsageLog.objects.filter(feed=self.feed).select_related("detail")
        return Counter(
            (row.detail.upstream_id, int(row.time.timestamp()), row.units, row.balance)
            for row in rows
        )

    def truth(self):
        return Counter(
            (row["id"], row["created_at"], row["quota"], row["balance"])
            for row in self.double.truth(LAB)
        )

    @property
    def cursor(self):
        return Cursor.objects.get(connection=self.connection)


def make_mirror(double, *, key=1):
    site, _ = Site.objects.get_or_create(kind="openai_hk", base_url=double.url)
    feed, _ = Feed.objects.get_or_create(site=site, scope="own", account=str(LAB))
    connection = Connection(
        owner=make_user(f"owner{Connection.objects.count()}"),
        site=site,
        feed=feed,
        name="hk",
        created_at=timezone.now(),
    )
    connection.sealed = secrets.seal(Secret(double.hk_key(key)), connection)
    connection.save(force_insert=True)
    return HkMirror(double, connection)


def rows(count, *, every=60, ago=300):
    """The newest is `ago` seconds old."""
    now = int(time.time())
    columns = {"token_id": 1, "model_name": "gpt-3.5-turbo"}
    return [
        Row(created_at=now - ago - every * number, quota=1 + number % 7, **columns)
        for number in reversed(range(count))
    ]


def ago(seconds):
    return int(time.time()) - seconds


def install(settings):
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 1_000_000


def start():
    return start_double("openai-hk-offset-newest")


def load(double, given, *, meaning="offset-newest", **settings):
    """Put rows into the double and connect to it."""
    double.reset()
    double.load(World().add(given, user_id=LAB))
    double.set(rate_limit=None, **settings)
    double.switch(f"openai-hk-{meaning}")
    return make_mirror(double)
