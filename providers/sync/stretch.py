"""Read, store and verify one stretch of a feed, whatever it takes; and record its window."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.db.models import Q

from providers import pacing, store
from providers.adapters.errors import AuthFailed, Unavailable
from providers.adapters.records import Span, utc
from providers.models import Feed, Site, Window
from providers.sync import plan, verify
from providers.sync.turn import FeedTurn
from providers.sync.walk import Walk, WindowMoved, WindowTooLarge, walk
from providers.vocabulary import HITOPEN_DOCS, is_documented_by_hitopen

T = TypeVar("T")

MOVES = 3  # a window that moved so often is left for the next turn


def mirror(work: FeedTurn, span: Span) -> Window:
    """Walk `span`, store its rows, hold them against the statistic, record the window.

    `WindowTooLarge` where it should be halved; nothing is stored then.
    """
    asked_before = work.turn.door.requests
    walked, site_units = agreed(work, span)
    return keep(work, span, walked, site_units, asked_before=asked_before)


def keep(
    work: FeedTurn, span: Span, walked: Walk, site_units: int | None, *, asked_before: int
) -> Window:
    """What comes after the reading. `asked_before`: requests of the door when that began."""
    stored = save(work, span, walked)
    verdict = _explained(work, span, verify.judge(work.feed, span, site_units))
    return record(work, span, verdict, pruned=stored.lacking > 0, asked_before=asked_before)


def mirror_in_parts(work: FeedTurn, span: Span) -> None:
    """The same for a span of any size. The oldest part first: its window takes the place of one
    that covered them all, and what is not read again by a crash is a gap, never covered twice."""
    waiting = [span]
    while waiting:
        part = waiting.pop()
        try:
            mirror(work, part)
        except WindowTooLarge:
            waiting += plan.halves(part)
            work.feed.note_gaps()


def most_rows(work: FeedTurn) -> int:
    """Of a window of the feed, by the site's pages and budget."""
    interval = pacing.usual_wait(work.turn.site.pk)
    return plan.most_rows(work.reader.page_size, interval)


def read(work: FeedTurn, span: Span) -> Walk:
    most = most_rows(work) if span.seconds > 1 else plan.NO_LIMIT
    for attempt in range(1, MOVES + 1):
        try:
            return walk(work.reader, span, most_rows=most)
        except WindowMoved:
            if attempt == MOVES:
                raise Unavailable("the window moved while it was read", code="moved") from None
    raise AssertionError("unreachable")


def save_in_parts(work: FeedTurn, span: Span) -> None:
    """Read and store a span of any size, but for parts too large to be read at once that hold as
    many rows here as the site announces."""
    waiting = [span]
    while waiting:
        part = waiting.pop()
        try:
            save(work, part, read(work, part))
        except WindowTooLarge as large:
            if not (large.is_announced and large.rows == verify.row_count(work.feed, part)):
                newer, older = plan.halves(part)
                waiting += [older, newer]


def unless_too_much(read: Callable[[FeedTurn, Span], T], work: FeedTurn, span: Span) -> T | None:
    """None where `span` should be halved."""
    try:
        return read(work, span)
    except WindowTooLarge:
        return None
    except Unavailable as error:
        if error.code != "timeout" or span.seconds == 1:
            raise
        return None


def save(work: FeedTurn, span: Span, walked: Walk) -> store.Stored:
    _require_own_rows(work.feed, walked)
    _choose_vocabulary(work.turn.site, walked)
    return store.save_rows(
        work.feed,
        span,
        walked.records,
        walked.bad_rows,
        now=work.turn.now(),
        zone=work.turn.zone,
    )


def verified(work: FeedTurn, span: Span) -> verify.Verdict:
    """Compare; where it differs, walk and compare once more, then look for a known reason."""
    verdict = compare(work, span)
    if verdict.is_settled:
        return verdict
    _read_again(work, span, verdict.excess)
    return _explained(work, span, compare(work, span))


def _read_again(work: FeedTurn, span: Span, excess: int) -> None:
    """All of `span`; of one that is too large for that, the parts that differ."""
    try:
        save(work, span, read(work, span))
    except WindowTooLarge:
        parts = [(part, _excess(work, part)) for part in plan.halves(span)]
        if sum(found for _, found in parts) != excess:
            return  # such a statistic adds up to nothing, and would have everything read
        for part, found in parts:
            if found:
                _read_again(work, part, found)


def agreed(work: FeedTurn, span: Span) -> tuple[Walk, int | None]:
    """A walk and the site's sum; where they disagree, both once more before anything is stored,
    but for a site whose sum is nought whatever there is."""
    walked = read(work, span)
    site_units = work.reader.statistic(span) if walked.statistic is None else walked.statistic
    if site_units in (None, verify.sum_of(work.feed, walked.records)):
        return walked, site_units
    if site_units == 0 and verify.is_usually_zero(work.feed):
        return walked, site_units
    return read(work, span), work.reader.statistic(span)


def _explained(work: FeedTurn, span: Span, verdict: verify.Verdict) -> verify.Verdict:
    is_named = not (work.feed.is_of_all or work.feed.shares_its_name)
    if verdict.is_settled or not is_named or not proves_shared(work, span):
        return verdict
    return verify.judge(work.feed, span, verdict.site_units or 0)


def compare(work: FeedTurn, span: Span) -> verify.Verdict:
    return verify.judge(work.feed, span, work.reader.statistic(span))


def proves_shared(work: FeedTurn, span: Span) -> bool:
    """True once some seconds have no row in this account's list but spend in its statistic: that
    goes by name, so another account must carry it. Bisects towards the surplus."""
    excess = _excess(work, span)
    while excess > 0 and verify.row_count(work.feed, span) > 0:
        if span.seconds == 1:
            return False
        newer, older = plan.halves(span)
        in_newer, in_older = _excess(work, newer), _excess(work, older)
        if in_newer + in_older != excess:
            return False  # such a statistic adds up to nothing and proves nothing
        span, excess = (newer, in_newer) if in_newer > 0 else (older, in_older)
    shared = excess > 0 and work.reader.page(span, 1).rows == 0
    if shared:
        work.feed.shares_its_name = True
        work.feed.save(update_fields=["shares_its_name"])
    return shared


def _excess(work: FeedTurn, span: Span) -> int:
    return compare(work, span).excess


def record(
    work: FeedTurn, span: Span, verdict: verify.Verdict, *, pruned: bool, asked_before: int
) -> Window:
    """Put one window in the place of all that begin inside `span`."""
    if pruned:
        verdict = verdict.of_pruned()
    now = work.turn.now()
    with transaction.atomic():
        _make_room(work.feed, span)
        return Window.objects.create(
            feed=work.feed,
            since=utc(span.since),
            until=utc(span.until),
            state=verdict.state,
            reason=verdict.reason,
            rows=verify.row_count(work.feed, span),
            units=verdict.units,
            site_units=verdict.site_units,
            requests=work.turn.door.requests - asked_before,
            walked_at=now,
            checked_at=now,
        )


def _make_room(feed: Feed, span: Span) -> None:
    """A window that reaches in or out is another worker's, who had the site while this one stood
    still: what was its own is read again."""
    windows = Window.objects.filter(feed=feed)
    begin_inside = Q(since__gte=span.since, since__lt=span.until)
    reach_in = Q(since__lt=span.since, until__gt=span.since, until__lt=span.until)
    if windows.filter(reach_in | begin_inside & Q(until__gt=span.until)).exists():
        feed.note_gaps()
    windows.filter(reach_in | begin_inside).delete()


def _choose_vocabulary(site: Site, walked: Walk) -> None:
    if site.vocabulary_is_chosen or site.vocabulary == HITOPEN_DOCS.code:
        return
    if is_documented_by_hitopen(walked.records):
        site.vocabulary = HITOPEN_DOCS.code
        site.save(update_fields=["vocabulary"])


def _require_own_rows(feed: Feed, walked: Walk) -> None:
    """The site may have given the token to somebody else meanwhile."""
    if not feed.is_of_all and any(
        record.user_id not in ("", feed.account) for record in walked.records
    ):
        raise AuthFailed(code="other_account")
