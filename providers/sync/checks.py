"""Verify again what a person asked for: compare row by row, then mirror and judge as at first."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Min, QuerySet

from providers.adapters.records import Span, utc
from providers.models import Check, CheckedRow, Feed, Window
from providers.store import RendersDifferently
from providers.sync import differences, plan, stretch, verify
from providers.sync.differences import Compared
from providers.sync.turn import FeedTurn
from providers.sync.walk import Walk

MOST_LISTED = 200  # rows of one check; beyond, they are only counted


def pending(feeds: QuerySet[Feed], *, is_begun: bool) -> QuerySet[Check]:
    """Those that have not begun wait for no history; the others take turns with it."""
    waiting = Check.objects.pending().filter(feed__in=feeds)
    fitting = waiting.filter(requests__gt=0) if is_begun else waiting.filter(requests=0)
    return fitting.order_by("asked_at", "pk")


def next_window(check: Check) -> Window | None:
    """The newest that is not done."""
    inside = Window.objects.filter(feed=check.feed_id, since__lt=check.reached)
    left = inside.filter(until__gt=check.since)
    return left.order_by("-since").first()


def go_on(work: FeedTurn) -> None:
    """Do one window of the feed's oldest check, or a part of a large one."""
    check = Check.objects.pending().filter(feed=work.feed).order_by("asked_at", "pk").first()
    if check is None:
        return
    window = next_window(check)
    if window is not None:
        _verify(work, check, _span(check, window))
    if next_window(check) is None:
        check.finish(work.turn.now())


def _span(check: Check, window: Window) -> Span:
    """What of the window is not done: a large one is done in parts, newest first."""
    reached = int(check.reached.timestamp()) if check.is_begun else window.span.until
    return Span(since=window.span.since, until=min(window.span.until, reached))


def _verify(work: FeedTurn, check: Check, span: Span) -> None:
    """One part, from the newest: as much as one turn can bring."""
    part = _part_that_fits(work, span)
    asked_before = work.turn.door.requests
    while (read := stretch.unless_too_much(stretch.agreed, work, part)) is None:
        part, _ = plan.halves(part)
    _keep(work, check, part, *read, asked_before=asked_before)


def _part_that_fits(work: FeedTurn, span: Span) -> Span:
    """By the rows that are here: some sites announce none, so that to find out costs a walk."""
    most = stretch.most_rows(work)
    while span.seconds > 1 and verify.row_count(work.feed, span) > most:
        span, _ = plan.halves(span)
    return span


def _keep(
    work: FeedTurn,
    check: Check,
    part: Span,
    walked: Walk,
    site_units: int | None,
    *,
    asked_before: int,
) -> None:
    room = MOST_LISTED - check.found.count()
    compared = differences.compared(work.feed, part, walked, most_listed=room)
    try:
        stretch.keep(work, part, walked, site_units, asked_before=asked_before)
    except RendersDifferently:
        _add(check, compared, work.turn.door.requests - asked_before)
        check.finish(work.turn.now())  # a person must look; asking again would find the same
        raise
    _add(check, compared, work.turn.door.requests - asked_before)


@transaction.atomic
def _add(check: Check, compared: Compared, requests: int) -> None:
    check.reached = utc(compared.span.since)
    check.is_same = check.is_same and compared.ok
    check.requests += requests
    check.rows += compared.rows
    check.missing += compared.missing
    check.gone += compared.gone
    check.unreadable += compared.unreadable
    check.quarantined += compared.quarantined
    check.save(
        update_fields=[
            *("reached", "is_same", "requests", "rows", "missing", "gone"),
            *("unreadable", "quarantined"),
        ]
    )
    CheckedRow.objects.bulk_create(_row(check, found) for found in compared.differences)


def _row(check: Check, found: differences.Difference) -> CheckedRow:
    return CheckedRow(
        found_by=check,
        side=found.side,
        time=found.occurred_at,
        type=found.type,
        model=found.model,
        key=found.api_key,
        units=found.units,
        prompt=found.prompt_tokens,
        completion=found.completion_tokens,
        request_id=found.request_id,
    )


def ask(feed: Feed, span: Span, *, by: int | None, now: datetime) -> Check | None:
    """Leave the windows that `span` touches to whoever works at the site next; None if there are
    none. What is still waiting is not asked twice."""
    touched = Window.objects.filter(feed=feed, since__lt=span.until, until__gt=span.since)
    ends = touched.aggregate(since=Min("since"), until=Max("until"))
    if ends["since"] is None:
        return None
    same = Check.objects.pending().filter(feed=feed, requests=0, **ends).first()
    return same or Check.objects.create(
        feed=feed, **ends, reached=ends["until"], asked_at=now, asked_by_id=by
    )
