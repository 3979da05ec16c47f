"""What is known of each stretch of a feed's time, as the strips and the grid of days show it.

Unlike the completeness of a range, what is not read yet is left blank: it is not missing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Q, Sum, Value
from django.db.models import Window as Over
from django.db.models.functions import Lag, Lead

from dashboard.completeness import Segment, State, joined
from dashboard.periods import Range, of_days
from dashboard.progress import Progress
from providers.models import Feed, ModelDay, Window

HOUR = 3600


def _beside(neighbour: Lag | Lead) -> Over:
    """A column of the window before or after, of the same feed."""
    return Over(neighbour, partition_by=[F("feed")], order_by="since")


_BESIDE = {
    "state_before": _beside(Lag("state", default=Value(""))),
    "until_before": _beside(Lag("until", default=Value(0))),
    "state_after": _beside(Lead("state", default=Value(""))),
    "since_after": _beside(Lead("since", default=Value(0))),
}
_IS_FIRST = ~Q(state_before=F("state"), until_before=F("since"))
_IS_LAST = ~Q(state_after=F("state"), since_after=F("until"))


@dataclass(frozen=True, kw_only=True, slots=True)
class GridDay:
    """The hours of one business day; those without a segment are blank."""

    day: date
    since: int
    until: int
    hours: Sequence[Segment]
    rows: int
    is_today: bool


def last_days(days: int, now: datetime, zone: ZoneInfo) -> Range:
    today = now.astimezone(zone).date()
    return of_days(today - timedelta(days=days - 1), today, zone)


def strips_of(
    feeds: Sequence[Feed], progress: Mapping[int, Progress], shown: Range, now: datetime
) -> Mapping[int, Sequence[Segment]]:
    """Of feeds that the person may see."""
    runs = _runs(feeds, shown)
    return {
        feed.pk: joined(_with_gaps(runs.get(feed.pk, []), progress[feed.pk], shown, now))
        for feed in feeds
    }


def until(segments: Sequence[Segment], end: datetime | None) -> list[Segment]:
    """Without what comes after: where nobody reads, nothing is missing."""
    return [part for part in segments if end is None or part.since < _second(end)]


def grid(
    feed: Feed, segments: Sequence[Segment], days: int, now: datetime, zone: ZoneInfo
) -> list[GridDay]:
    shown = last_days(days, now, zone).days()
    rows = _rows_per_day(feed, shown[0])
    return [grid_day(segments, of_days(day, day, zone), rows.get(day, 0), now) for day in shown]


def _runs(feeds: Sequence[Feed], shown: Range) -> Mapping[int, list[Segment]]:
    """Neighbours of one state as one, joined in the database: a year of hours are many windows."""
    inside = Window.objects.filter(feed__in=feeds, until__gt=shown.since, since__lt=shown.until)
    ends = inside.annotate(**_BESIDE).filter(_IS_FIRST | _IS_LAST).order_by("feed", "since")
    runs: dict[int, list[Segment]] = {}
    since = 0
    for row in ends.values("feed", "since", "until", "state", *_BESIDE):
        if (row["state_before"], row["until_before"]) != (row["state"], row["since"]):
            since = _second(row["since"])
        if (row["state_after"], row["since_after"]) != (row["state"], row["until"]):
            run = Segment(since, _second(row["until"]), State[row["state"].upper()])
            runs.setdefault(row["feed"], []).append(run)
    return runs


def _with_gaps(
    runs: Sequence[Segment], progress: Progress, shown: Range, now: datetime
) -> Iterator[Segment]:
    """Between the first window and now; before the first one nothing is known or nothing is."""
    if progress.first is None or progress.mirrored_to is None:
        return
    end, last = max(_second(shown.since), _second(progress.first)), _last(shown, now)
    for run in runs:
        if run.since > end:
            yield Segment(end, run.since, State.MISSING)
        yield Segment(max(run.since, end), min(run.until, last), run.state)
        end = run.until
    if end < last:
        is_gap = progress.is_late(now) or _second(progress.mirrored_to) > end
        yield Segment(end, last, State.MISSING if is_gap else State.RUNNING)


def _last(shown: Range, now: datetime) -> int:
    return min(_second(shown.until), _second(now))


def _rows_per_day(feed: Feed, since: date) -> Mapping[date, int]:
    days = ModelDay.objects.filter(feed=feed, day__gte=since).order_by().values("day")
    return dict(days.annotate(rows=Sum("requests")).values_list("day", "rows"))


def grid_day(segments: Sequence[Segment], day: Range, rows: int, now: datetime) -> GridDay:
    since, until = _second(day.since), _second(day.until)
    touching = [part for part in segments if part.since < until and part.until > since]
    return GridDay(
        day=day.since.date(),
        since=since,
        until=until,
        hours=list(_hours(touching, since, until)),
        rows=rows,
        is_today=since <= _second(now) < until,
    )


def _hours(segments: Sequence[Segment], since: int, until: int) -> Iterator[Segment]:
    """Counted in seconds, so that a day of 23 or 25 hours has as many. The worst state counts."""
    for begin in range(since, until, HOUR):
        end = min(begin + HOUR, until)
        states = [part.state for part in segments if part.since < end and part.until > begin]
        if states:
            yield Segment(begin, end, max(states))


def _second(moment: datetime) -> int:
    return int(moment.timestamp())
