"""What a turn at a site consists of: one step for one feed at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet

from providers.models import Connection, Feed
from providers.sync.turn import FeedTurn


@dataclass(frozen=True, slots=True)
class Step:
    """`connection`: whose secret it needs; None where any will do. A person waits for an urgent
    one."""

    feed: Feed
    run: Callable[[FeedTurn], None]
    connection: Connection | None = None
    is_urgent: bool = False


def due_feeds(feeds: QuerySet[Feed], now: datetime) -> QuerySet[Feed]:
    """Feeds whose tail is to be read, new ones first. One that was read long after now was so by a
    clock that was set back since."""
    pause = timedelta(seconds=settings.TOLLBOOK_SYNC_SECONDS)
    is_stale = Q(read_at=None) | Q(read_at__lt=now - pause) | Q(read_at__gt=now + pause)
    due = feeds.filter(is_stale | Q(sync_asked_at__isnull=False))
    return due.order_by(F("read_at").asc(nulls_first=True))
