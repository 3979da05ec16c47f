"""One database's figures, as JSON on standard output: DATABASE ROWS FLOOR_URL.

`__main__` starts it after Django is set up, in a process of its own for each database.
"""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from accounts.models import User
from benchmarks import floor, ingest, logs, overview
from benchmarks.arrivals import arrivals
from benchmarks.compared import Compared
from benchmarks.figures import Figure, rate
from benchmarks.ingest import Mirror, Turns
from dashboard import databases
from providers.models import KeyDay, ModelDay, UsageLog

REPEATED, TIMES = 20, 9
LEAST_INGEST = 0.5
LOCK_TARGET = "≤ 0.25 s, idle machine"
DISK_TARGETS = {"sqlite": "≤ 1.00 kB", "postgresql": "≤ 1.35 kB"}
STORED_TARGET = "27 to 30 k rows/s, idle machine"


def main(name: str, rows: int, floor_url: str) -> None:
    prepare(floor_url)
    json.dump([asdict(figure) for figure in figures(name, rows)], sys.stdout)


def prepare(floor_url: str) -> None:
    """Two databases with the same tables."""
    os.environ["DATABASE_URL"] = floor_url
    own = connections.databases[floor.OWN]
    connections.databases[floor.FLOOR] = {**own, **databases.default(settings.DATA_DIR)}
    for alias in (floor.OWN, floor.FLOOR):
        call_command("migrate", database=alias, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)  # the pages want their names


def figures(name: str, rows: int) -> Iterator[Figure]:
    mirror, planned = Mirror(), list(arrivals(rows))
    history = [arrival for arrival in planned if not arrival.is_tail]
    tails = [arrival for arrival in planned if arrival.is_tail]
    half = len(history) // 2
    ingest.take_turns(mirror, history[:half])  # until the tables have a size
    whole, tail = ingest.take_turns(mirror, history[half:]), ingest.take_turns(mirror, tails)
    yield _compared(name, "ingest, windows of 1000 rows", whole, LEAST_INGEST)
    yield _alone(name, "… 95 % of them within", f"{whole.slowest_seconds:.3f} s", LOCK_TARGET)
    yield _compared(name, "ingest, tails of 100 rows", tail, None)
    again = ingest.repeat(mirror, history[-REPEATED:], TIMES)
    yield _alone(name, "stored windows again", rate(again), STORED_TARGET)
    yield from _sizes(name)
    yield from (_read(name, compared, "67%") for compared in overview.compare())
    everybody = User.objects.get(email=overview.EVERYTHING)
    yield from (_read(name, compared, "100%") for compared in logs.compare(everybody))


def _alone(name: str, what: str, value: str, target: str = "") -> Figure:
    return Figure(database=name, what=what, value=value, target=target)


def _compared(name: str, what: str, turns: Turns, least: float | None) -> Figure:
    return Figure(
        database=name,
        what=what,
        value=rate(turns.own_rate),
        floor=rate(turns.floor_rate),
        ratio=turns.ratio,
        least_ratio=least,
    )


def _read(name: str, compared: Compared, met_at: str) -> Figure:
    """The ratio is that of the SQL by hand, or of the time allowed, to ours. It has no bound: where
    that is a millisecond, building statements is longer."""
    return Figure(
        database=name,
        what=compared.what,
        value=f"{compared.own_seconds * 1000:.0f} ms",
        floor=f"{compared.floor_seconds * 1000:.0f} ms",
        ratio=compared.ratio,
        target=f"≥ {met_at}, {compared.target}",
    )


def _sizes(name: str) -> Iterator[Figure]:
    rows = UsageLog.objects.count()
    sums = ModelDay.objects.count() + KeyDay.objects.count()
    yield _alone(name, "rollup rows for each row", f"{sums / rows:.2f}")
    size = f"{_bytes() / rows / 1000:.2f} kB"
    yield _alone(name, "disk for each row, everything", size, DISK_TARGETS[name])


def _bytes() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return Path(connection.settings_dict["NAME"]).stat().st_size
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
