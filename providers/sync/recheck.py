"""Once a day, hold recent windows against the site again: late rows and refunds are real."""

from datetime import datetime, timedelta

from django.db.models import Q

from providers.adapters.records import Span
from providers.models import Feed, Window
from providers.sync import plan, stretch, verify
from providers.sync.turn import FeedTurn

RECENT = timedelta(days=3)
EVERY = timedelta(days=1)
EVERY_OLD = timedelta(days=7)  # a statistic that was wrong may be right again


def due_window(feed: Feed, now: datetime) -> Window | None:
    """The newest of the recent windows that is due, and any that held a row we could not read; of
    older ones those that differ, once a week."""
    recent = Q(until__gte=int((now - RECENT).timestamp())) | Q(reason="quarantine")
    old = Q(state=Window.State.DIFFERS, checked_at__lt=now - EVERY_OLD)
    due = Window.objects.filter(recent | old, feed=feed, checked_at__lt=now - EVERY)
    return due.order_by("-until").first()


def check(work: FeedTurn, window: Window) -> None:
    """Compare total and statistic; read the window again where one of them has changed."""
    span = window.span
    is_whole = _is_whole(work, span)
    verdict = stretch.compare(work, span)
    if is_whole and verdict.is_settled:
        if window.state == Window.State.PRUNED:
            verdict = verdict.of_pruned()
        window.record_check(
            *(verdict.state, verdict.reason),
            units=verdict.units,
            site_units=verdict.site_units,
            now=work.turn.now(),
        )
    elif window.rows > stretch.most_rows(work) and span.seconds > 1:
        _split(work, window)
    else:
        stretch.mirror_in_parts(work, span)


def _is_whole(work: FeedTurn, span: Span) -> bool:
    """As many rows here as the site announces; where it announces none, only a walk can tell: a
    row of no cost that came late is in no statistic."""
    page = work.reader.newest(span)
    stored = verify.row_count(work.feed, span)
    return page.rows == stored == 0 if page.total is None else page.total == stored


def _split(work: FeedTurn, window: Window) -> None:
    """Too much for one turn: each half is due by itself."""
    for part in plan.halves(window.span):
        verdict = stretch.compare(work, part)
        asked = work.turn.door.requests
        half = stretch.record(work, part, verdict, pruned=False, asked_before=asked)
        half.walked_at, half.checked_at = window.walked_at, window.checked_at
        half.requests = window.requests
        half.save(update_fields=["walked_at", "checked_at", "requests"])
