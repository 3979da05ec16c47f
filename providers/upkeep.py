"""What an operator does to an installation: recompute rollups, rotate keys, delete feeds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Min

from providers import rollups, secrets, store
from providers.models import Connection, Feed, KeyDay, ModelDay, Opening, UsageLog

LONG_AGO = date(1970, 1, 1)


def rebuild_rollups(feed: Feed, zone: ZoneInfo, *, since: date | None = None) -> int:
    """Recompute every day of a feed from `since` on; one short transaction each. The number of
    days. Days that have sums and no rows (another time zone made them) lose their sums."""
    first = since or LONG_AGO
    days = {*_days_with_rows(feed, zone, first), *_days_with_sums(feed, first)}
    for day in sorted(days):
        with transaction.atomic():
            Feed.objects.select_for_update().get(pk=feed.pk)
            rollups.rebuild_days(feed.pk, [day], zone)
    return len(days)


def _days_with_rows(feed: Feed, zone: ZoneInfo, first: date) -> Iterator[date]:
    """From row to row over the index, a day at a time, however long the silences are."""
    since, _ = rollups.bounds(first, zone)
    logs = UsageLog.objects.filter(feed=feed)
    while (
        second := logs.filter(time__gte=since).aggregate(first=Min("time"))["first"]
    ) is not None:
        day = second.astimezone(zone).date()
        yield day
        since, _ = rollups.bounds(day + timedelta(days=1), zone)


def _days_with_sums(feed: Feed, first: date) -> Iterator[date]:
    for rollup in (ModelDay, KeyDay):
        days = rollup.objects.filter(feed=feed, day__gte=first)
        yield from days.values_list("day", flat=True).distinct()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rotation:
    """How many secrets the first key seals now, and which no key of this installation opens."""

    resealed: int
    kept: int
    unreadable: Sequence[UUID]


def rotate_secrets() -> Rotation:
    """Seal every secret with the first key; the others may be removed then. Safe to repeat."""
    resealed, kept, unreadable = 0, 0, list[UUID]()
    for holder in (Connection, Opening):
        for pk in holder.objects.exclude(sealed="").values_list("pk", flat=True):
            try:
                was_resealed = _reseal(holder, pk)
            except secrets.SecretUnreadable:
                unreadable.append(pk)
                continue
            resealed += was_resealed
            kept += not was_resealed
    return Rotation(resealed=resealed, kept=kept, unreadable=unreadable)


@transaction.atomic
def _reseal(kind: type[Connection] | type[Opening], pk: UUID) -> bool:
    """Locked, so that a secret that is replaced meanwhile is not put back."""
    holder = kind.objects.select_for_update().filter(pk=pk).exclude(sealed="").first()
    if holder is None:
        return False
    secrets.check(holder)
    if secrets.is_sealed_with_first_key(holder):
        return False
    secrets.reseal(holder)
    return True


class StillWatched(Exception):
    """Rows of a feed that somebody watches are not deleted."""


def delete_feed(feed: Feed) -> None:
    """Rows, windows and sums of a feed that nobody watches any more."""
    if feed.connections.exists():
        raise StillWatched
    while store.delete_some(feed):
        pass
    feed.delete()
