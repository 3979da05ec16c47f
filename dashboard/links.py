"""The chain of balances of a feed, for people: how many links hold, and what came in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum

from providers.adapters import ADAPTERS, CursorAdapter
from providers.models import BalanceJump, Feed, Window

MOST_TOLD = 5  # of top-ups, and of breaks


@dataclass(frozen=True, kw_only=True, slots=True)
class TopUp:
    """Inferred: between two rows the balance rose."""

    since: datetime
    until: datetime
    units: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Break:
    """`units` were charged without a row. From the row before to after the row behind it."""

    since: datetime
    until: datetime
    units: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Links:
    """From each row to the next. `broken`: charges that no row explains, the newest in `breaks`."""

    count: int
    broken: int
    top_ups: Sequence[TopUp]
    breaks: Sequence[Break]

    @property
    def intact(self) -> int:
        return self.count - self.broken


def links_of(feed: Feed) -> Links | None:
    """None where rows do not tell a balance."""
    if not isinstance(ADAPTERS[feed.site.kind], CursorAdapter):
        return None
    rows = Window.objects.filter(feed=feed).aggregate(sum=Sum("rows"))["sum"] or 0
    jumps = BalanceJump.objects.filter(feed=feed)
    top_ups = jumps.filter(units__gt=0).order_by("-time")[:MOST_TOLD]
    charges = jumps.filter(units__lt=0)
    return Links(
        count=max(0, rows - 1),
        broken=charges.count(),
        top_ups=[TopUp(since=jump.after, until=jump.time, units=jump.units) for jump in top_ups],
        breaks=[_break(jump) for jump in charges.order_by("-time")[:MOST_TOLD]],
    )


def _break(jump: BalanceJump) -> Break:
    """The clock may have been set back between the two rows."""
    first, last = sorted([jump.after, jump.time])
    return Break(since=first, until=last + timedelta(seconds=1), units=-jump.units)
