"""The newest hours of a feed: read with every run, in one request where nothing came."""

from providers import pacing
from providers.adapters.errors import Unavailable
from providers.adapters.records import Page, Span, utc
from providers.models import Window
from providers.sync import plan, site_facts, stretch, verify
from providers.sync.turn import FeedTurn
from providers.sync.walk import Walk

HOUR = 3600


def read_tail(work: FeedTurn) -> bool:
    """Bring the feed up to the site's present. True if an old hour was split off: that took one
    request more, which the caller saves elsewhere."""
    asked_before = work.turn.door.requests
    span, page = _first_page(work)
    _forget_the_future(work, span)
    until = span.until + plan.UNREADABLE_SECONDS - plan.SETTLE_SECONDS
    since = _bring_up_calmly(work, span, page, settled_until=until).since
    settled = Span(since=since, until=until)
    keep = _keep_pruned if _is_pruned(work, span, page, settled) else _record
    is_split = settled.seconds > 2 * HOUR
    if is_split:
        first = Span(since=since, until=since + HOUR)
        keep(work, first, asked_before)
        settled = Span(since=first.until, until=settled.until)
    keep(work, settled, asked_before)
    return is_split


def _first_page(work: FeedTurn) -> tuple[Span, Page]:
    """By the time that the site told at last. Where this answer tells another, once more."""
    span = _span(work)
    page = work.reader.page(span, 1)
    if site_facts.keep_clock(work.turn):
        span = _span(work)
        page = work.reader.page(span, 1)
    return span, page


def _span(work: FeedTurn) -> Span:
    """From where the newest window begins, if it is of these hours; else from an hour ago."""
    site_now = work.turn.site_now()
    settled, until = plan.settled_until(site_now), plan.readable_until(site_now)
    newest = _newest_window(work, before=settled)
    if newest is None:
        return Span(since=settled - HOUR, until=until)
    mirrored = newest.span.until
    if mirrored >= settled - HOUR and newest.span.seconds <= 2 * HOUR:
        return Span(since=newest.span.since, until=until)
    if mirrored < settled - HOUR:
        work.feed.note_gaps()
    is_behind = settled - HOUR < mirrored < settled
    return Span(since=mirrored if is_behind else settled - HOUR, until=until)


def _forget_the_future(work: FeedTurn, span: Span) -> None:
    """Windows of a time that has not come, or has to come again: the site's clock, or ours, was
    ahead. Their rows stay."""
    ahead = Window.objects.filter(feed=work.feed, until__gt=utc(span.until))
    ahead = ahead.exclude(since=utc(span.since))
    if ahead.filter(since__lt=utc(span.since)).exists():
        work.feed.note_gaps()
    ahead.delete()


def _bring_up_calmly(work: FeedTurn, span: Span, page: Page, *, settled_until: int) -> Span:
    """Where late rows keep coming among the youngest seconds, those wait for the next run."""
    try:
        return _bring_up(work, span, page)
    except Unavailable as error:
        if error.code != "moved":
            raise
    settled = Span(since=span.since, until=settled_until)
    return _bring_up(work, settled, work.reader.page(settled, 1))


def _bring_up(work: FeedTurn, span: Span, page: Page) -> Span:
    """Store what came. The part of `span` that is up to date then: all of it, or the newest rows
    where they are too many for one turn; the backfill brings the others."""
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
    work.feed.note_gaps()
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


def _newest_window(work: FeedTurn, *, before: int) -> Window | None:
    windows = Window.objects.filter(feed=work.feed, since__lt=utc(before))
    return windows.order_by("-until").first()


def _mirrored_until(work: FeedTurn, span: Span) -> int:
    newest = _newest_window(work, before=span.until)
    until = span.since if newest is None else newest.span.until
    return min(max(span.since, until), span.until - 1)


def _proven_part(work: FeedTurn, span: Span, page: Page) -> Span | None:
    """The seconds of which the page has every row, if with what is stored it makes up the total."""
    full = page.page_size or work.reader.page_size
    if page.rows == page.total or (page.total is None and page.rows < full):
        return span
    if page.total is None or page.bad_rows or not page.records:
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


def _is_pruned(work: FeedTurn, span: Span, page: Page, settled: Span) -> bool:
    """Fewer rows there than here, and again now: some may have come since the first page."""
    return _has_fewer(work, span, page) and _has_fewer(work, settled, work.reader.page(settled, 1))


def _has_fewer(work: FeedTurn, span: Span, page: Page) -> bool:
    """As far as the first page tells."""
    told = page.total
    if told is None and page.rows < work.reader.page_size:
        told = page.rows
    return told is not None and told < verify.row_count(work.feed, span)


def _keep_pruned(work: FeedTurn, span: Span, _: int) -> None:
    stretch.mirror_in_parts(work, span)
