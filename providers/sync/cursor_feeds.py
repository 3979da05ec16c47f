"""Feeds of a log that is read from a cursor on: each key of the account walks it, rows merge by id,
and the balances beside them are the proof.

One step is one page and one transaction, so a crash repeats a page. The newest rows are read anew
with each run, as far as they were younger than the settle margin at the last one.
"""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from providers.adapters import CursorAdapter
from providers.adapters.errors import Unavailable
from providers.adapters.records import Span, Trait
from providers.models import Check, Connection, Cursor, Feed, QuarantinedRow, UsageLog
from providers.sync import checks, coverage, log_pages, numbered, plan, site_facts
from providers.sync.coverage import Range
from providers.sync.numbered import Row, Way
from providers.sync.steps import Step, due_feeds
from providers.sync.turn import FeedTurn

LOOK_BACK = timedelta(days=3)
LOOK_BACK_EVERY = timedelta(days=1)


def next_step(feeds: QuerySet[Feed], now: datetime) -> Step | None:
    lending = Connection.objects.lending(now).select_related("cursor")
    new = feeds.filter(stepped_at=None).first()
    if new is not None:
        return Step(new, look, _least_read(new, lending), is_urgent=True)
    feed = due_feeds(feeds, now).first()
    if feed is not None:
        return Step(feed, read_newest, _least_read(feed, lending))
    asked = checks.pending(feeds, is_begun=False).first()
    if asked is not None:
        return Step(asked.feed, verify_again)
    for feed in feeds.order_by(F("stepped_at").asc(nulls_first=True)):
        if _is_look_back_due(feed, now):
            return Step(feed, look_back)
        for connection in lending.filter(feed=feed).order_by("pk"):
            if hasattr(connection, "cursor") and _has_gap(connection.cursor):
                return Step(feed, read_history, connection)
    return None


def _least_read(feed: Feed, lending: QuerySet[Connection]) -> Connection | None:
    by_reading = F("cursor__read_at").asc(nulls_first=True)
    return lending.filter(feed=feed).order_by(by_reading, "pk").first()


def _is_look_back_due(feed: Feed, now: datetime) -> bool:
    due = Cursor.objects.filter(looked_back_at__lt=now - LOOK_BACK_EVERY)
    return due.filter(connection__feed=feed).exists()


def look(work: FeedTurn) -> None:
    read_newest(work)
    work.feed.note_step(work.turn.now())


def look_back(work: FeedTurn) -> None:
    """Read the rows of the last days again: some may have come late, under an older id."""
    _read_again(work, int((work.turn.now() - LOOK_BACK).timestamp()))


def verify_again(work: FeedTurn) -> None:
    """What a person asked for: everything from there on is read again, and what that brings tells
    whether the mirror was the same."""
    check = Check.objects.pending().filter(feed=work.feed, requests=0).order_by("pk").first()
    if check is not None:
        _read_again(work, int(check.since.timestamp()))
        check.requests = 1  # it has begun
        check.save(update_fields=["requests"])


def _read_again(work: FeedTurn, since: int) -> None:
    now = work.turn.now()
    for cursor in Cursor.objects.filter(connection__feed=work.feed):
        log_pages.cut(cursor, work.feed, since, from_id=None)
        cursor.looked_back_at = now
        _forget_the_way(cursor)
    work.feed.sync_asked_at = now
    work.feed.save(update_fields=["sync_asked_at"])


def read_newest(work: FeedTurn) -> None:
    cursor, begun = _cursor(work), work.turn.now()
    if cursor.unsettled_from is not None and cursor.front is not None:
        log_pages.cut(cursor, work.feed, cursor.front, from_id=cursor.unsettled_from)
        cursor.unsettled_from, cursor.is_at_end = None, False
        cursor.save()
    if cursor.is_newest_first is False and cursor.ranges:
        cursor.is_at_end = False
        _go_on(work, cursor)
    else:
        _read_first_page(work, cursor)
    cursor.note_read(begun)
    _note_read(work.feed, work.turn.now())
    _note_feed(work)


def read_history(work: FeedTurn) -> None:
    cursor = _cursor(work)
    if cursor.is_newest_first is None:
        _read_first_page(work, cursor)
    elif _has_gap(cursor):
        _go_on(work, cursor)
    _note_feed(work)
    work.feed.note_step(work.turn.now())


def _cursor(work: FeedTurn) -> Cursor:
    cursor, _ = Cursor.objects.get_or_create(
        connection=work.connection, defaults={"looked_back_at": work.turn.now()}
    )
    return cursor


def _has_gap(cursor: Cursor) -> bool:
    if not cursor.ranges:
        return False
    if cursor.is_newest_first is False:
        return not cursor.is_at_end
    return not log_pages.ranges_of(cursor)[-1].is_from_the_beginning


def _read_first_page(work: FeedTurn, cursor: Cursor) -> None:
    ask = _Asker(work)
    rows = numbered.in_order(ask(0, ask.limit)) or numbered.in_order(ask(0, ask.limit))
    if cursor.is_newest_first is None:
        cursor.is_newest_first = numbered.is_newest_first(ask, rows)
    is_whole = cursor.is_newest_first is None and len(rows) < ask.limit
    is_oldest_first = cursor.is_newest_first is False
    if rows and (cursor.is_newest_first or is_whole):
        cursor.front = ask.settled
    elif rows and is_oldest_first:
        cursor.front = _front_after(rows, ask.settled)
    elif not rows and not any(part.rows for part in log_pages.ranges_of(cursor)):
        cursor.front = ask.settled
        log_pages.set_ranges(cursor, [coverage.nothing(ask.settled)])
    log_pages.keep(work, cursor, rows, ask.settled, from_the_beginning=is_whole or is_oldest_first)


def _go_on(work: FeedTurn, cursor: Cursor) -> None:
    """One page further from where the log was read to."""
    ask, ranges = _Asker(work), log_pages.ranges_of(cursor)
    known = ranges[-1] if cursor.is_newest_first else ranges[0]
    way = Way(is_newest_first=cursor.is_newest_first, counts_ids=cursor.counts_ids)
    page = numbered.page_beyond(ask, way, ranges, known, ask.limit)
    if page is None:
        _begin_again(work, cursor, known)
        return
    cursor.counts_ids = page.counts_ids
    if cursor.is_newest_first:
        closed = known if page.is_last else None
        log_pages.keep(work, cursor, page.rows, None, next_to=known, closed=closed)
    else:
        cursor.is_at_end = page.is_last
        cursor.front = ask.settled if page.is_last else _front_after(page.rows, ask.settled)
        log_pages.keep(work, cursor, page.rows, ask.settled, next_to=known)
    if log_pages.ranges_of(cursor) == ranges and not page.is_last:
        _doubt(cursor)


def _forget_the_way(cursor: Cursor) -> None:
    """Find out again what the cursor counts, which a site may change; what was read stays read."""
    cursor.is_newest_first = cursor.counts_ids = None
    cursor.is_at_end = False
    cursor.save()


def _doubt(cursor: Cursor) -> None:
    _forget_the_way(cursor)
    raise Unavailable("the log is read in another way than before", code="moved")


def _front_after(rows: Sequence[Row], settled: int) -> int:
    """More rows may follow in the second of the last one."""
    return min([settled, *(second for _, second in log_pages.numbered_rows(rows)[-1:])])


def _begin_again(work: FeedTurn, cursor: Cursor, known: Range) -> None:
    """The rows that were read up to are gone upstream, so what was older is gone as well."""
    ask = _Asker(work)
    told = numbered.is_newest_first(ask, ask(0, ask.limit))
    if told is not None and told != cursor.is_newest_first:
        _doubt(cursor)
    if cursor.is_newest_first:
        log_pages.keep(work, cursor, [], None, closed=known)
    else:
        _read_first_page(work, cursor)


class _Asker:
    """Asks for pages. `settled`: what is older than that second was so when the first was asked."""

    def __init__(self, work: FeedTurn) -> None:
        if not isinstance(work.turn.adapter, CursorAdapter):
            raise TypeError(f"{work.turn.site.kind} has no cursor")
        self.limit = work.turn.adapter.page_size(work.turn.site.dialect)
        self._adapter = work.turn.adapter
        self._turn = work.turn
        self._credentials = work.turn.credentials(work.connection)
        self._begun = time.time()

    @property
    def settled(self) -> int:
        """By the site's clock, which its answers tell."""
        return plan.settled_until(int(self._begun + self._turn.site_offset))

    def __call__(self, start: int, limit: int) -> Sequence[Row]:
        return self._adapter.rows_from(self._turn.door, self._credentials, start=start, limit=limit)


def _note_feed(work: FeedTurn) -> None:
    feed, now = work.feed, work.turn.now()
    cursors = list(Cursor.objects.filter(connection__in=feed.connections.lending(now)))
    is_whole = bool(cursors) and not any(_has_gap(cursor) for cursor in cursors)
    if is_whole == feed.has_gaps or (is_whole and feed.backfilled_at is None):
        feed.has_gaps = not is_whole
        feed.backfilled_at = feed.backfilled_at or (now if is_whole else None)
        feed.save(update_fields=["has_gaps", "backfilled_at"])
    if is_whole and feed.sync_asked_at is None:
        _finish_checks(feed, now)
    site_facts.keep_traits(work.turn.site, _traits(cursors), now)


def _finish_checks(feed: Feed, now: datetime) -> None:
    for check in Check.objects.pending().filter(feed=feed, requests__gt=0):
        span = Span(since=int(check.since.timestamp()), until=int(check.until.timestamp()))
        rows = UsageLog.objects.inside(feed, span)
        check.rows = rows.count()
        check.missing = rows.filter(detail__mirrored_at__gte=check.asked_at).count()
        check.quarantined = check.unreadable = QuarantinedRow.objects.inside(feed, span).count()
        check.is_same = check.missing == 0
        check.reached = check.since
        check.save()
        check.finish(now)


def _note_read(feed: Feed, now: datetime) -> None:
    """Once every key's newest rows were read."""
    lending = feed.connections.lending(now)
    times = list(lending.values_list("cursor__read_at", flat=True))
    known = [moment for moment in times if moment is not None]
    if not known or len(known) < len(times):
        return
    feed.read_at = min(known)
    if feed.sync_asked_at is not None and feed.read_at >= feed.sync_asked_at:
        feed.sync_asked_at = None
    feed.save(update_fields=["read_at", "sync_asked_at"])


def _traits(cursors: Sequence[Cursor]) -> list[Trait]:
    found = []
    for cursor in cursors[:1]:
        if cursor.is_newest_first is not None:
            value = "newest_first" if cursor.is_newest_first else "oldest_first"
            found.append(Trait(code="order", value=value))
        if cursor.counts_ids is not None:
            found.append(Trait(code="cursor", value="ids" if cursor.counts_ids else "rows"))
    return found
