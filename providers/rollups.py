"""Sums per business day, recomputed from the rows for what was touched; never added to."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db import connection

from providers.models import KeyDay, ModelDay, UsageLog

SUMS = "count(*), sum(units), sum(prompt), sum(completion), sum(cached)"
LOG = UsageLog._meta.db_table
OF_DAY = f"{LOG} WHERE feed_id = %s AND time >= since AND time < until"
ROWS = {  # each day through the feed's index: CROSS JOIN and OFFSET 0 tell the two planners so
    "sqlite": OF_DAY,
    "postgresql": f"LATERAL (SELECT * FROM {OF_DAY} OFFSET 0) AS rows",
}
DAYS_AT_ONCE = 250
ROLLUPS = ((ModelDay, "model_id"), (KeyDay, "key_id"))


def days_of(seconds: Iterable[int], zone: ZoneInfo) -> set[date]:
    """Quick where the seconds are in order."""
    days, begin, end = set(), 0, 0
    for second in seconds:
        if not begin <= second < end:
            day = datetime.fromtimestamp(second, zone).date()
            days.add(day)
            begin, end = bounds(day, zone)
    return days


@lru_cache(maxsize=4096)
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
            _rebuild(rollup._meta.db_table, name, feed_id, part, zone)


def _rebuild(table: str, name: str, feed_id: int, days: Sequence[date], zone: ZoneInfo) -> None:
    """One statement for all days: one for each would cost more than the rows themselves. Their
    dates and seconds are written into it: as hundreds of parameters they would cost as much."""
    columns = f"type, user_id, {name}"
    dates = ", ".join(f"'{day}'" for day in days)
    touched = ", ".join("(date('{}'), {}, {})".format(day, *bounds(day, zone)) for day in days)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE feed_id = %s AND day IN ({dates})", [feed_id])
        cursor.execute(
            f"INSERT INTO {table} (feed_id, day, {columns},"
            " requests, units, prompt, completion, cached)"
            f" WITH touched (day, since, until) AS (VALUES {touched})"
            f" SELECT %s, day, {columns}, {SUMS} FROM touched CROSS JOIN {ROWS[connection.vendor]}"
            f" GROUP BY day, {columns}",
            [feed_id, feed_id],
        )
