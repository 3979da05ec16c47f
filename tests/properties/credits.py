"""What openai-hk may do, and what a mirror of it has to promise."""

from collections import Counter

from django.utils import timezone

from providers import secrets
from providers.adapters.records import Secret
from providers.models import Connection, Feed, Site
from tests.factories import make_user
from tests.properties import checks, credit_checks
from tests.properties.events import Move
from tests.properties.scene import LAB, OF_ROWS, Scene
from tests.providers.sync.mirrors import Mirror

KEYS = (1, 2)  # of one account
ENDS = {"items_null", "empty_page", "short_page"}  # more than once they are the end of the log


class CreditScene(Scene):
    """`jumps` are the moves of the balance by the second of the row after them, `pending` those
    that no row came after."""

    columns = checks.OF_CREDITS

    def __init__(self, double, profile):
        self.jumps, self.pending = Counter(), 0
        self.has_rows = self.is_before = False
        super().__init__(double, profile)

    def make_mirror(self):
        site = Site.objects.create(kind="openai_hk", base_url=self.double.url)
        feed = Feed.objects.create(site=site, account=str(LAB))
        connections = [self._connection(site, feed, key) for key in KEYS]
        return Mirror(self.double, connections[0])

    def _connection(self, site, feed, key):
        connection = Connection(
            owner=make_user(f"owner{key}"),
            site=site,
            feed=feed,
            name=f"key {key}",
            created_at=timezone.now(),
        )
        connection.sealed = secrets.seal(Secret(self.double.hk_key(key)), connection)
        connection.save(force_insert=True)
        return connection

    def set_habits(self, *, is_before, log_per_key):
        self.is_before = is_before
        self.double.set(balance_before=is_before, log_per_key=log_per_key)

    def stable(self, row):
        shown = row["balance"] + (row["quota"] if self.is_before else 0)
        return super().stable(row | {"balance": shown, "content": row["content"] or None})

    def begin_with(self, batches):
        super().begin_with(batches)
        self.has_rows = any(batch.rows for batch in batches)

    def append(self, batch):
        arrived = super().append(batch)
        if self.has_rows and self.pending:
            self.jumps[arrived[0]["created_at"]] += self.pending
        self.has_rows, self.pending = True, 0
        return arrived

    def excuse_for(self, fault):
        if fault.kind in OF_ROWS:
            return "edited"
        is_lie = fault.kind == "repeated_row" or (fault.kind in ENDS and fault.ways["times"] > 1)
        return "lied" if is_lie else None

    def happen_there(self, event):
        match event:
            case Move():
                self.double.top_up(LAB, event.units)
                self.pending += event.units

    def check_settled(self):
        credit_checks.when_settled(self)
