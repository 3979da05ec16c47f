"""All about one window: what was compared, what was left out, and what came of verifying again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Count, Sum

from accounts.models import User
from dashboard import checking, money
from dashboard.checking import CheckView
from dashboard.money import Amount, Rates
from dashboard.sources import Source, sources_of
from dashboard.watched import Comparison, comparison
from providers.models import QuarantinedRow, UsageLog, Window
from providers.vocabulary import VOCABULARIES


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Some rows of a window, and their sum."""

    rows: int
    amount: Amount


@dataclass(frozen=True, kw_only=True, slots=True)
class Slip:
    """`counted` are the rows whose sum is compared. The site's statistic leaves out `refunds`, and
    rows under a `former` name."""

    source: Source
    sums: Comparison
    counted: Part
    refunds: Part
    former: Part
    quarantined: int
    check: CheckView | None

    @property
    def window(self) -> Window:
        return self.sums.window

    @property
    def seconds(self) -> int:
        return int((self.window.until - self.window.since).total_seconds())

    @property
    def is_waiting(self) -> bool:
        """Whether this window is still to be verified again."""
        check = self.check
        return check is not None and check.is_waiting and check.check.reached > self.window.since


def slip_of(window: Window, user: User, zone: ZoneInfo) -> Slip:
    """Of a window of a feed that the person may look into."""
    source = sources_of([window.feed], user)[window.feed_id]
    rates = money.rates_of([source.feed.site_id], zone)[source.feed.site_id]
    day = window.since.astimezone(zone).date()
    vocabulary = VOCABULARIES[source.feed.site.vocabulary]
    groups = _groups(window)
    summed = [group for group in groups if group.type in vocabulary.summed]
    refunds = [group for group in groups if group.type in vocabulary.refunds]
    present = [group for group in summed if source.feed.counts(group.user)]
    former = [group for group in summed if not source.feed.counts(group.user)]
    return Slip(
        source=source,
        sums=comparison(window, rates, zone),
        counted=_part(present, rates, day),
        refunds=_part(refunds, rates, day),
        former=_part(former, rates, day),
        quarantined=QuarantinedRow.objects.inside(window.feed, window.span).count(),
        check=checking.last_of(window),
    )


@dataclass(frozen=True, slots=True)
class _Group:
    type: int
    user: str | None
    rows: int
    units: int


def _groups(window: Window) -> list[_Group]:
    """The rows as they are stored now, by type and name of the account."""
    inside = UsageLog.objects.inside(window.feed, window.span)
    grouped = inside.order_by().values_list("type", "user__text")
    return [_Group(*row) for row in grouped.annotate(rows=Count("pk"), sum=Sum("units"))]


def _part(groups: Sequence[_Group], rates: Rates, day: date) -> Part:
    amount = Amount.of(sum(group.units for group in groups), rates, day)
    return Part(rows=sum(group.rows for group in groups), amount=amount)
