"""What the installation is doing: workers, queue, runs, windows, quarantine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import redis
from django.conf import settings
from django.db.models import Count, Max, Q, Sum
from kombu.exceptions import OperationalError

from dashboard.celery import app
from dashboard.completeness import State
from dashboard.queue import Queue, queue
from providers import pacing
from providers.models import Connection, Feed, QuarantinedRow, Site, SyncRun, Window

RUNS = 20
DAY = timedelta(days=1)
ANSWER_SECONDS = 0.7


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteLine:
    """`late` is by how much the feed that was read longest ago is overdue."""

    site: Site
    connections: int
    runs: int
    requests: int
    per_minute: int
    newest: datetime | None
    late: timedelta | None
    is_held: bool
    is_slowed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Worker:
    name: str
    processes: int
    tasks: int
    busy: int


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    queue: Queue
    sites: Sequence[SiteLine]
    runs: Sequence[SyncRun]
    windows: Sequence[tuple[str, State, int]]
    feeds: int
    with_gaps: int
    waiting_for_person: int
    quarantined: int
    stopped: int


def system(now: datetime) -> System:
    windows = Window.objects.order_by().values_list("state").annotate(count=Count("pk"))
    feeds = Feed.objects.aggregate(
        all=Count("pk"),
        gaps=Count("pk", filter=Q(has_gaps=True)),
        waiting=Count("pk", filter=~Q(waits_for_person="")),
    )
    return System(
        queue=queue(),
        sites=_sites(now),
        runs=list(SyncRun.objects.select_related("site").order_by("-began_at", "-pk")[:RUNS]),
        windows=[(state, State[state.upper()], count) for state, count in sorted(windows)],
        feeds=feeds["all"],
        with_gaps=feeds["gaps"],
        waiting_for_person=feeds["waiting"],
        quarantined=QuarantinedRow.objects.count(),
        stopped=Connection.objects.filter(state=Connection.State.STOPPED).count(),
    )


def workers() -> list[Worker]:
    """Those that answer at once. Asking takes as long as waiting for one more does."""
    try:
        asking = app.control.inspect(timeout=ANSWER_SECONDS)
        stats: Mapping[str, Any] = asking.stats() or {}
        active: Mapping[str, Any] = (asking.active() or {}) if stats else {}
    except (OperationalError, OSError, redis.RedisError):
        return []
    return [
        Worker(
            name=name,
            processes=len(told.get("pool", {}).get("processes", [])),
            tasks=sum(told.get("total", {}).values()),
            busy=len(active.get(name, [])),
        )
        for name, told in sorted(stats.items())
    ]


def _sites(now: datetime) -> list[SiteLine]:
    runs = _runs_of_a_day(now)
    late = _late(now)
    sites = Site.objects.annotate(count=Count("connections")).filter(count__gt=0)
    return [
        SiteLine(
            site=site,
            connections=site.count,
            per_minute=pacing.per_minute(site),
            late=late.get(site.pk),
            is_held=site.lease_until > now.timestamp(),
            is_slowed=site.slow_until > now.timestamp(),
            **runs.get(site.pk, {"runs": 0, "requests": 0, "newest": None}),
        )
        for site in sites.order_by("name", "base_url")
    ]


def _runs_of_a_day(now: datetime) -> Mapping[int, dict[str, Any]]:
    recent = SyncRun.objects.filter(began_at__gte=now - DAY).order_by().values("site")
    counted = recent.annotate(runs=Count("pk"), requests=Sum("requests"), newest=Max("began_at"))
    return {
        site: {"runs": count, "requests": requests, "newest": newest}
        for site, count, requests, newest in counted.values_list(
            "site", "runs", "requests", "newest"
        )
    }


def _late(now: datetime) -> Mapping[int, timedelta]:
    """Of feeds that can be read; a feed is due so many seconds after it was read."""
    due = timedelta(seconds=settings.TOLLBOOK_SYNC_SECONDS)
    lending = Connection.objects.lending(now).values("feed")
    found: dict[int, timedelta] = {}
    readable = Feed.objects.filter(pk__in=lending, waits_for_person="", read_at__isnull=False)
    for site, read_at in readable.values_list("site", "read_at"):
        if read_at is not None and (late := now - read_at - due) > due:
            found[site] = max(late, found.get(site, late))
    return found
