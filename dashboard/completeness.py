"""How complete a range is: each stretch of it, of each feed and of all together."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from itertools import pairwise

from django.conf import settings

from dashboard.money import Amount
from dashboard.periods import Range
from dashboard.scope import Scope, SeenFeed
from providers.models import Window

LATE_SECONDS = 3 * settings.TOLLBOOK_SYNC_SECONDS  # an unread stretch up to now is only "running"
MOST_SHAPES = 250
MOST_NAMED = 3  # feeds that a page names one by one
HOUR = 3600  # the statistic's own step


class State(IntEnum):
    """Worst last: where feeds are shown together, the worst counts."""

    VERIFIED = 0
    MIRRORED = 1
    RUNNING = 2
    PRUNED = 3
    MISSING = 4
    DIFFERS = 5

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Segment:
    """Unix seconds, half-open."""

    since: int
    until: int
    state: State

    @property
    def seconds(self) -> int:
        return self.until - self.since


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedCompleteness:
    """`read_to`: the end of its newest window, None if it has none."""

    label: str
    segments: Sequence[Segment]
    read_to: datetime | None
    is_backfilling: bool

    def of_state(self, state: State) -> list[Segment]:
        return [segment for segment in self.segments if segment.state is state]

    @property
    def missing_seconds(self) -> int:
        return sum(segment.seconds for segment in self.of_state(State.MISSING))

    @property
    def pruned_seconds(self) -> int:
        return sum(segment.seconds for segment in self.of_state(State.PRUNED))

    @property
    def verdict(self) -> State:
        """What to say of it in one word: the exception, else how far the proof goes."""
        states = {segment.state for segment in self.segments}
        exceptions = states & {State.DIFFERS, State.MISSING}
        if exceptions:
            return max(exceptions)
        return State.VERIFIED if State.VERIFIED in states else State.MIRRORED

    @property
    def verdict_to(self) -> datetime | None:
        """Where the last stretch of that state ends."""
        ends = [segment.until for segment in self.of_state(self.verdict)]
        return datetime.fromtimestamp(ends[-1], UTC) if ends else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Completeness:
    since: datetime
    until: datetime
    segments: Sequence[Segment]
    feeds: Mapping[int, FeedCompleteness]
    differing: int
    difference: Amount

    @property
    def complete_to(self) -> datetime | None:
        """Up to where every feed has been read; None where one has not been read at all."""
        ends = [feed.read_to for feed in self.feeds.values()]
        if not ends or None in ends:
            return None
        return min(end for end in ends if end is not None)

    @property
    def is_over(self) -> bool:
        """Whether everything has been read to the end of the range, and beyond."""
        return self.complete_to is not None and self.complete_to >= self.until

    @property
    def is_partial(self) -> bool:
        """Whether rows are missing that should be there."""
        return any(feed.missing_seconds for feed in self.feeds.values())

    @property
    def unread(self) -> list[FeedCompleteness]:
        return [feed for feed in self.feeds.values() if feed.read_to is None]

    @property
    def missing(self) -> list[FeedCompleteness]:
        """The worst first."""
        feeds = [feed for feed in self.feeds.values() if feed.read_to and feed.missing_seconds]
        return sorted(feeds, key=lambda feed: -feed.missing_seconds)

    @property
    def worst(self) -> list[FeedCompleteness]:
        return self.missing[:MOST_NAMED]

    @property
    def more_missing(self) -> int:
        return max(0, len(self.missing) - MOST_NAMED)

    @property
    def pruned(self) -> list[FeedCompleteness]:
        return [feed for feed in self.feeds.values() if feed.pruned_seconds]


_WindowRow = tuple[int, datetime, datetime, str, int | None, int | None]
_DIFFERS = Window.State.DIFFERS


def completeness(scope: Scope, shown: Range, now: datetime) -> Completeness:
    """Of a range up to `now`."""
    until = max(shown.since, min(shown.until, now))
    known = Range(since=shown.since, until=until)
    windows = _windows(scope, known)
    feeds = {
        pk: _of_feed(seen, windows.get(pk, []), known, now) for pk, seen in scope.feeds.items()
    }
    differing = [
        row
        for pk, rows in windows.items()
        if pk not in scope.mapped  # whose sums are everybody's
        for row in rows
        if row[3] == _DIFFERS
    ]
    return Completeness(
        since=shown.since,
        until=until,
        segments=together([feed.segments for feed in feeds.values()]),
        feeds=feeds,
        differing=len(differing),
        difference=sum((_difference(row, scope) for row in differing), Amount()),
    )


def _windows(scope: Scope, known: Range) -> dict[int, list[_WindowRow]]:
    windows = Window.objects.filter(feed__in=scope.feeds)
    inside = windows.filter(until__gt=known.since, since__lt=known.until).order_by("since")
    columns = ("feed", "since", "until", "state", "units", "site_units")
    found: dict[int, list[_WindowRow]] = {}
    for row in inside.values_list(*columns):
        found.setdefault(row[0], []).append(row)
    return found


def _difference(row: _WindowRow, scope: Scope) -> Amount:
    feed, since, _until, _state, ours, theirs = row
    day = since.astimezone(scope.zone).date()
    return Amount.of(abs((ours or 0) - (theirs or 0)), scope.book(feed).rates, day)


def _of_feed(
    seen: SeenFeed, rows: Sequence[_WindowRow], known: Range, now: datetime
) -> FeedCompleteness:
    covered = [
        Segment(int(begin.timestamp()), int(end.timestamp()), State[state.upper()])
        for _feed, begin, end, state, *_units in rows
    ]
    since, until = int(known.since.timestamp()), int(known.until.timestamp())
    return FeedCompleteness(
        label=seen.label,
        segments=joined(_whole(seen, covered, since, until, now)),
        read_to=seen.read_to,
        is_backfilling=seen.feed.backfilled_at is None,
    )


def _whole(
    seen: SeenFeed, covered: Sequence[Segment], since: int, until: int, now: datetime
) -> Iterator[Segment]:
    """All of the range: what no window covers is missing, pruned, empty or running."""
    end = since
    for segment in covered:
        if segment.since > end:
            yield from _gap(seen, end, segment.since)
        if segment.until > end:
            yield Segment(max(end, segment.since), min(until, segment.until), segment.state)
            end = segment.until
    if until > end:
        yield from _rest(seen, end, until, now)


def _gap(seen: SeenFeed, since: int, until: int) -> Iterator[Segment]:
    """Before its oldest window the site has nothing more, or that has not been read yet. Where its
    statistic knows more, the rows were pruned."""
    first = 0 if seen.first_window is None else int(seen.first_window.timestamp())
    if until > first or seen.feed.backfilled_at is None:
        yield Segment(since, until, State.MISSING)
        return
    point = first if seen.first_point is None else int(seen.first_point.timestamp())
    is_older = point + HOUR <= first
    edge = min(until, max(since, point)) if is_older else until
    if since < edge:
        yield Segment(since, edge, State.MIRRORED)
    if edge < until:
        yield Segment(edge, until, State.PRUNED)


def _rest(seen: SeenFeed, since: int, until: int, now: datetime) -> Iterator[Segment]:
    """What lies behind the last window in the range."""
    read_to = 0 if seen.read_to is None else int(seen.read_to.timestamp())
    if read_to > since:  # a range before the oldest window, or a gap at its end
        yield from _gap(seen, since, until)
        return
    is_late = now.timestamp() - since > LATE_SECONDS
    yield Segment(since, until, State.MISSING if is_late else State.RUNNING)


def joined(segments: Iterable[Segment]) -> list[Segment]:
    """Neighbours of one state become one."""
    result: list[Segment] = []
    for segment in segments:
        last = result[-1] if result else None
        if last and last.state is segment.state and last.until == segment.since:
            result[-1] = Segment(last.since, segment.until, segment.state)
        else:
            result.append(segment)
    return result


def together(feeds: Sequence[Sequence[Segment]]) -> list[Segment]:
    """Of each stretch the worst. All feeds cover the same range."""
    edges = sorted({edge for feed in feeds for part in feed for edge in (part.since, part.until)})
    starts = [[segment.since for segment in feed] for feed in feeds]
    return joined(
        Segment(since, until, max(_at(feed, begins, since) for feed, begins in pairs))
        for since, until in pairwise(edges)
        if (pairs := list(zip(feeds, starts, strict=True)))
    )


def _at(segments: Sequence[Segment], starts: Sequence[int], second: int) -> State:
    return segments[bisect_right(starts, second) - 1].state


def coarse(segments: Sequence[Segment], most: int = MOST_SHAPES) -> Sequence[Segment]:
    """At most so many segments, to draw: the worst of each part of the range."""
    if len(segments) <= most:
        return segments
    begin, end = segments[0].since, segments[-1].until
    edges = [begin + (end - begin) * place // most for place in range(most + 1)]
    starts = [segment.since for segment in segments]
    return joined(
        Segment(since, until, max(part.state for part in segments[first:last]))
        for since, until in pairwise(edges)
        for first in [bisect_right(starts, since) - 1]
        for last in [max(first + 1, bisect_right(starts, until - 1))]
    )
