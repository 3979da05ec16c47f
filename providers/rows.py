"""Put records into the two log tables: `executemany` on SQLite, COPY on PostgreSQL.

Not `bulk_create`: that is 2.5 to 4 times slower over the whole path (performance.md 3).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from providers.adapters.records import LogRecord
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


def names_in(records: Iterable[LogRecord], site_id: int) -> Iterator[NameKey]:
    for record in records:
        yield from (key for key in _names(record, site_id) if key is not None)


def insert(
    feed: Feed, numbered: Sequence[tuple[LogRecord, int]], ids: Ids, *, now: datetime
) -> None:
    """`numbered` are records with their occurrence, not stored yet. Inside a transaction."""
    taken = _take_ids(len(numbered))
    second = int(now.timestamp())
    logs, details = [], []
    for log_id, (record, occurrence) in zip(taken, numbered, strict=True):
        logs.append(_log(log_id, feed, record, occurrence, ids))
        details.append(_detail(log_id, record, second))
    _write(UsageLog._meta.db_table, LOG_COLUMNS, logs)
    _write(UsageDetail._meta.db_table, DETAIL_COLUMNS, details)


def _names(record: LogRecord, site_id: int) -> list[NameKey | None]:
    """Model, key, user and group, in the order of LOG_COLUMNS."""
    kind = Name.Kind

    def name(kind: str, text: str | None, *owner: Any) -> NameKey | None:
        return None if text is None else NameKey(kind, text, *owner)

    return [
        name(kind.MODEL, record.model),
        name(kind.KEY, record.key, site_id, record.key_id),
        name(kind.USER, record.user, site_id, record.user_id),
        name(kind.GROUP, record.group),
    ]


def _log(log_id: int, feed: Feed, record: LogRecord, occurrence: int, ids: Ids) -> tuple[Any, ...]:
    names = (None if key is None else ids[key] for key in _names(record, feed.site_id))
    return (
        log_id,
        feed.pk,
        record.second,
        record.type,
        *names,
        record.channel,
        record.units,
        record.prompt,
        record.completion,
        record.cached,
        record.duration_ms,
        record.first_ms,
        record.is_stream,
        record.digest,
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
        sequence = "nextval(pg_get_serial_sequence(%s, 'id'))"
        cursor.execute(f"SELECT {sequence} FROM generate_series(1, %s)", [table, count])
        return [int(row[0]) for row in cursor.fetchall()]


def _write(table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
            return
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
