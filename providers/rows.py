"""Put records into the two log tables: `executemany` on SQLite, COPY on PostgreSQL.

Not `bulk_create`: that is 2.5 to 4 times slower over the whole path (performance.md 3).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from providers.adapters.records import LogRecord, Span
from providers.models import Feed, Name, UsageDetail, UsageLog
from providers.models.fields import storable
from providers.names import Ids, NameKey

LOG_COLUMNS = (
    *("id", "feed_id", "time", "type", "model_id", "key_id", "user_id", "group_id", "channel"),
    *("units", "prompt", "completion", "cached", "duration", "first_ms", "is_stream"),
    *("digest", "occurrence"),
)
DETAIL_COLUMNS = (
    *("log_id", "request_id", "ip", "content", "channel_name", "other", "upstream_id", "raw"),
    "mirrored_at",
)
# One row with all of them: a thousand rows cost more than a thousand numbers.
NEXT_IDS = (
    "SELECT string_agg(nextval(of_log)::text, ',') FROM generate_series(1, %s),"
    " (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS of_log OFFSET 0) AS sequence"
)

Key = tuple[int, bytes, int]  # second, digest, occurrence: the identity of a row within its feed


def stored_keys(feed: Feed, span: Span) -> set[Key]:
    """Of the rows that are stored."""
    table = UsageLog._meta.db_table
    inside = "feed_id = %s AND time >= %s AND time < %s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT time, digest, occurrence FROM {table} WHERE {inside}",
            [feed.pk, span.since, span.until],
        )
        return {(second, bytes(digest), number) for second, digest, number in cursor.fetchall()}


def names_in(records: Sequence[LogRecord], site_id: int) -> Iterator[NameKey]:
    """Each once: a window has a thousand rows and a dozen names."""
    kind = Name.Kind
    found: list[tuple[Any, ...]] = [
        *((kind.MODEL, text) for text in {record.model for record in records}),
        *((kind.GROUP, text) for text in {record.group for record in records}),
        *((kind.KEY, key, site_id, id) for key, id in {(r.key, r.key_id) for r in records}),
        *((kind.USER, user, site_id, id) for user, id in {(r.user, r.user_id) for r in records}),
    ]
    return (NameKey(*name) for name in found if name[1] is not None)


def insert(feed: Feed, keyed: Sequence[tuple[LogRecord, Key]], ids: Ids, *, now: datetime) -> None:
    """Records with their keys, not stored yet. Inside a transaction."""
    ids_of_rows, lookup = _take_ids(len(keyed)), _Lookup(ids)
    numbered = list(zip(ids_of_rows, keyed, strict=True))
    second = int(now.timestamp())
    # Made while they are written: PostgreSQL works on one row while we prepare the next.
    logs = (_log(log_id, feed.pk, record, key, lookup) for log_id, (record, key) in numbered)
    details = (_detail(log_id, record, second) for log_id, (record, _) in numbered)
    _write(UsageLog._meta.db_table, LOG_COLUMNS, logs)
    _write(UsageDetail._meta.db_table, DETAIL_COLUMNS, details)


class _Lookup:
    """The ids of a record's names, in the order of LOG_COLUMNS."""

    def __init__(self, ids: Ids) -> None:
        found: dict[str, dict[tuple[str | None, str], int]] = {kind: {} for kind in Name.Kind}
        for name, pk in ids.items():
            found[name.kind][name.text, name.upstream_id] = pk
        kind = Name.Kind
        self._models, self._keys = found[kind.MODEL], found[kind.KEY]
        self._users, self._groups = found[kind.USER], found[kind.GROUP]

    def of(self, record: LogRecord) -> tuple[int | None, int | None, int | None, int | None]:
        return (
            self._models.get((record.model, "")),
            self._keys.get((record.key, record.key_id)),
            self._users.get((record.user, record.user_id)),
            self._groups.get((record.group, "")),
        )


def _log(
    log_id: int, feed_id: int, record: LogRecord, key: Key, lookup: _Lookup
) -> tuple[Any, ...]:
    second, digest, occurrence = key
    return (
        log_id,
        feed_id,
        second,
        record.type,
        *lookup.of(record),
        record.channel,
        record.units,
        record.prompt,
        record.completion,
        record.cached,
        record.duration_ms,
        record.first_ms,
        record.is_stream,
        digest,
        occurrence,
    )


def _detail(log_id: int, record: LogRecord, mirrored_at: int) -> tuple[Any, ...]:
    texts = (record.request_id, record.ip, record.content, record.channel_name, record.other)
    return (
        log_id,
        *map(storable, texts),
        record.upstream_id,
        storable(record.raw),
        mirrored_at,
    )


def _take_ids(count: int) -> Sequence[int]:
    """Ids for new rows: from the sequence, or counted up, which SQLite's write lock makes safe."""
    table = UsageLog._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")
            first = int(cursor.fetchone()[0])
            return range(first, first + count)
        cursor.execute(NEXT_IDS, [count, table])
        return [int(text) for text in cursor.fetchone()[0].split(",")]


def _write(table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(rows))
            return
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
