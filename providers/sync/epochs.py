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
    ends = [None, *(row_id for row_id, _ in feed.clock_steps), None]
    return [Epoch(first, until) for first, until in pairwise(ends)]


def note(feed: Feed, page: Iterable[Numbered]) -> bool:
    """True where a page, whose rows are stored, shows that the clock was set back, which was not
    known. The rows of one key tell it later than those of another."""
    known = {(row_id, second) for row_id, second in feed.clock_steps}
    found = set(_steps(sorted(page)))
    if found <= known or len(known) >= MOST:
        return False
    steps = _earliest(feed, sorted(known | found))
    if steps == feed.clock_steps:
        return False
    feed.clock_steps = steps
    feed.save(update_fields=["clock_steps"])
    return True


def _steps(page: Sequence[Numbered]) -> list[Numbered]:
    """The rows that go back."""
    found: list[Numbered] = []
    newest = None
    for row_id, second in page:
        if newest is not None and second < newest - STEP_SECONDS:
            found.append((row_id, second))
            newest = second
        newest = second if newest is None else max(newest, second)
    return found


def _earliest(feed: Feed, steps: Iterable[Numbered]) -> list[list[int]]:
    """Without those that do not go back behind the rows since the one before."""
    kept: list[list[int]] = []
    for row_id, second in steps:
        before = Epoch(kept[-1][0] if kept else None, row_id).rows(feed)
        newest = before.order_by("-time").values_list("time", flat=True).first()
        if newest is not None and second < newest.timestamp() - STEP_SECONDS:
            kept.append([row_id, second])
    return kept
