"""The site's own hourly statistic: the newest slice each hour, older ones once, for the history."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction

from providers import names
from providers.adapters.records import HourlyPoint, Span, utc
from providers.adapters.records import UserPoint as Said
from providers.models import Feed, Name, QuotaPoint, UserPoint
from providers.sync.turn import FeedTurn

SLICE_SECONDS = (30 * 24 - 1) * 3600  # with the begun hours at its ends what a site answers
MOST_SILENCE = 12  # slices without a point; then nothing older is looked for
EVERY = timedelta(hours=1)


def is_due(feed: Feed, now: datetime) -> bool:
    if feed.stepped_at is None:
        return False  # rows first
    return feed.hourly_read_at is None or abs(now - feed.hourly_read_at) > EVERY


def has_history(feed: Feed) -> bool:
    """True while older slices are left to be read."""
    return feed.hourly_since is not None and feed.hourly_silence < MOST_SILENCE


def read_newest(work: FeedTurn) -> None:
    feed = work.feed
    span = _slice_before(work.turn.site_now())
    _read(work, span)
    if feed.hourly_since is None and work.turn.site.has_hourly:
        feed.hourly_since = utc(span.since)
    feed.hourly_read_at = work.turn.now()
    feed.save(update_fields=["hourly_since", "hourly_read_at"])


def read_older(work: FeedTurn) -> None:
    feed = work.feed
    if feed.hourly_since is None:
        return
    span = _slice_before(int(feed.hourly_since.timestamp()))
    feed.hourly_silence = 0 if _read(work, span) else feed.hourly_silence + 1
    feed.hourly_since = utc(span.since)
    feed.save(update_fields=["hourly_since", "hourly_silence"])


def _slice_before(until: int) -> Span:
    return Span(since=until - SLICE_SECONDS, until=until)


def _read(work: FeedTurn, span: Span) -> bool:
    known = work.reader.credentials
    points = work.turn.windows.hourly(work.turn.door, known, scope=work.feed.scope, span=span)
    if points is None:
        work.turn.site.has_hourly = False  # until its facts are read again
        work.turn.site.save(update_fields=["has_hourly"])
        return False
    _keep_points(work.feed, points)
    if work.feed.is_of_all and work.turn.site.has_hourly_by_user:
        _read_users(work, span)
    return bool(points)


def _read_users(work: FeedTurn, span: Span) -> None:
    """What newer versions say of each user as well."""
    known, site = work.reader.credentials, work.turn.site
    points = work.turn.windows.hourly_by_user(work.turn.door, known, span=span)
    if points is None:
        site.has_hourly_by_user = False  # until the site is of another version
        site.save(update_fields=["has_hourly_by_user"])
        return
    _keep_user_points(work.feed, points)


def _keep_points(feed: Feed, points: Sequence[HourlyPoint]) -> None:
    keys = {point.model: names.NameKey(Name.Kind.MODEL, point.model) for point in points}
    ids = names.ids_of(keys.values())
    with transaction.atomic():
        QuotaPoint.objects.bulk_create(
            [
                QuotaPoint(
                    feed=feed,
                    hour=point.hour,
                    model_id=ids[keys[point.model]],
                    requests=point.requests,
                    units=point.units,
                    tokens=point.tokens,
                )
                for point in points
            ],
            update_conflicts=True,
            unique_fields=["feed", "hour", "model"],
            update_fields=["requests", "units", "tokens"],
            batch_size=500,
        )


def _keep_user_points(feed: Feed, points: Sequence[Said]) -> None:
    UserPoint.objects.bulk_create(
        [UserPoint(feed=feed, **asdict(point)) for point in points],
        update_conflicts=True,
        unique_fields=["feed", "hour", "username"],
        update_fields=["requests", "units", "tokens"],
        batch_size=500,
    )
