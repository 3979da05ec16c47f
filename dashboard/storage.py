"""The database: how large it is, how it grows, and which settings of it are wrong."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext as _

from dashboard import queue
from dashboard.checks import is_open_without_tls
from dashboard.databases import SQLITE
from providers.models import ModelDay

GROWTH_DAYS = 30
FAR_DAYS = 3650
LITTLE_ROOM = 0.1  # of the disk


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """Bytes; `rows` of the mirror. `free` is None where the database is on another machine."""

    database: int
    rows: int
    rows_a_day: float
    free: int | None
    disk: int | None

    @property
    def bytes_a_row(self) -> int | None:
        return self.database // self.rows if self.rows else None

    @property
    def bytes_a_day(self) -> int:
        return int((self.bytes_a_row or 0) * self.rows_a_day)

    @property
    def days_left(self) -> int | None:
        """None where that is years ahead, or not known."""
        days = self.free // self.bytes_a_day if self.free and self.bytes_a_day else FAR_DAYS
        return days if days < FAR_DAYS else None


@dataclass(frozen=True, slots=True)
class Fault:
    what: str
    cure: str


def size(today: date) -> Size:
    last_days = ModelDay.objects.filter(day__gt=today - timedelta(days=GROWTH_DAYS), day__lte=today)
    usage = shutil.disk_usage(settings.DATA_DIR) if is_sqlite() else None
    return Size(
        database=_database_bytes(),
        rows=_rows(ModelDay.objects.all()),
        rows_a_day=_rows(last_days) / GROWTH_DAYS,
        free=usage.free if usage else None,
        disk=usage.total if usage else None,
    )


def faults() -> list[Fault]:
    looks: list[Callable[[], Iterator[Fault]]] = [
        _sqlite_faults if is_sqlite() else _postgresql_faults,
        _disk_faults,
        _broker_faults,
        _installation_faults,
    ]
    return [fault for look in looks for fault in look()]


def is_sqlite() -> bool:
    return bool(settings.DATABASES["default"]["ENGINE"] == SQLITE)


def version() -> str:
    if is_sqlite():
        return f"SQLite {_ask('SELECT sqlite_version()')}"
    return f"PostgreSQL {_ask('SHOW server_version')}"


def _rows(days: Any) -> int:
    return int(days.order_by().aggregate(rows=Sum("requests"))["rows"] or 0)


def _database_bytes() -> int:
    if not is_sqlite():
        return int(_ask("SELECT pg_database_size(current_database())"))
    path = Path(settings.DATABASES["default"]["NAME"])
    parts = (path, Path(f"{path}-wal"), Path(f"{path}-shm"))
    return sum(part.stat().st_size for part in parts if part.is_file())


def _ask(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def _sqlite_faults() -> Iterator[Fault]:
    if _ask("PRAGMA journal_mode") not in ("wal", "memory"):  # in memory: there is nothing to lose
        yield Fault(
            _("SQLite does not write ahead: readers and the workers block each other."),
            _("Stop everything, then: sqlite3 tollbook.sqlite3 'PRAGMA journal_mode=WAL'"),
        )
    if _ask("PRAGMA synchronous") == 0:
        yield Fault(
            _("SQLite does not wait for the disk: a power failure can damage the database."),
            _("Set PRAGMA synchronous to NORMAL."),
        )


def _postgresql_faults() -> Iterator[Fault]:
    risks = {
        "fsync": _("PostgreSQL does not wait for the disk: a power failure can damage it."),
        "full_page_writes": _("PostgreSQL does not guard against pages that are half written."),
        "synchronous_commit": _("PostgreSQL confirms what is not on the disk yet."),
    }
    for name, risk in risks.items():
        if _ask(f"SHOW {name}") == "off":
            yield Fault(risk, _("Set %(name)s = on in postgresql.conf.") % {"name": name})


def _disk_faults() -> Iterator[Fault]:
    usage = shutil.disk_usage(settings.DATA_DIR)
    if usage.free < LITTLE_ROOM * usage.total:
        percent = round(100 * usage.free / usage.total)
        yield Fault(
            _("Only %(percent)s %% of the disk under %(path)s are free.")
            % {"percent": percent, "path": settings.DATA_DIR},
            _("Make room, or move the data: when the disk is full, nothing is mirrored."),
        )


def _broker_faults() -> Iterator[Fault]:
    info = queue.info()
    if info is None:
        yield Fault(
            _("The queue does not answer: nothing is read."),
            _("Start the broker, or correct REDIS_URL."),
        )
        return
    if info.get("maxmemory_policy") != "noeviction":
        yield Fault(
            _("The broker throws messages away when its memory is full."),
            _("Set maxmemory-policy noeviction in its configuration."),
        )
    if not info.get("aof_enabled"):
        yield Fault(
            _("The broker keeps nothing on disk: a restart forgets the queue."),
            _("Set appendonly yes in its configuration."),
        )


def _installation_faults() -> Iterator[Fault]:
    if settings.DEBUG:
        yield Fault(_("DEBUG is on: errors show code and settings."), _("Set DEBUG=False."))
    if is_open_without_tls():
        yield Fault(
            _("The pages can be reached from other machines without TLS."),
            _("Put a TLS proxy in front and set TOLLBOOK_PUBLIC_URL and TOLLBOOK_TRUSTED_PROXIES."),
        )
