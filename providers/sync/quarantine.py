"""Rows that could not be read are read again, from the raw text that was kept: after an upgrade,
and when a person asks."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from providers import store
from providers.adapters import ADAPTERS
from providers.adapters.records import LogRecord
from providers.models import Feed, QuarantinedRow, Window
from providers.sync import recheck
from providers.sync.turn import Turn


def reread_after_upgrade(turn: Turn) -> None:
    for feed in Feed.objects.filter(site=turn.site).exclude(parsed_with=settings.VERSION):
        for row in QuarantinedRow.objects.filter(feed=feed).select_related("feed__site"):
            reread(row, now=turn.now(), zone=turn.zone)
        feed.parsed_with = settings.VERSION
        feed.save(update_fields=["parsed_with"])


def reread(row: QuarantinedRow, *, now: datetime, zone: ZoneInfo) -> bool:
    """True if the row is mirrored now. Its window is then held against the site again."""
    try:
        record = ADAPTERS[row.feed.site.kind].reread(row.raw, scope=row.feed.scope)
    except ValueError as error:
        row.record_reason(str(error))
        return False
    with transaction.atomic():
        row.delete()
        store.add_row(row.feed, record, now=now, zone=zone)
        _make_due(row.feed, record, now)
    return True


def _make_due(feed: Feed, record: LogRecord, now: datetime) -> None:
    around = Window.objects.filter(feed=feed, since__lte=record.second, until__gt=record.second)
    around.update(checked_at=now - recheck.EVERY - timedelta(seconds=1))
