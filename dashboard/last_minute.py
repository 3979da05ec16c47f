"""How many requests and tokens came in the last minute that was read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Sum

from dashboard.filters import UsageFilter
from dashboard.periods import Range
from dashboard.scope import Scope, SeenFeed
from providers.models.logs import OfFeedQuerySet

MINUTE = timedelta(seconds=60)
UNREADABLE = timedelta(seconds=2)  # younger rows are not read yet
STALE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class LastMinute:
    """Of the 60 s before `until`, the moment to which every feed in question was read."""

    requests: int
    tokens: int
    until: datetime


def minute_of(filters: UsageFilter, scope: Scope, now: datetime) -> Range | None:
    """None where a feed was not read of late, or the range does not hold that minute."""
    read = [_read_to(seen) for seen in scope.feeds.values()]
    until = min((moment for moment in read if moment), default=None)
    if until is None or None in read or now - until > STALE:
        return None
    since = until - MINUTE
    if since < filters.range.since or until > filters.range.until:
        return None
    return Range(since=since, until=until)


def last_minute(
    filters: UsageFilter, scope: Scope, rows: OfFeedQuerySet, now: datetime
) -> LastMinute | None:
    minute = minute_of(filters, scope, now)
    if minute is None:
        return None
    inside = rows.filter(scope.of_spend(), time__gte=minute.since, time__lt=minute.until)
    found = inside.aggregate(
        requests=Count("pk"), prompt=Sum("prompt"), completion=Sum("completion")
    )
    tokens = (found["prompt"] or 0) + (found["completion"] or 0)
    return LastMinute(found["requests"], tokens, minute.until)


def _read_to(seen: SeenFeed) -> datetime | None:
    """By the site's clock, as rows are."""
    feed = seen.feed
    if feed.read_at is None:
        return None
    return feed.read_at - UNREADABLE + timedelta(seconds=feed.site.clock_offset_seconds)
