"""How far a connection's mirror is, and what is not proven of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Sum

from providers.models import Connection, Feed, Window
from providers.sync import backfill

State = Window.State


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """`problem` is the code of what keeps the connection from going on, `detail` fills it.
    `is_whole`: no stretch is left to be read."""

    connection: Connection
    problem: str
    detail: str
    is_whole: bool
    counts: Counter[str]
    unproven: Sequence[Window]

    def ok(self, *, strict: bool = False) -> bool:
        if self.problem or not self.is_whole:
            return False
        return not self.unproven if strict else all(map(_is_explained, self.unproven))


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    rows: int
    rows_left: int | None
    mirrored_until: datetime | None


def outcome_of(connection: Connection) -> Outcome:
    feed = connection.feed
    windows = Window.objects.filter(feed=feed).order_by("since") if feed else Window.objects.none()
    return Outcome(
        connection=connection,
        problem=_problem(connection),
        detail=connection.error_detail,
        is_whole=feed is not None and windows.exists() and backfill.gap_of(feed) is None,
        counts=Counter(windows.values_list("state", flat=True)),
        unproven=list(windows.exclude(state=State.VERIFIED)),
    )


def progress_of(feed: Feed) -> Progress:
    seen = Window.objects.filter(feed=feed).aggregate(rows=Sum("rows"), until=Max("until"))
    return Progress(rows=seen["rows"] or 0, rows_left=feed.rows_left, mirrored_until=seen["until"])


def _problem(connection: Connection) -> str:
    waiting = connection.feed.waits_for_person if connection.feed else ""
    return connection.error_code or waiting


def _is_explained(window: Window) -> bool:
    """Mirrored, with a name for why the site's statistic cannot prove it; pruned is such a name."""
    return window.state == State.PRUNED or (window.state == State.MIRRORED and window.reason != "")
