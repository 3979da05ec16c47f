"""Sums per business day, recomputed from the rows for what was touched; never added to."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from providers.models import KeyDay, ModelDay, UsageLog

SUMS = "count(*), sum(units), sum(prompt), sum(completion), sum(cached)"
LOG = UsageLog._meta.db_table
DAY = "(date(%s), %s, %s)"  # a cast on PostgreSQL, the same text on SQLite
OF_DAY = f"{LOG} WHERE feed_id = %s AND time >= since AND time < until"
ROWS = {  # each day through the feed's index: CROSS JOIN and OFFSET 0 tell the two planners so
    "sqlite": OF_DAY,
    "postgresql": f"LATERAL (SELECT * FROM {OF_DAY} OFFSET 0) AS rows",
}
DAYS_AT_ONCE = 250  # three variables each; old SQLites allow 999 of a statement
ROLLUPS = ((ModelDay, "model_id"), (KeyDay, "key_id"))


def days_of(seconds: Iterable[datetime], zone: ZoneInfo) -> set[date]:
    return {second.astimezone(zone).date() for second in seconds}


def bounds(day: date, zone: ZoneInfo) -> tuple[int, int]:
    """Unix seconds of a business day, half-open: 23 to 25 hours."""
    begin = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    return int(begin.timestamp()), int(end.timestamp())


def rebuild_days(feed_id: int, days: Iterable[date], zone: ZoneInfo) -> None:
    """Call it in the transaction that wrote the rows."""
    wanted = sorted(days)
    for start in range(0, len(wanted), DAYS_AT_ONCE):
        part = wanted[start : start + DAYS_AT_ONCE]
        for rollup, name in ROLLUPS:
            rollup.objects.filter(feed=feed_id, day__in=part).delete()
            _insert(rollup._meta.db_table, name, feed_id, part, zone)


def _insert(table: str, name: str, feed_id: int, days: Sequence[date], zone: ZoneInfo) -> None:
    """One statement for all days: one for each would cost more than the rows themselves."""
    columns = f"feed_id, type, user_id, {name}"
    statement = (
        f"INSERT INTO {table} (day, {columns}, requests, units, prompt, completion, cached)"
        f" WITH touched (day, since, until) AS (VALUES {', '.join([DAY] * len(days))})"
        f" SELECT day, {columns}, {SUMS} FROM touched CROSS JOIN {ROWS[connection.vendor]}"
        f" GROUP BY day, {columns}"
    )
    values = [part for day in days for part in (day.isoformat(), *bounds(day, zone))]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, feed_id])
