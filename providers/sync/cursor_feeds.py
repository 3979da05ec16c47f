"""Feeds of a log that is read from a cursor on: each key of the account walks it, rows merge by id,
and the balances beside them are the proof.

One step is one page and one transaction, so a crash repeats a page. The newest rows are read anew
with each run, as far as they were younger than the settle margin at the last one.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import datetime, timedelta
from itertools import chain

from django.db.models import F, QuerySet

from providers import store
from providers.adapters import CursorAdapter
from providers.adapters.errors import AuthFailed, Unavailable
from providers.adapters.records import BadRow, LogRecord, Span, Trait
from providers.models import Check, Connection, Cursor, Feed, QuarantinedRow, UsageLog
from providers.sync import balances, checks, coverage, epochs, numbered, plan, site_facts
from providers.sync.coverage import Numbered, Range, Ranges
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
        _cut(cursor, work.feed, since, from_id=None)
        cursor.looked_back_at = now
        _forget_the_way(cursor)
    work.feed.sync_asked_at = now
    work.feed.save(update_fields=["sync_asked_at"])


def read_newest(work: FeedTurn) -> None:
    cursor, begun = _cursor(work), work.turn.now()
    if cursor.unsettled_from is not None and cursor.front is not None:
        _cut(cursor, work.feed, cursor.front, from_id=cursor.unsettled_from)
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
    return not _ranges(cursor)[-1].is_from_the_beginning


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
    elif not rows and not any(part.rows for part in _ranges(cursor)):
        cursor.front = ask.settled
        _set_ranges(cursor, [coverage.nothing(ask.settled)])
    _keep(work, cursor, rows, ask.settled, from_the_beginning=is_whole or is_oldest_first)


def _go_on(work: FeedTurn, cursor: Cursor) -> None:
    """One page further from where the log was read to."""
    ask, ranges = _Asker(work), _ranges(cursor)
    known = ranges[-1] if cursor.is_newest_first else ranges[0]
    way = Way(is_newest_first=cursor.is_newest_first, counts_ids=cursor.counts_ids)
    page = numbered.page_beyond(ask, way, ranges, known, ask.limit)
    if page is None:
        _begin_again(work, cursor, known)
        return
    cursor.counts_ids = page.counts_ids
    if cursor.is_newest_first:
        closed = known if page.is_last else None
        _keep(work, cursor, page.rows, None, next_to=known, closed=closed)
    else:
        cursor.is_at_end = page.is_last
        cursor.front = ask.settled if page.is_last else _front_after(page.rows, ask.settled)
        _keep(work, cursor, page.rows, ask.settled, next_to=known)
    if _ranges(cursor) == ranges and not page.is_last:
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
    return min([settled, *(second for _, second in _numbered(rows)[-1:])])


def _begin_again(work: FeedTurn, cursor: Cursor, known: Range) -> None:
    """The rows that were read up to are gone upstream, so what was older is gone as well."""
    ask = _Asker(work)
    told = numbered.is_newest_first(ask, ask(0, ask.limit))
    if told is not None and told != cursor.is_newest_first:
        _doubt(cursor)
    if cursor.is_newest_first:
        _keep(work, cursor, [], None, closed=known)
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


def _keep(
    work: FeedTurn,
    cursor: Cursor,
    rows: Sequence[Row],
    settled: int | None,
    *,
    from_the_beginning: bool = False,
    next_to: Range | None = None,
    closed: Range | None = None,
) -> None:
    """Store a page, and what it says of how far the log was read. Rows that are not older than
    `settled` (or than the front) are read again; `closed`: nothing lies before that range."""
    records = [row for row in rows if isinstance(row, LogRecord)]
    bad_rows = [row for row in rows if isinstance(row, BadRow)]
    if any(record.user_id not in ("", work.feed.account) for record in records):
        raise AuthFailed(code="other_account")

    def finish(new: Sequence[LogRecord]) -> None:
        before = _covered(work.feed)
        page = _numbered(rows)
        is_reordered = epochs.note(work.feed, page)
        if page:
            known = coverage.with_page(
                _ranges(cursor), page, from_the_beginning=from_the_beginning, next_to=next_to
            )
            _set_ranges(cursor, known)
        _note_young(cursor, page, settled)
        if closed is not None:
            first = min([closed.first, *numbered.ids(rows)])
            _set_ranges(cursor, coverage.closed_below(_ranges(cursor), first))
        cursor.save()
        covered = _covered(work.feed)
        changed = _around(coverage.difference(before, covered), new, bad_rows)
        if changed is not None:
            turn = work.turn
            balances.prove(
                work.feed,
                changed,
                covered,
                is_reordered=is_reordered,
                zone=turn.zone,
                now=turn.now(),
            )

    store.merge_rows(
        work.feed, records, bad_rows, now=work.turn.now(), zone=work.turn.zone, finish=finish
    )


def _note_young(cursor: Cursor, page: Sequence[Numbered], settled: int | None) -> None:
    until = cursor.front if settled is None else settled
    young = [row_id for row_id, second in page if until is not None and second >= until]
    if young and cursor.unsettled_from is not None:
        young.append(cursor.unsettled_from)
    cursor.unsettled_from = min(young, default=cursor.unsettled_from)


def _numbered(rows: Sequence[Row]) -> list[Numbered]:
    """Rows with their seconds; one whose second cannot be read has that of its neighbour."""
    seconds = [row.second for row in rows if row.second is not None]
    found: list[Numbered] = []
    for row in rows:
        last = found[-1][1] if found else min(seconds, default=0)
        if row.upstream_id is not None:
            found.append((row.upstream_id, last if row.second is None else row.second))
    return found


def _around(
    changed: Span | None, new: Sequence[LogRecord], bad_rows: Sequence[BadRow]
) -> Span | None:
    seconds = [record.second for record in new]
    seconds += [row.second for row in bad_rows if row.second is not None]
    ends = [(second, second + 1) for second in seconds]
    if changed is not None:
        ends.append((changed.since, changed.until))
    if not ends:
        return None
    return Span(since=min(since for since, _ in ends), until=max(until for _, until in ends))


def _covered(feed: Feed) -> list[Span]:
    """The seconds from the oldest row on that were read with every key of the account that is in
    use. The log of one may begin later than that of another, or have no row yet."""
    active = feed.connections.filter(state=Connection.State.ACTIVE).select_related("cursor")
    spans = coverage.shared([_spans(connection) for connection in active])
    cursors = Cursor.objects.filter(connection__in=active)
    parts = chain.from_iterable(map(_ranges, cursors))
    oldest = min((part.since for part in parts if part.rows), default=None)
    return [] if oldest is None else coverage.from_second(spans, oldest)


def _spans(connection: Connection) -> list[Span]:
    if not hasattr(connection, "cursor"):
        return []
    return coverage.spans(_ranges(connection.cursor), front=connection.cursor.front)


def _cut(cursor: Cursor, feed: Feed, second: int, *, from_id: int | None) -> None:
    """Forget that rows from `second` (and `from_id`) on were read."""
    rows = UsageLog.objects.filter(feed=feed, time__gte=second)
    if from_id is not None:
        rows = rows.filter(detail__upstream_id__gte=from_id)
    first = rows.order_by("detail__upstream_id").values_list("detail__upstream_id", flat=True)
    row_id = first.first()
    if row_id is not None:
        _set_ranges(cursor, coverage.cut(_ranges(cursor), row_id, second, rows=rows.count()))


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


def _ranges(cursor: Cursor) -> Ranges:
    return tuple(
        Range(first=first, last=last, rows=rows, since=since, until=until)
        for first, last, rows, since, until in cursor.ranges
    )


def _set_ranges(cursor: Cursor, ranges: Iterable[Range]) -> None:
    cursor.ranges = [list(astuple(part)) for part in ranges]
