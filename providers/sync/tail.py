"""The newest hours of a feed: read with every run, in one request where nothing came."""

from datetime import timedelta

from providers import pacing
from providers.adapters.records import Page, Span
from providers.models import Window
from providers.sync import plan, stretch, verify
from providers.sync.turn import FeedTurn
from providers.sync.walk import Walk

HOUR = 3600


def read_tail(work: FeedTurn) -> bool:
    """Bring the feed up to the site's present. True if an old hour was split off: that took one
    request more, which the caller saves elsewhere."""
    since = _since(work)
    span = Span(since=since, until=plan.readable_until(work.turn.site_now()))
    settled = Span(since=since, until=span.until + plan.UNREADABLE_SECONDS - plan.SETTLE_SECONDS)
    if settled.seconds <= 0:
        return False  # the site's clock went back; it will come round again
    asked_before = work.turn.door.requests
    since = _bring_up(work, span).since
    settled = Span(since=since, until=settled.until)
    is_split = settled.seconds > 2 * HOUR
    if is_split:
        first = Span(since=since, until=since + HOUR)
        _record(work, first, asked_before)
        settled = Span(since=first.until, until=settled.until)
    _record(work, settled, asked_before)
    return is_split


def _since(work: FeedTurn) -> int:
    """Where the newest window begins, if it is of these hours; else an hour ago."""
    settled = plan.settled_until(work.turn.site_now())
    newest = Window.objects.filter(feed=work.feed).order_by("-until").first()
    if newest is None:
        return settled - HOUR
    until = int(newest.until.timestamp())
    if until >= settled - HOUR and newest.until - newest.since <= timedelta(hours=2):
        return int(newest.since.timestamp())
    if until < settled - HOUR:
        work.feed.has_gaps = True
        work.feed.save(update_fields=["has_gaps"])
    return max(until, settled - HOUR)


def _bring_up(work: FeedTurn, span: Span) -> Span:
    """Store what came. The part of `span` that is up to date then: all of it, or the newest rows
    where they are too many for one turn; the backfill brings the others."""
    page = work.reader.page(span, 1)
    proven = _proven_part(work, span, page)
    if proven is not None:
        records = [record for record in page.records if record.second in proven]
        if records or page.bad_rows:
            stretch.save(work, proven, Walk(records=records, bad_rows=page.bad_rows))
        return span
    fresh = Span(since=_mirrored_until(work, span), until=span.until)
    if (rows := _rows_to_come(work, span, fresh, page)) > _most_rows(work):
        return _newest_rows(work, fresh, rows)
    stretch.save_in_parts(work, fresh)
    stored = verify.row_count(work.feed, span)
    if page.total not in (None, stored):  # a late row, or one that is gone
        stretch.save_in_parts(work, span)
    return span


def _newest_rows(work: FeedTurn, fresh: Span, rows: int) -> Span:
    newest = plan.newest_rows(fresh, rows=rows, wanted=_most_rows(work) // 2)
    work.feed.has_gaps = True
    work.feed.save(update_fields=["has_gaps"])
    stretch.save_in_parts(work, newest)
    return newest


def _rows_to_come(work: FeedTurn, span: Span, fresh: Span, page: Page) -> int:
    """Where no total is announced, as many as if all were as close as those of the first page."""
    if page.total is not None:
        older = Span(since=span.since, until=fresh.since)
        return page.total - verify.row_count(work.feed, older)
    seconds = span.until - min([record.second for record in page.records], default=span.since)
    return page.rows * fresh.seconds // max(1, seconds)


def _most_rows(work: FeedTurn) -> int:
    interval = pacing.usual_wait(work.turn.site.pk)
    return plan.most_rows_of_tail(work.reader.page_size, interval)


def _mirrored_until(work: FeedTurn, span: Span) -> int:
    newest = Window.objects.filter(feed=work.feed).order_by("-until").first()
    return span.since if newest is None else max(span.since, int(newest.until.timestamp()))


def _proven_part(work: FeedTurn, span: Span, page: Page) -> Span | None:
    """The seconds of which the page has every row, if with what is stored it makes up the total."""
    full = page.page_size or work.reader.page_size
    if page.rows < full or page.rows == page.total:
        return span
    if page.total is None or page.bad_rows:
        return None
    newest = Span(since=min(record.second for record in page.records) + 1, until=span.until)
    if newest.since >= newest.until:
        return None
    on_page = sum(record.second in newest for record in page.records)
    older = Span(since=span.since, until=newest.since)
    return newest if verify.row_count(work.feed, older) + on_page == page.total else None


def _record(work: FeedTurn, span: Span, asked_before: int) -> None:
    verdict = stretch.verified(work, span)
    stretch.record(work, span, verdict, pruned=False, asked_before=asked_before)
