"""The newest rows of a new feed before all else, however old or many: a person waits for them."""

from providers.adapters.records import Span
from providers.sync import plan, stretch
from providers.sync.turn import FeedTurn
from providers.sync.walk import WindowTooLarge


def take(work: FeedTurn) -> None:
    """Two requests: one page says where they are, and the newer half of it is read as a window is,
    with its proof. No window is recorded; the tail and the backfill come by again."""
    until = plan.readable_until(work.turn.site_now())
    page = work.reader.page(Span.before(until), 1)
    seconds = sorted(record.second for record in page.records)
    if not seconds:
        return
    newest = Span(since=seconds[len(seconds) // 2], until=until)
    try:
        walked = stretch.read(work, newest)
    except WindowTooLarge:  # late rows, or thousands in a second
        return
    stretch.save(work, newest, walked)
