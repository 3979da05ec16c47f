"""What feeds lack of time: the seconds that no window of theirs covers."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

from django.db.models import F, OuterRef, Subquery, Window
from django.db.models.functions import Lag

from providers.models import Feed
from providers.models import Window as Mirrored

Gap = tuple[float, float]  # unix seconds, half-open; endless at the ends of time


@dataclass(frozen=True, slots=True)
class Reach:
    """The gaps of one feed, in order, apart from each other."""

    gaps: Sequence[Gap]

    def lacking(self, since: float, until: float) -> float:
        """Seconds of a stretch."""
        first = max(0, bisect_right(self.gaps, (since, inf)) - 1)
        lack = 0.0
        for begin, end in self.gaps[first:]:
            if begin >= until:
                break
            lack += max(0.0, min(end, until) - max(begin, since))
        return lack

    @property
    def edges(self) -> list[int]:
        return [int(edge) for gap in self.gaps for edge in gap if abs(edge) != inf]


NOTHING_READ = Reach([(-inf, inf)])


def reaches(feeds: Sequence[Feed]) -> Mapping[int, Reach]:
    """Before its oldest window a feed lacks nothing once its history was read to the end."""
    if not feeds:
        return {}
    inner = _inner_gaps([feed for feed in feeds if feed.has_gaps])
    windows = Mirrored.objects.filter(feed=OuterRef("pk"))
    ends = Feed.objects.filter(pk__in=[feed.pk for feed in feeds]).annotate(
        first=Subquery(windows.order_by("since").values("since")[:1]),
        last=Subquery(windows.order_by("-until").values("until")[:1]),
    )
    return {
        pk: Reach(
            [
                *([] if backfilled_at else [(-inf, first.timestamp())]),
                *inner.get(pk, []),
                (last.timestamp(), inf),
            ]
        )
        if first
        else NOTHING_READ
        for pk, backfilled_at, first, last in ends.values_list(
            "pk", "backfilled_at", "first", "last"
        )
    }


def _inner_gaps(feeds: Sequence[Feed]) -> Mapping[int, list[Gap]]:
    """Found in the database: there are many windows and few gaps."""
    before = Window(Lag("until"), partition_by="feed", order_by="since")
    windows = Mirrored.objects.filter(feed__in=feeds).annotate(end_before=before)
    found: dict[int, list[Gap]] = {}
    rows = windows.filter(since__gt=F("end_before")).order_by("feed", "since")
    for pk, end, since in rows.values_list("feed", "end_before", "since"):
        found.setdefault(pk, []).append((end.timestamp(), since.timestamp()))
    return found
