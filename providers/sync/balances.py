"""What the balances beside the rows of a feed prove: its jumps, its windows, what was left when."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Sum

from providers import rollups
from providers.adapters.records import Span, utc
from providers.models import BalanceJump, Feed, ModelDay, QuarantinedRow, Snapshot, UsageLog, Window
from providers.models.logs import OfFeedQuerySet
from providers.sync import chain, verify
from providers.sync.chain import DISORDER_SECONDS, Entry
from providers.sync.epochs import Epoch, epochs_of


def prove(
    feed: Feed,
    changed: Span,
    covered: Sequence[Span],
    *,
    is_reordered: bool = False,
    zone: ZoneInfo,
    now: datetime,
) -> None:
    """After rows came in `changed`, or it was found to be whole. Call it in the transaction of the
    rows. `covered`: the seconds of which every row is here. `is_reordered`: it was learned that the
    clock was set back, so that all is to be found again."""
    known = epochs_of(feed)
    region = _links_around(feed, known, changed)
    parts = _parts(feed, known, region)
    if _has_learned(feed, parts) or is_reordered:
        region = _links_around(feed, known, Span(since=0, until=_end_of(feed, changed)))
        parts = _parts(feed, known, region)
    whole = _whole(feed, covered)
    _find_jumps(feed, parts, region, whole)
    _record_windows(feed, _days_around(feed, region, zone), whole, zone=zone, now=now)


def _links_around(feed: Feed, known: Iterable[Epoch], span: Span) -> Span:
    """Whose rows may have another link to the one before them: those of `span`, the next one after
    it, and what is as near as calls at the same time are."""
    until = span.until
    for epoch in known:
        later = epoch.rows(feed).filter(time__gte=span.until).order_by("time")
        next_one = later.values_list("time", flat=True).first()
        if next_one is not None:
            until = max(until, int(next_one.timestamp()) + 1)
    return Span(since=max(0, span.since - DISORDER_SECONDS), until=until + DISORDER_SECONDS)


def _end_of(feed: Feed, changed: Span) -> int:
    newest = UsageLog.objects.filter(feed=feed).order_by("-time").values_list("time", flat=True)
    last = newest.first()
    return changed.until if last is None else max(changed.until, int(last.timestamp()) + 1)


def _has_learned(feed: Feed, parts: Sequence[Sequence[Entry]]) -> bool:
    """True once a balance turns out to stand beside its row otherwise than believed, before it was
    charged or after: what was found until then is to be found again."""
    told = chain.tells_before([entry for part in parts for entry in part])
    believed = bool(feed.balance_is_before)
    if told is not None and feed.balance_is_before != told:
        feed.balance_is_before = told
        feed.save(update_fields=["balance_is_before"])
    return bool(feed.balance_is_before) != believed


def _parts(feed: Feed, known: Sequence[Epoch], region: Span) -> list[list[Entry]]:
    """The rows of `region`, epoch by epoch, each with what leads to it."""
    parts = []
    for place, epoch in enumerate(known):
        rows = epoch.rows(feed)
        inside = rows.filter(time__gte=region.since, time__lt=region.until + DISORDER_SECONDS)
        entries = _entries(inside)
        if not entries:
            continue
        lead = _tail(rows.filter(time__lt=region.since))
        for earlier in reversed(known[:place]):
            lead = lead or _tail(earlier.rows(feed))
        parts.append([*lead, *entries])
    return parts


def _tail(rows: OfFeedQuerySet) -> list[Entry]:
    """The newest of these rows, those that may have been charged after it, and as many again: a
    chain that begins among calls at the same time has found its way by then."""
    newest = rows.order_by("-time").values_list("time", flat=True).first()
    if newest is None:
        return []
    since = int(newest.timestamp()) - 2 * DISORDER_SECONDS
    return [replace(entry, is_lead=True) for entry in _entries(rows.filter(time__gte=since))]


def _entries(rows: OfFeedQuerySet) -> list[Entry]:
    ordered = rows.order_by("time", "detail__upstream_id")
    return [
        Entry(int(time.timestamp()), units, balance)
        for time, units, balance in ordered.values_list("time", "units", "balance")
    ]


def _whole(feed: Feed, covered: Iterable[Span]) -> list[Span]:
    windows = Window.objects.filter(feed=feed)
    return _joined([*(window.span for window in windows), *covered])


def _find_jumps(
    feed: Feed, parts: Iterable[Sequence[Entry]], region: Span, whole: Sequence[Span]
) -> None:
    """Where rows may be missing between two, their balances prove nothing."""
    found: dict[int, BalanceJump] = {}
    for entries in parts:
        for jump in chain.jumps(entries, is_before=bool(feed.balance_is_before)):
            is_proven = any(jump.after in span and jump.second in span for span in whole)
            if jump.second not in region or not is_proven:
                continue
            moved = BalanceJump(feed=feed, after=utc(jump.after), time=utc(jump.second), units=0)
            known_there = found.setdefault(jump.second, moved)
            known_there.units += jump.units
    BalanceJump.objects.inside(feed, region).delete()
    BalanceJump.objects.bulk_create(jump for jump in found.values() if jump.units)


def _days_around(feed: Feed, span: Span, zone: ZoneInfo) -> Span:
    """Whole business days, and the whole of each window that they touch."""
    first, last = (rollups.days_of([second], zone) for second in (span.since, span.until - 1))
    since, until = rollups.bounds(*first, zone)[0], rollups.bounds(*last, zone)[1]
    touched = Window.objects.filter(feed=feed, since__lt=until, until__gt=since)
    spans = [window.span for window in touched]
    return Span(
        since=min([since, *(window.since for window in spans)]),
        until=max([until, *(window.until for window in spans)]),
    )


def _record_windows(
    feed: Feed, region: Span, whole: Iterable[Span], *, zone: ZoneInfo, now: datetime
) -> None:
    """One for each business day that has rows, one for each silence; less where they break."""
    days = ModelDay.objects.filter(feed=feed, day__range=_dates(region, zone))
    busy = [rollups.bounds(day, zone) for day in days.values_list("day", flat=True).distinct()]
    Window.objects.filter(feed=feed, since__gte=region.since, since__lt=region.until).delete()
    Window.objects.bulk_create(
        window
        for span in whole
        for piece in _pieces(span, region, sorted({end for day in busy for end in day}))
        for window in _windows(feed, piece, now)
    )
    for since, until in busy:
        _keep_balance(feed, Span(since=since, until=until))


def _dates(span: Span, zone: ZoneInfo) -> tuple[date, date]:
    first, last = (
        datetime.fromtimestamp(second, zone).date() for second in (span.since, span.until - 1)
    )
    return first, last


def _pieces(span: Span, region: Span, ends: Sequence[int]) -> Iterator[Span]:
    """What of `span` lies in `region`, cut at `ends`."""
    since, last = max(span.since, region.since), min(span.until, region.until)
    for until in [*(end for end in ends if since < end < last), last]:
        if since < until:
            yield Span(since=since, until=until)
        since = until


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: span.since):
        if joined and span.since <= joined[-1].until:
            last = joined.pop()
            span = Span(since=last.since, until=max(last.until, span.until))
        joined.append(span)
    return joined


def _windows(feed: Feed, piece: Span, now: datetime) -> Iterator[Window]:
    """`piece` cut around the charges that have no row."""
    since = piece.since
    for broken, units in _breaks(feed, piece):
        if since < broken.since:
            yield _window(feed, Span(since=since, until=broken.since), 0, now)
        yield _window(feed, broken, units, now)
        since = broken.until
    if since < piece.until:
        yield _window(feed, Span(since=since, until=piece.until), 0, now)


def _breaks(feed: Feed, piece: Span) -> Iterator[tuple[Span, int]]:
    """The seconds in which such a charge must lie, and its units."""
    down = BalanceJump.objects.inside(feed, piece).filter(units__lt=0).order_by("time")
    since = piece.since
    for jump in down:
        last = int(jump.time.timestamp())
        first = max(since, min(last, int(jump.after.timestamp()) + 1))
        yield Span(since=first, until=last + 1), -jump.units
        since = last + 1


def _window(feed: Feed, span: Span, unexplained: int, now: datetime) -> Window:
    units = UsageLog.objects.inside(feed, span).aggregate(sum=Sum("units"))["sum"] or 0
    state, reason = _state(feed, span, unexplained)
    return Window(
        feed=feed,
        since=utc(span.since),
        until=utc(span.until),
        state=state,
        reason=reason,
        rows=verify.row_count(feed, span),
        units=units,
        site_units=units + unexplained,
        walked_at=now,
        checked_at=now,
    )


def _state(feed: Feed, span: Span, unexplained: int) -> tuple[str, str]:
    if QuarantinedRow.objects.inside(feed, span).exists():
        return Window.State.MIRRORED, "quarantine"
    if unexplained:
        return Window.State.DIFFERS, "balance"
    return Window.State.VERIFIED, ""


def _keep_balance(feed: Feed, day: Span) -> None:
    """What was left after the last row of a day."""
    last: Any = (
        UsageLog.objects.inside(feed, day).exclude(balance=None).order_by("-time", "-id").first()
    )
    if last is not None:
        left = last.balance - last.units if feed.balance_is_before else last.balance
        Snapshot.objects.update_or_create(feed=feed, at=last.time, defaults={"units": left})
