"""What the databases can do at all: rows that are ready, put into the same tables by hand."""

import time
from collections.abc import Sequence
from typing import Any

from django.db import connections, transaction

from benchmarks.arrivals import Arrival
from providers.models import Feed, UsageDetail, UsageLog
from providers.rows import DETAIL_COLUMNS, LOG_COLUMNS

OWN, FLOOR = "default", "floor"
Rows = Sequence[tuple[Any, ...]]
TABLES = (
    (UsageLog._meta.db_table, LOG_COLUMNS),
    (UsageDetail._meta.db_table, DETAIL_COLUMNS),
)


def stored_rows(feed: Feed, arrival: Arrival) -> list[Rows]:
    """Of both tables, in the order of their ids, as they are to be stored elsewhere."""
    logs, details = (table for table, _ in TABLES)
    inside = f"SELECT id FROM {logs} WHERE feed_id = %s AND time >= %s AND time < %s"
    ends = [feed.pk, arrival.span.since, arrival.span.until]
    wanted = (
        f"SELECT {', '.join(LOG_COLUMNS)} FROM {logs} WHERE id IN ({inside}) ORDER BY id",
        f"SELECT {', '.join(DETAIL_COLUMNS)} FROM {details} WHERE log_id IN ({inside})"
        " ORDER BY log_id",
    )
    with connections[OWN].cursor() as cursor:
        return [_fetched(cursor, statement, ends) for statement in wanted]


def insert(rows: Sequence[Rows]) -> float:
    """Seconds for one transaction."""
    begun = time.perf_counter()
    with transaction.atomic(using=FLOOR):
        for (table, columns), part in zip(TABLES, rows, strict=True):
            _insert(table, columns, part)
    return time.perf_counter() - begun


def _fetched(cursor: Any, statement: str, ends: Sequence[int]) -> Rows:
    cursor.execute(statement, ends)
    found: Rows = cursor.fetchall()
    return found


def _insert(table: str, columns: Sequence[str], rows: Rows) -> None:
    names = ", ".join(columns)
    with connections[FLOOR].cursor() as cursor:
        if connections[FLOOR].vendor == "sqlite":
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
            return
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
