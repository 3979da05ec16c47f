"""Hold the rows of a window against the site's own statistic of exactly the same seconds."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from django.db.models import Sum

from providers.adapters.records import LogRecord, Span
from providers.models import Feed, QuarantinedRow, UsageLog, Window
from providers.vocabulary import VOCABULARIES


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """`reason`: why the statistic cannot verify a window, or why it differs; empty if it can."""

    state: str
    reason: str = ""
    units: int | None = None
    site_units: int | None = None

    @property
    def is_settled(self) -> bool:
        return self.state != Window.State.DIFFERS

    @property
    def excess(self) -> int:
        """Of the site's sum over ours."""
        return (self.site_units or 0) - (self.units or 0)

    def of_pruned(self) -> Self:
        """Of a window whose rows the site has deleted: no statistic can be held against it."""
        reason = self.reason if self.reason == "quarantine" else ""
        return replace(self, state=Window.State.PRUNED, reason=reason)


def judge(feed: Feed, span: Span, site_units: int | None) -> Verdict:
    """What is known of `span` once the site has said its sum; None: it has no statistic."""
    rows = UsageLog.objects.inside(feed, span)
    summed = rows.filter(type__in=VOCABULARIES[feed.site.vocabulary].summed)
    former = summed.none() if feed.is_of_all else summed.exclude(user__text=feed.account_name)
    present = summed if feed.is_of_all else summed.filter(user__text=feed.account_name)
    units = present.aggregate(sum=Sum("units"))["sum"] or 0
    state, reason = _state(feed, span, units, site_units)
    if state == Window.State.VERIFIED and former.exists():
        # the statistic goes by the present name: it says nothing of rows under a former one
        state, reason = Window.State.MIRRORED, "renamed"
    return Verdict(state=state, reason=reason, units=units, site_units=site_units)


def sum_of(feed: Feed, records: Iterable[LogRecord]) -> int:
    """What the site's statistic should say of these rows."""
    summed = VOCABULARIES[feed.site.vocabulary].summed
    return sum(
        record.units for record in records if record.type in summed and feed.counts(record.user)
    )


def _state(feed: Feed, span: Span, units: int, site_units: int | None) -> tuple[str, str]:
    if QuarantinedRow.objects.inside(feed, span).exists():
        return Window.State.MIRRORED, "quarantine"
    if site_units is None:
        return Window.State.MIRRORED, "no_statistic"
    if units == site_units:
        return Window.State.VERIFIED, ""
    if site_units == 0:
        return Window.State.MIRRORED, "zero_statistic"
    if "%" in feed.account_name:
        return Window.State.MIRRORED, "name_pattern"
    if feed.shares_its_name and site_units > units:
        return Window.State.MIRRORED, "shared_name"
    return Window.State.DIFFERS, "statistic"


def row_count(feed: Feed, span: Span) -> int:
    """Rows of `span` that the site counts: stored ones and quarantined ones."""
    kept = (UsageLog.objects, QuarantinedRow.objects)
    return sum(rows.inside(feed, span).count() for rows in kept)


def is_usually_zero(feed: Feed) -> bool:
    """Whether the statistic was nought for the last window that held any spend."""
    last = Window.objects.filter(feed=feed, units__gt=0).order_by("-walked_at", "-pk").first()
    return last is not None and last.reason == "zero_statistic"
