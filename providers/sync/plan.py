"""Which seconds of a feed are to be read next. Pure: spans in, spans out."""

from collections.abc import Iterable, Iterator

from providers.adapters.records import Span

UNREADABLE_SECONDS = 2  # the site may still be writing these
SETTLE_SECONDS = 60  # rows can arrive late; younger seconds are read again
MOST_ROWS = 2000  # of one window; beyond that it is narrowed
WINDOW_SECONDS = 180.0  # a window may have to be read three times within the time of a task
TAIL_ROWS, TAIL_SECONDS = 20_000, 240.0  # what a tail may take before the backfill has to help
NO_LIMIT = 10**9  # for a single second, which cannot be halved
FEW_ROWS = MOST_ROWS // 4  # a window with fewer is widened next time
FIRST_WIDTH = 3600
WIDEST = 32 * 86400
SLOW_SECONDS = 5.0  # an answer that took longer tells us not to ask for more at once


def readable_until(site_now: int) -> int:
    """The end of what may be read at all, by the site's own clock."""
    return site_now - UNREADABLE_SECONDS


def settled_until(site_now: int) -> int:
    """The end of what a window may cover."""
    return site_now - SETTLE_SECONDS


def gaps(covered: Iterable[Span], *, until: int) -> Iterator[Span]:
    """The stretches before `until` that no window covers, newest first; the last reaches to 0."""
    end = until
    for span in sorted(covered, key=lambda span: span.until, reverse=True):
        if span.until < end:
            yield Span(since=span.until, until=end)
        end = min(end, span.since)
    if end > 0:
        yield Span.before(end)


def newest_part(gap: Span, width: int) -> Span:
    return Span(since=max(gap.since, gap.until - width), until=gap.until)


def halves(span: Span) -> tuple[Span, Span]:
    """Newer half first. A single second cannot be halved."""
    if span.seconds < 2:
        raise ValueError("a second cannot be halved")
    middle = span.since + span.seconds // 2
    return Span(since=middle, until=span.until), Span(since=span.since, until=middle)


def most_rows(page_size: int, interval: float) -> int:
    """Of a window, where the budget allows a request every `interval` seconds."""
    return min(MOST_ROWS, page_size * max(1, int(WINDOW_SECONDS / interval)))


def most_rows_of_tail(page_size: int, interval: float) -> int:
    return min(TAIL_ROWS, page_size * max(1, int(TAIL_SECONDS / interval)))


def newest_rows(span: Span, *, rows: int, wanted: int) -> Span:
    """The newest part of `span` that should hold `wanted` of its `rows`, and settled seconds."""
    width = max(2 * SETTLE_SECONDS, span.seconds * wanted // rows)
    return newest_part(span, width)


def narrower(width: int, *, rows: int, most: int) -> int:
    """After a window that was left because of its `rows`."""
    return max(1, min(width // 2, width * most // (2 * rows)))


def next_width(width: int, *, rows: int, most: int, answered_in: float) -> int:
    """How many seconds to ask for after a window of `width` that held `rows`."""
    if answered_in > SLOW_SECONDS or rows > most // 2:
        return max(1, width // 2)
    if rows < most // 4:
        return min(WIDEST, width * 2)
    return width
