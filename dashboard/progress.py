"""How far feeds are mirrored and verified, and how long the rest of their history will take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.db.models import (
    BigIntegerField,
    Count,
    ExpressionWrapper,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from providers.adapters import ADAPTERS
from providers.models import Connection, Feed, ModelDay, Window
from providers.pacing import Budget, per_minute
from providers.sync import plan

# A fuller window is halved and an emptier one widened, so that most hold about so many rows.
ROWS_OF_A_WINDOW = range(plan.FEW_ROWS, plan.MOST_ROWS // 2)
LATE = timedelta(seconds=3 * settings.TOLLBOOK_SYNC_SECONDS)

_LENGTH = ExpressionWrapper(F("until") - F("since"), output_field=BigIntegerField())


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """Of one feed. `rows_left` and `seconds_left` are None where they are not known;
    `unverified_for` is a reason why windows are mirrored and not verified, if any are."""

    windows: int = 0
    verified: int = 0
    differing: int = 0
    unverified_for: str = ""
    rows: int = 0
    first: datetime | None = None
    mirrored_to: datetime | None = None
    verified_to: datetime | None = None
    missing_seconds: int = 0
    is_backfilled: bool = False
    rows_left: int | None = None
    seconds_left: int | None = None

    @property
    def is_whole(self) -> bool:
        return self.is_backfilled and not self.missing_seconds

    @property
    def rows_in_all(self) -> int | None:
        return None if self.rows_left is None else self.rows + self.rows_left

    @property
    def percent(self) -> int | None:
        """Rounded down: 100 is only what is whole."""
        if self.is_backfilled:
            return 100
        if not self.rows_in_all:
            return None
        return min(99, 100 * self.rows // self.rows_in_all)

    @property
    def days(self) -> int:
        """Days of history that are mirrored, begun ones included."""
        if self.first is None or self.mirrored_to is None:
            return 0
        covered = self.mirrored_to - self.first - timedelta(seconds=self.missing_seconds)
        return max(1, ceil(covered / timedelta(days=1)))

    def is_late(self, now: datetime) -> bool:
        return self.mirrored_to is None or now - self.mirrored_to > LATE


def progress_of(feeds: Sequence[Feed], now: datetime) -> Mapping[int, Progress]:
    """Of feeds that the person may see."""
    windows = {row["feed"]: row for row in _windows(feeds)}
    rows = _rows(feeds)
    sharing = _backfills_at_once(feeds)
    return {
        feed.pk: replace(
            _of_windows(windows.get(feed.pk)),
            rows=rows.get(feed.pk, 0),
            is_backfilled=feed.backfilled_at is not None,
            rows_left=feed.rows_left,
            seconds_left=_seconds_left(feed, windows.get(feed.pk), sharing, now),
        )
        for feed in feeds
    }


def reach_of(feeds: Sequence[Feed]) -> Mapping[int, Progress]:
    """Only from where to where: looked up in the index, however many windows there are."""
    windows = Window.objects.filter(feed=OuterRef("pk"))
    verified = windows.filter(state=Window.State.VERIFIED)
    ends = {
        "first": Subquery(windows.order_by("since").values("since")[:1]),
        "mirrored_to": Subquery(windows.order_by("-until").values("until")[:1]),
        "verified_to": Subquery(verified.order_by("-until").values("until")[:1]),
    }
    known = Feed.objects.filter(pk__in=[feed.pk for feed in feeds]).annotate(**ends)
    return {
        row["pk"]: Progress(**{name: row[name] for name in ends})
        for row in known.values("pk", *ends)
    }


def _windows(feeds: Sequence[Feed]) -> Any:
    is_verified = Q(state=Window.State.VERIFIED)
    return (
        Window.objects.filter(feed__in=feeds)
        .order_by()
        .values("feed")
        .annotate(
            windows=Count("pk"),
            verified=Count("pk", filter=is_verified),
            differing=Count("pk", filter=Q(state=Window.State.DIFFERS)),
            unverified_for=Coalesce(
                Max("reason", filter=Q(state=Window.State.MIRRORED)), Value("")
            ),
            walked_rows=Sum("rows"),
            first=Min("since"),
            mirrored_to=Max("until"),
            verified_to=Max("until", filter=is_verified),
            covered=Coalesce(Sum(_LENGTH), 0),
        )
    )


def _backfills_at_once(feeds: Sequence[Feed]) -> Mapping[int, int]:
    """How many feeds share the budget of each site for their history."""
    working = Feed.objects.filter(
        site__in={feed.site_id for feed in feeds},
        backfilled_at=None,
        connections__state=Connection.State.ACTIVE,
    )
    counted = working.order_by().values("site").annotate(feeds=Count("pk", distinct=True))
    return dict(counted.values_list("site", "feeds"))


def _rows(feeds: Sequence[Feed]) -> Mapping[int, int]:
    """What is stored, the youngest seconds included, which no window covers yet."""
    days = ModelDay.objects.filter(feed__in=feeds).order_by().values("feed")
    return dict(days.annotate(rows=Sum("requests")).values_list("feed", "rows"))


def _of_windows(counted: Mapping[str, Any] | None) -> Progress:
    if counted is None:
        return Progress()
    whole = (counted["mirrored_to"] - counted["first"]).total_seconds()
    return Progress(
        missing_seconds=int(whole) - counted["covered"],
        **{name: counted[name] for name in ("windows", "verified", "differing", "first")},
        **{name: counted[name] for name in ("mirrored_to", "verified_to", "unverified_for")},
    )


def _seconds_left(
    feed: Feed, counted: Mapping[str, Any] | None, sharing: Mapping[int, int], now: datetime
) -> int | None:
    """By the site's budget: a window costs its pages and one statistic."""
    if counted is None or feed.backfilled_at is not None or not feed.rows_left:
        return None
    if not feed.site.dialect:  # its facts have not been read, nor what a page of it holds
        return None
    usual: int = counted["walked_rows"] // counted["windows"]
    rows = min(max(usual, ROWS_OF_A_WINDOW.start), ROWS_OF_A_WINDOW.stop)
    page_size = ADAPTERS[feed.site.kind].page_size(feed.site.dialect)
    requests: float = feed.rows_left / rows * (ceil(rows / page_size) + 1)
    interval = Budget(per_minute(feed.site)).interval
    slowed = 2 if feed.site.slow_until > now.timestamp() else 1
    return ceil(requests * interval * slowed * sharing.get(feed.site_id, 1))
