"""Where the bars of a chart lack rows, and why."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.completeness import Completeness, FeedCompleteness, State
from dashboard.periods import Buckets
from dashboard.scope import Scope, SeenFeed
from dashboard.standing import trouble
from dashboard.templatetags.usage import duration

MOST_NAMED = 3


def gaps(
    bars: Buckets, complete: Completeness, scope: Scope, now: datetime
) -> Mapping[int, list[str]]:
    """The bars that are not whole, each with a line for every feed that is missing there."""
    found: dict[int, list[tuple[FeedCompleteness, int, str]]] = {}
    for pk, feed in complete.feeds.items():
        why = _reasons(scope.feeds[pk], feed, now)
        for index, seconds, is_newest in _missing(bars, feed):
            found.setdefault(index, []).append((feed, seconds, why[is_newest]))
    return {index: _lines(lacking) for index, lacking in sorted(found.items())}


def _missing(bars: Buckets, feed: FeedCompleteness) -> Iterator[tuple[int, int, bool]]:
    """The bar, how much of it, and whether nothing newer has been read."""
    read_to = 0 if feed.read_to is None else feed.read_to.timestamp()
    edges = [int(start.timestamp()) for start in (*bars.starts, bars.until)]
    missing = feed.of_state(State.MISSING)
    for index in range(len(bars)):
        begin, end = edges[index], edges[index + 1]
        touching = [part for part in missing if part.since < end and part.until > begin]
        if touching:
            seconds = sum(min(part.until, end) - max(part.since, begin) for part in touching)
            yield index, seconds, touching[-1].since >= read_to


def _reasons(seen: SeenFeed, feed: FeedCompleteness, now: datetime) -> tuple[str, str]:
    """Of older gaps, and of the newest one."""
    standing = trouble(seen.connection, now) if seen.connection else None
    older = _(" (history not read yet)") if feed.is_backfilling else ""
    return older, _(" (%(why)s)") % {"why": standing.word} if standing else older


def _lines(lacking: Sequence[tuple[FeedCompleteness, int, str]]) -> list[str]:
    lines = [
        _("%(name)s: %(time)s missing") % {"name": feed.label, "time": duration(seconds)} + why
        for feed, seconds, why in lacking[:MOST_NAMED]
    ]
    more = len(lacking) - MOST_NAMED
    if more <= 0:
        return lines
    words = ngettext("and %(count)d more connection", "and %(count)d more connections", more)
    return [*lines, words % {"count": more}]
