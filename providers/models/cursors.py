"""Logs that are read from a cursor on: how far, and what their balances tell."""

from datetime import datetime

from django.db import models

from providers.models.fields import ListsField, SecondField
from providers.models.logs import OfFeedQuerySet
from providers.models.sites import Connection, Feed


class Cursor(models.Model):
    """How far the log was read with one connection's secret, which may show other rows than that of
    another. What is not known yet is None: from which end it is read, and whether the cursor counts
    rows or ids. `ranges`: what `sync/coverage.py` calls so, oldest first."""

    connection = models.OneToOneField(
        Connection, models.CASCADE, primary_key=True, related_name="cursor"
    )
    is_newest_first = models.BooleanField(null=True)
    counts_ids = models.BooleanField(null=True)
    ranges = ListsField(default=list)
    front = models.BigIntegerField(null=True)  # unix second: up to it the newest range is whole
    unsettled_from = models.BigIntegerField(null=True)  # the first id that was too young
    is_at_end = models.BooleanField(default=False)  # of a log that is read from its oldest row
    read_at = models.DateTimeField(null=True)  # the newest rows
    looked_back_at = models.DateTimeField(null=True)  # recent rows were last read again

    def __str__(self) -> str:
        return f"cursor of {self.connection_id}"

    def note_read(self, now: datetime) -> None:
        self.read_at = now
        self.save(update_fields=["read_at"])


class BalanceJump(models.Model):
    """The balance moved without a row: up by a top-up, or down by a charge that is in no log.
    Between `after` and `time`, the seconds of the rows around it."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="jumps")
    after = SecondField()
    time = SecondField()
    units = models.BigIntegerField()

    objects = OfFeedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "time"], name="balance_jump_once")]

    def __str__(self) -> str:
        return f"{self.units} at {self.time:%Y-%m-%d %H:%M:%S}"
