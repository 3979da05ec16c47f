"""The history of a feed, newest gap first, one window at a time."""

from providers.adapters.errors import Unavailable
from providers.adapters.records import Page, Span
from providers.models import Feed, Window
from providers.sync import plan, stretch
from providers.sync.turn import FeedTurn
from providers.sync.walk import WindowTooLarge


def gap_of(feed: Feed) -> Span | None:
    """The newest stretch that no window covers; None once the history is whole."""
    if not feed.has_gaps:
        return None  # years of windows need not be looked through with each tick
    windows = Window.objects.filter(feed=feed).values_list("since", "until")
    covered = [
        Span(since=int(since.timestamp()), until=int(until.timestamp())) for since, until in windows
    ]
    if not covered:
        return None  # the tail comes first
    gap = next(plan.gaps(covered, until=max(span.until for span in covered)), None)
    if gap is not None and gap.since == 0 and feed.backfilled_at is not None:
        return None
    return gap


def read_next(work: FeedTurn, gap: Span) -> None:
    """Mirror the newest part of `gap`, or find out that nothing lies before it."""
    _read(work, gap)
    close_gaps(work.feed)


def close_gaps(feed: Feed) -> None:
    if feed.has_gaps and gap_of(feed) is None:
        feed.has_gaps = False
        feed.save(update_fields=["has_gaps"])


def _read(work: FeedTurn, gap: Span) -> None:
    is_open = gap.since == 0
    part = plan.newest_part(gap, work.feed.backfill_width)
    if is_open and _is_after_silence(work.feed, gap):
        oldest = _newest_before(work, gap)
        if oldest is None:
            return
        part = Span(since=min(part.since, oldest), until=gap.until)
    while not _mirror(work, part):  # what lies behind a silence may be crowded
        part = plan.newest_part(gap, work.feed.backfill_width)


def _is_after_silence(feed: Feed, gap: Span) -> bool:
    """At the start (the site's own count makes the estimate) and after an empty window."""
    if feed.rows_left is None:
        return True
    newer = Window.objects.filter(feed=feed, since=gap.until).first()
    return newer is not None and newer.rows == 0


def _newest_before(work: FeedTurn, gap: Span) -> int | None:
    """The second of the newest row before the cursor; None ends the backfill."""
    page = _last_look(work, Span.before(gap.until))
    work.feed.rows_left = page.total
    if page.rows == 0:
        work.feed.rows_left = 0
        work.feed.backfilled_at = work.turn.now()
    work.feed.save(update_fields=["rows_left", "backfilled_at"])
    if page.rows == 0:
        return None
    return min([record.second for record in page.records], default=gap.until - 1)


def _last_look(work: FeedTurn, before: Span) -> Page:
    """An empty page ends a history for good, so it must not contradict itself: rows that are
    announced must come, and where none ever are, it must be empty twice."""
    page = work.reader.newest(before)
    if page.rows == 0 and page.total is None:
        page = work.reader.newest(before)
    if page.rows == 0 and page.total:
        raise Unavailable("rows were announced and did not come", code="moved")
    return page


def _mirror(work: FeedTurn, part: Span) -> bool:
    """False where it was too much at once; less is taken next time."""
    feed = work.feed
    door = work.turn.door
    requests, seconds = door.requests, door.seconds
    most = stretch.most_rows(work)
    is_read = False
    try:
        window = stretch.mirror(work, part)
    except WindowTooLarge as large:
        feed.backfill_width = plan.narrower(part.seconds, rows=large.rows, most=most)
    except Unavailable as error:
        if error.code != "timeout" or part.seconds == 1:
            raise
        feed.backfill_width = max(1, part.seconds // 2)
    else:
        is_read = True
        answered_in = (door.seconds - seconds) / max(1, door.requests - requests)
        feed.backfill_width = plan.next_width(
            part.seconds, rows=window.rows, most=most, answered_in=answered_in
        )
        if feed.rows_left:
            feed.rows_left = max(0, feed.rows_left - window.rows)
    feed.save(update_fields=["backfill_width", "rows_left"])
    return is_read
