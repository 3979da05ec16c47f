"""Sums per business day, recomputed from the rows for what was touched; never added to."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from providers.models import KeyDay, ModelDay, UsageLog

SUMS = "count(*), sum(units), sum(prompt), sum(completion), sum(cached)"
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
    for day in sorted(days):
        for rollup, name in ROLLUPS:
            rollup.objects.filter(feed=feed_id, day=day).delete()
            _insert(rollup._meta.db_table, name, feed_id, day, bounds(day, zone))


def _insert(table: str, name: str, feed_id: int, day: date, ends: tuple[int, int]) -> None:
    columns = f"day, feed_id, type, user_id, {name}, requests, units, prompt, completion, cached"
    statement = (
        f"INSERT INTO {table} ({columns})"
        f" SELECT CAST(%s AS date), feed_id, type, user_id, {name}, {SUMS}"
        f" FROM {UsageLog._meta.db_table} WHERE feed_id = %s AND time >= %s AND time < %s"
        f" GROUP BY feed_id, type, user_id, {name}"
    )
    if connection.vendor == "sqlite":  # there a cast to date gives a number; dates are texts
        statement = statement.replace("CAST(%s AS date)", "%s")
    with connection.cursor() as cursor:
        cursor.execute(statement, [day.isoformat(), feed_id, *ends])
