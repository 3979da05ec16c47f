"""Write one window of one feed: any number of times, same result. The only writer of rows.

Insert what is missing, recompute the touched days, record the window: transactions of about 1000
rows, cut at a second's boundary, the window's record in the last. Absence upstream never deletes.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from providers import rollups, rows
from providers.adapters.records import BadRow, LogRecord, Span
from providers.models import Feed, KeyDay, ModelDay, QuarantinedRow, UsageDetail, UsageLog
from providers.rows import Key, NameIds

TRANSACTION_ROWS = 1000
TRIES = 5

# A record with its key: its number among equal ones of its second, in order of insertion.
Identified = tuple[LogRecord, Key]
Part = tuple[Span, Sequence[Identified]]


class RendersDifferently(Exception):
    """The walk brings rows that are not stored and lacks stored ones of the same second: the site
    renders its rows differently now. Nothing was stored. A clean-up leaves other seconds behind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """`lacking` rows are stored here and were not in the walk: the site has pruned them."""

    new: int
    lacking: int


def identify(records: Sequence[LogRecord]) -> list[Identified]:
    """`records` newest first, whole seconds only; the answer is oldest first."""
    seen: dict[tuple[int, bytes], int] = {}
    found = []
    oldest_first = records[::-1]
    for record in sorted(oldest_first, key=attrgetter("second")):
        twin = (record.second, record.digest)
        number = seen.get(twin, 0)
        seen[twin] = number + 1
        found.append((record, (*twin, number)))
    return found


def save_rows(
    feed: Feed,
    span: Span,
    records: Sequence[LogRecord],
    bad_rows: Sequence[BadRow],
    *,
    now: datetime,
    zone: ZoneInfo,
    finish: Callable[[], None] = lambda: None,
) -> Stored:
    """Store every row of `span`, newest first as walked. `finish` runs in the last transaction."""
    identified = identify(records)
    wanted, stored = {key for _, key in identified}, rows.stored_keys(feed, span)
    new, lacking = wanted - stored, stored - wanted
    if not _seconds(new).isdisjoint(_seconds(lacking)):
        raise RendersDifferently
    ids = rows.ids_of_names(records, feed.site_id)
    parts = list(_parts(identified, span))
    for number, (part_span, part) in enumerate(parts):
        is_last = number == len(parts) - 1
        last = (lambda: _finish(feed, span, bad_rows, now, finish)) if is_last else None
        _save_part(feed, part_span, part, ids, now=now, zone=zone, last=last)
    return Stored(new=len(new), lacking=len(lacking))


def _seconds(keys: Iterable[Key]) -> set[int]:
    return {second for second, *_ in keys}


def merge_rows(
    feed: Feed,
    records: Sequence[LogRecord],
    bad_rows: Sequence[BadRow],
    *,
    now: datetime,
    zone: ZoneInfo,
    finish: Callable[[Sequence[LogRecord]], None],
) -> None:
    """Store what is missing of some rows of a log that numbers them: its ids are their identity, so
    a row that comes twice is one. `finish` has the new ones, in the same transaction."""
    identified = [(record, (record.second, record.digest, 0)) for record in records]
    ids = rows.ids_of_names(records, feed.site_id)
    with transaction.atomic():
        Feed.objects.select_for_update().values_list("pk").get(pk=feed.pk)
        stored = rows.stored_keys(feed, _around(records)) if records else set()
        missing = [row for row in identified if row[1] not in stored]
        if missing:
            rows.insert(feed, missing, ids, now=now)
            seconds = sorted(map(_second, missing))
            rollups.rebuild_days(feed.pk, rollups.days_of(seconds, zone), zone)
        _keep_bad(feed, records, bad_rows, now)
        finish([record for record, _ in missing])


def _around(records: Sequence[LogRecord]) -> Span:
    seconds = [record.second for record in records]
    return Span(since=min(seconds), until=max(seconds) + 1)


def _keep_bad(
    feed: Feed, records: Sequence[LogRecord], bad_rows: Sequence[BadRow], now: datetime
) -> None:
    """Each id once, and none that can be read by now."""
    kept = QuarantinedRow.objects.filter(feed=feed)
    numbers = [*(row.upstream_id for row in records), *(row.upstream_id for row in bad_rows)]
    seen = [number for number in numbers if number is not None]
    kept.filter(upstream_id__in=seen).delete()
    kept.filter(upstream_id=None, raw__in=[row.raw for row in bad_rows]).delete()
    _quarantine(feed, bad_rows, now, otherwise_at=_around(records).since if records else 0)


def add_row(feed: Feed, record: LogRecord, *, now: datetime, zone: ZoneInfo) -> None:
    """One more row beside what is stored of its second: a quarantined one that can be read now."""
    span = Span(since=record.second, until=record.second + 1)
    ids = rows.ids_of_names([record], feed.site_id)
    with transaction.atomic():
        Feed.objects.select_for_update().get(pk=feed.pk)
        twins = [key for key in rows.stored_keys(feed, span) if key[1] == record.digest]
        key = (record.second, record.digest, len(twins))
        rows.insert(feed, [(record, key)], ids, now=now)
        rollups.rebuild_days(feed.pk, rollups.days_of([record.second], zone), zone)


def delete_some(feed: Feed) -> int:
    """Delete the next part of a feed's rows, sums last; 0 when nothing is left. Short transactions:
    ten thousand rows at once would hold SQLite's lock for seconds."""
    with transaction.atomic():
        part = list(
            UsageLog.objects.filter(feed=feed).values_list("pk", flat=True)[:TRANSACTION_ROWS]
        )
        UsageDetail.objects.filter(log__in=part).delete()
        UsageLog.objects.filter(pk__in=part).delete()
        if not part:
            ModelDay.objects.filter(feed=feed).delete()
            KeyDay.objects.filter(feed=feed).delete()
    return len(part)


def _parts(identified: Sequence[Identified], span: Span) -> Iterator[Part]:
    """Cut at a second's boundary, about TRANSACTION_ROWS each; together they are the whole span."""
    count = max(1, round(len(identified) / TRANSACTION_ROWS))
    size = math.ceil(len(identified) / count)  # no small rest: a transaction has a price of its own
    since, rest = span.since, identified
    while len(rest) > size:
        cut = bisect_right(rest, _second(rest[size - 1]), key=_second)
        if cut == len(rest):
            break
        until = _second(rest[cut])
        yield Span(since=since, until=until), rest[:cut]
        since, rest = until, rest[cut:]
    yield Span(since=since, until=span.until), rest


def _second(row: Identified) -> int:
    return row[0].second


def _save_part(
    feed: Feed,
    span: Span,
    part: Sequence[Identified],
    ids: NameIds,
    *,
    now: datetime,
    zone: ZoneInfo,
    last: Callable[[], None] | None,
) -> None:
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                _insert_missing(feed, span, part, ids, now=now, zone=zone)
                if last is not None:
                    last()
            return
        except IntegrityError:  # somebody was faster: what they stored is not missing any more
            if attempt == TRIES:
                raise


def _insert_missing(
    feed: Feed,
    span: Span,
    part: Sequence[Identified],
    ids: NameIds,
    *,
    now: datetime,
    zone: ZoneInfo,
) -> None:
    Feed.objects.select_for_update().values_list("pk").get(pk=feed.pk)
    stored = rows.stored_keys(feed, span)
    missing = [row for row in part if row[1] not in stored] if stored else part
    if missing:
        rows.insert(feed, missing, ids, now=now)
        days = rollups.days_of(map(_second, missing), zone)
        rollups.rebuild_days(feed.pk, days, zone)


def _finish(
    feed: Feed,
    span: Span,
    bad_rows: Sequence[BadRow],
    now: datetime,
    finish: Callable[[], None],
) -> None:
    """Quarantine is replaced with its window: raw texts may differ from read to read."""
    inside = QuarantinedRow.objects.inside(feed, span)
    inside.delete()
    _quarantine(feed, bad_rows, now, otherwise_at=span.since)
    finish()


def _quarantine(
    feed: Feed, bad_rows: Sequence[BadRow], now: datetime, *, otherwise_at: int
) -> None:
    """`otherwise_at`: the second of a row whose own cannot be read."""
    QuarantinedRow.objects.bulk_create(
        QuarantinedRow(
            feed=feed,
            time=otherwise_at if row.second is None else row.second,
            raw=row.raw,
            reason=row.reason[:300],
            seen_at=now,
            upstream_id=row.upstream_id,
        )
        for row in bad_rows
    )
