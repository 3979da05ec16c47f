"""Work at sites in this process until nothing is due for some connections."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from providers.models import Connection
from providers.sync import conductor

POLL_SECONDS = 1.0  # while another worker has the site
MOST_FAILURES = 3  # in a row; fewer are waited out as a worker would

Told = Callable[[Sequence[Connection]], None]


def work_until_nothing_is_due(connections: Iterable[Connection], told: Told) -> None:
    """`told` hears after each turn what was worked on. Sites take turns; the budget is kept."""
    watched = defaultdict[int, list[UUID]](list)
    for connection in connections:
        watched[connection.site_id].append(connection.pk)
    ready_at = dict.fromkeys(watched, 0.0)
    while ready_at:
        site_id = min(ready_at, key=ready_at.__getitem__)
        time.sleep(max(0.0, ready_at[site_id] - time.monotonic()))
        rest = conductor.work_at(site_id)
        found = list(_fresh(watched[site_id]))
        told(found)
        pause = pause_before_next_turn(found, rest, timezone.now())
        del ready_at[site_id]
        if pause is not None:
            ready_at[site_id] = time.monotonic() + pause


def pause_before_next_turn(
    connections: Sequence[Connection], rest: float | None, now: datetime
) -> float | None:
    """Seconds, or None once nothing is due. `rest` is what the last turn said."""
    if any(_is_due(connection, now) for connection in connections):
        return POLL_SECONDS if rest is None else rest
    rests = [
        (connection.retry_at - now).total_seconds()
        for connection in connections
        if connection.retry_at is not None
        and connection.state == Connection.State.ACTIVE
        and 0 < connection.failures < MOST_FAILURES
    ]
    return max(0.0, min(rests)) if rests else None


def _fresh(keys: Sequence[UUID]) -> QuerySet[Connection]:
    return Connection.objects.filter(pk__in=keys).select_related("site", "feed")


def _is_due(connection: Connection, now: datetime) -> bool:
    feed = connection.feed
    if feed is None:
        return Connection.objects.lending(now).filter(pk=connection.pk).exists()
    return conductor.next_step(connection.site, now, only=feed) is not None
