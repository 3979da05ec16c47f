"""The record of turns, kept for a week."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError

from providers.models import SyncRun

KEPT = timedelta(days=7)


def note(site_id: int, *, began: datetime, requests: int, outcome: SyncRun.Outcome) -> None:
    """Where the database does not take it, the turn was what it was."""
    if not requests:
        return
    seconds = (datetime.now(UTC) - began).total_seconds()
    with suppress(DatabaseError):
        SyncRun.objects.filter(site=site_id, began_at__lt=began - KEPT).delete()
        SyncRun.objects.create(
            site_id=site_id, began_at=began, seconds=seconds, requests=requests, outcome=outcome
        )
