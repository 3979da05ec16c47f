"""Put records into the two log tables: `executemany` on SQLite, COPY on PostgreSQL.

Not `bulk_create`: that is 2.5 to 4 times slower over the whole path (performance.md 3).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import connection

from providers.adapters.records import LogRecord, Span
from providers.models import Feed, Name, UsageDetail, UsageLog
from providers.models.fields import storable
from providers.names import NameKey, ids_of

LOG_COLUMNS = (
    *("id", "feed_id", "time", "digest", "occurrence"),
    *("model_id", "key_id", "user_id", "group_id"),
    *("type", "channel", "units", "prompt", "completion", "cached", "duration", "first_ms"),
    *("is_stream", "balance"),
)
DETAIL_COLUMNS = (
    *("log_id", "mirrored_at", "upstream_id"),
    *("request_id", "ip", "content", "channel_name", "other", "raw"),
)
# What a record has for these columns, in their order; read by one call, not by one for each.
_names = attrgetter("model", "key", "key_id", "user", "user_id", "group")
_numbers = attrgetter(
    *("type", "channel", "units", "prompt", "completion", "cached", "duration_ms", "first_ms"),
    *("is_stream", "balance"),
)
_texts = attrgetter("request_id", "ip", "content", "channel_name", "other", "raw")

# One row with all of them: a thousand rows cost more than a thousand numbers.
NEXT_IDS = (
    "SELECT string_agg(nextval(of_log)::text, ',') FROM generate_series(1, %s),"
    " (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS of_log OFFSET 0) AS sequence"
)

Key = tuple[int, bytes, int]  # second, digest, occurrence: the identity of a row within its feed
NameIds = Mapping[tuple[Any, ...], tuple[int | None, ...]]  # of the names of a record


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


def ids_of_names(records: Iterable[LogRecord], site_id: int) -> NameIds:
    """Call it outside the transaction of the rows (see `names.ids_of`)."""
    found = {names: _name_keys(names, site_id) for names in set(map(_names, records))}
    ids = ids_of(key for keys in found.values() for key in keys if key is not None)
    return {
        names: tuple(None if key is None else ids[key] for key in keys)
        for names, keys in found.items()
    }


def _name_keys(names: tuple[Any, ...], site_id: int) -> list[NameKey | None]:
    """In the order of LOG_COLUMNS."""
    model, key, key_id, user, user_id, group = names
    kind = Name.Kind
    return [
        None if model is None else NameKey(kind.MODEL, model),
        None if key is None else NameKey(kind.KEY, key, site_id, key_id),
        None if user is None else NameKey(kind.USER, user, site_id, user_id),
        None if group is None else NameKey(kind.GROUP, group),
    ]


def insert(
    feed: Feed, keyed: Sequence[tuple[LogRecord, Key]], ids: NameIds, *, now: datetime
) -> None:
    """Records with their keys, not stored yet. Inside a transaction."""
    feed_id, second = feed.pk, int(now.timestamp())
    numbered = list(zip(_take_ids(len(keyed)), keyed, strict=True))
    # Made while they are written: PostgreSQL works on one row while we prepare the next.
    logs = (
        (log_id, feed_id, *key, *ids[_names(record)], *_numbers(record))
        for log_id, (record, key) in numbered
    )
    details = (
        (log_id, second, record.upstream_id, *map(storable, _texts(record)))
        for log_id, (record, _) in numbered
    )
    _write(UsageLog._meta.db_table, LOG_COLUMNS, logs)
    _write(UsageDetail._meta.db_table, DETAIL_COLUMNS, details)


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
