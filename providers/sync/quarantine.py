"""Rows that could not be read are read again after an upgrade, from the raw text that was kept."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from providers import store
from providers.adapters.records import LogRecord
from providers.models import Feed, QuarantinedRow, Window
from providers.sync import recheck
from providers.sync.turn import Turn


def reread_after_upgrade(turn: Turn) -> None:
    for feed in Feed.objects.filter(site=turn.site).exclude(parsed_with=settings.VERSION):
        for row in QuarantinedRow.objects.filter(feed=feed):
            reread(turn, row)
        feed.parsed_with = settings.VERSION
        feed.save(update_fields=["parsed_with"])


def reread(turn: Turn, row: QuarantinedRow) -> bool:
    """True if the row is mirrored now. Its window is then held against the site again."""
    record = _record(turn, row)
    if record is None:
        return False
    with transaction.atomic():
        row.delete()
        store.add_row(row.feed, record, now=turn.now(), zone=turn.zone)
        around = Window.objects.filter(feed=row.feed, since__lte=record.second)
        overdue = turn.now() - recheck.EVERY - timedelta(seconds=1)
        around.filter(until__gt=record.second).update(checked_at=overdue)
    return True


def _record(turn: Turn, row: QuarantinedRow) -> LogRecord | None:
    try:
        return turn.adapter.reread(row.raw, scope=row.feed.scope)
    except ValueError:
        return None
