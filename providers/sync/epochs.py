"""Stretches of a numbered log in which time goes forward with the ids. A site's clock that is set
back begins a new one, whose rows have the seconds of earlier rows once more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Q

from providers.models import Feed, UsageLog
from providers.models.logs import OfFeedQuerySet
from providers.sync.coverage import Numbered

STEP_SECONDS = 120  # a row that is so much older than one before it: no call was so late
MOST = 100


@dataclass(frozen=True, slots=True)
class Epoch:
    """Of rows with these ids, half-open; None has no end."""

    first: int | None = None
    until: int | None = None

    def rows(self, feed: Feed) -> OfFeedQuerySet:
        ids = Q()
        if self.first is not None:
            ids &= Q(detail__upstream_id__gte=self.first)
        if self.until is not None:
            ids &= Q(detail__upstream_id__lt=self.until)
        return UsageLog.objects.filter(ids, feed=feed).exclude(balance=None)


def epochs_of(feed: Feed) -> list[Epoch]:
    """Oldest first; nearly always one."""
    ends = [None, *sorted(feed.clock_steps), None]
    return [Epoch(first, until) for first, until in pairwise(ends)]


def note(feed: Feed, page: Iterable[Numbered]) -> bool:
    """True where a page shows that the clock was set back, which was not known."""
    new = [row_id for row_id in _steps(sorted(page)) if row_id not in feed.clock_steps]
    if not new or len(feed.clock_steps) >= MOST:
        return False
    feed.clock_steps = sorted([*feed.clock_steps, *new])
    feed.save(update_fields=["clock_steps"])
    return True


def _steps(page: Sequence[Numbered]) -> list[int]:
    found, newest = [], None
    for row_id, second in page:
        if newest is not None and second < newest - STEP_SECONDS:
            found.append(row_id)
            newest = second
        newest = second if newest is None else max(newest, second)
    return found
