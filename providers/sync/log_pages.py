"""Pages of a log that is read from a cursor on: stored, counted in, proven."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple
from itertools import chain

from providers import store
from providers.adapters.errors import AuthFailed
from providers.adapters.records import BadRow, LogRecord, Span
from providers.models import Connection, Cursor, Feed, UsageLog
from providers.sync import balances, coverage, epochs, numbered
from providers.sync.coverage import Numbered, Range, Ranges
from providers.sync.numbered import Row
from providers.sync.turn import FeedTurn


def keep(
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
        page = numbered_rows(rows)
        is_reordered = epochs.note(work.feed, page)
        if page:
            known = coverage.with_page(
                ranges_of(cursor), page, from_the_beginning=from_the_beginning, next_to=next_to
            )
            set_ranges(cursor, known)
        _note_young(cursor, page, settled)
        if closed is not None:
            first = min([closed.first, *numbered.ids(rows)])
            set_ranges(cursor, coverage.closed_below(ranges_of(cursor), first))
        cursor.save()
        _prove(work, before, new, bad_rows, is_reordered=is_reordered)

    store.merge_rows(
        work.feed, records, bad_rows, now=work.turn.now(), zone=work.turn.zone, finish=finish
    )


def _prove(
    work: FeedTurn,
    before: Sequence[Span],
    new: Sequence[LogRecord],
    bad_rows: Sequence[BadRow],
    *,
    is_reordered: bool,
) -> None:
    """`before`: the seconds that were covered without this page."""
    covered, turn = _covered(work.feed), work.turn
    changed = _around(coverage.difference(before, covered), new, bad_rows)
    if changed is not None:
        balances.prove(
            *(work.feed, changed, covered),
            is_reordered=is_reordered,
            zone=turn.zone,
            now=turn.now(),
        )


def _note_young(cursor: Cursor, page: Sequence[Numbered], settled: int | None) -> None:
    until = cursor.front if settled is None else settled
    young = [row_id for row_id, second in page if until is not None and second >= until]
    if young and cursor.unsettled_from is not None:
        young.append(cursor.unsettled_from)
    cursor.unsettled_from = min(young, default=cursor.unsettled_from)


def numbered_rows(rows: Sequence[Row]) -> list[Numbered]:
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
    parts = chain.from_iterable(map(ranges_of, cursors))
    oldest = min((part.since for part in parts if part.rows), default=None)
    return [] if oldest is None else coverage.from_second(spans, oldest)


def _spans(connection: Connection) -> list[Span]:
    if not hasattr(connection, "cursor"):
        return []
    return coverage.spans(ranges_of(connection.cursor), front=connection.cursor.front)


def cut(cursor: Cursor, feed: Feed, second: int, *, from_id: int | None) -> None:
    """Forget that rows from `second` (and `from_id`) on were read."""
    rows = UsageLog.objects.filter(feed=feed, time__gte=second)
    if from_id is not None:
        rows = rows.filter(detail__upstream_id__gte=from_id)
    first = rows.order_by("detail__upstream_id").values_list("detail__upstream_id", flat=True)
    row_id = first.first()
    if row_id is not None:
        set_ranges(cursor, coverage.cut(ranges_of(cursor), row_id, second, rows=rows.count()))


def ranges_of(cursor: Cursor) -> Ranges:
    return tuple(
        Range(first=first, last=last, rows=rows, since=since, until=until)
        for first, last, rows, since, until in cursor.ranges
    )


def set_ranges(cursor: Cursor, ranges: Iterable[Range]) -> None:
    cursor.ranges = [list(astuple(part)) for part in ranges]
