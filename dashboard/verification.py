"""What the verification page shows: the strip of each feed, and its windows one by one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import User
from dashboard import money, watched
from dashboard.completeness import Segment
from dashboard.filters import Cursor
from dashboard.periods import Range
from dashboard.progress import Progress, reach_of
from dashboard.sources import Source
from dashboard.strips import strips_of
from dashboard.watched import Comparison
from dashboard.window_filter import WindowFilter
from providers import pacing
from providers.adapters import ADAPTERS
from providers.models import Feed, Window

MOST_FEEDS = 100
SIZE = 50
STATES = [Window.State.DIFFERS, Window.State.MIRRORED, Window.State.PRUNED, Window.State.VERIFIED]


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """A feed in a range: how many of its windows are in which state."""

    source: Source
    progress: Progress
    strip: Sequence[Segment]
    counts: Counter[str]

    @property
    def windows(self) -> int:
        return self.counts.total()

    @property
    def verified(self) -> int:
        return self.counts[Window.State.VERIFIED]

    @property
    def differing(self) -> int:
        return self.counts[Window.State.DIFFERS]


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    source: Source
    sums: Comparison

    @property
    def window(self) -> Window:
        return self.sums.window


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Newest first."""

    lines: Sequence[Line]
    has_older: bool = False
    has_newer: bool = False

    @property
    def older(self) -> Cursor | None:
        return _place(self.lines[-1].window) if self.has_older and self.lines else None

    @property
    def newer(self) -> Cursor | None:
        return _place(self.lines[0].window) if self.has_newer and self.lines else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What it would cost to verify a range of a feed again."""

    feed: Feed
    windows: int
    requests: int
    seconds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """Everything of a range. `offer` where one feed was chosen that can be asked."""

    shown: Range
    proofs: Sequence[Proof]
    page: Page
    is_cut: bool = False
    offer: Offer | None = None
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def windows(self) -> int:
        return self.counts.total()

    @property
    def states(self) -> list[tuple[str, int]]:
        return [(state, self.counts[state]) for state in STATES]


def feeds_of(user: User, chosen: int | None) -> list[Feed]:
    """That the person may look into: one more than are shown, if there are more, and the one that
    was chosen."""
    auditable = Feed.objects.auditable_by(user).select_related("site")
    found = list(auditable.order_by("site__base_url", "account", "pk")[: MOST_FEEDS + 1])
    if chosen is not None and chosen not in {feed.pk for feed in found}:
        found += auditable.filter(pk=chosen)
    return found


def overview(
    feeds: Sequence[Feed],
    sources: Mapping[int, Source],
    filters: WindowFilter,
    *,
    now: datetime,
    zone: ZoneInfo,
) -> Overview:
    chosen = feeds[:MOST_FEEDS]
    if filters.feed is not None:
        chosen = [feed for feed in feeds if feed.pk == filters.feed]
    shown = _until(now, filters.range)
    windows = _inside(chosen, shown)
    counts = _counts(windows)
    proofs = _proofs(chosen, sources, counts, shown, now)
    return Overview(
        shown=shown,
        proofs=proofs,
        page=_page(windows, sources, filters, zone),
        is_cut=filters.feed is None and len(feeds) > MOST_FEEDS,
        offer=_offer(proofs[0], windows) if filters.feed and proofs else None,
        counts=sum(counts.values(), Counter[str]()),
    )


def _until(now: datetime, wished: Range) -> Range:
    return Range(since=wished.since, until=max(wished.since, min(wished.until, now)))


def _inside(feeds: Sequence[Feed], shown: Range) -> QuerySet[Window]:
    touching = Q(until__gt=shown.since, since__lt=shown.until)
    return Window.objects.filter(touching, feed__in=feeds)


def _counts(windows: QuerySet[Window]) -> Mapping[int, Counter[str]]:
    found: dict[int, Counter[str]] = {}
    grouped = windows.order_by().values_list("feed", "state").annotate(Count("pk"))
    for feed, state, count in grouped:
        found.setdefault(feed, Counter())[state] = count
    return found


def _proofs(
    feeds: Sequence[Feed],
    sources: Mapping[int, Source],
    counts: Mapping[int, Counter[str]],
    shown: Range,
    now: datetime,
) -> list[Proof]:
    """Those that differ first."""
    progress = reach_of(feeds)
    strips = strips_of(feeds, progress, shown, now)
    proofs = [
        Proof(
            source=sources[feed.pk],
            progress=progress[feed.pk],
            strip=strips[feed.pk],
            counts=counts.get(feed.pk, Counter()),
        )
        for feed in feeds
    ]
    return sorted(proofs, key=lambda proof: (-proof.differing, proof.source.label.casefold()))


def _page(
    windows: QuerySet[Window], sources: Mapping[int, Source], filters: WindowFilter, zone: ZoneInfo
) -> Page:
    if filters.state:
        windows = windows.filter(state=filters.state)
    if filters.after is not None:
        newer = windows.filter(_beyond("gt", filters.after)).order_by("since", "feed")
        found = list(newer[: SIZE + 1])
        ends = {"has_newer": len(found) > SIZE, "has_older": True}
        found = found[:SIZE][::-1]
    else:
        if filters.before is not None:
            windows = windows.filter(_beyond("lt", filters.before))
        found = list(windows.order_by("-since", "-feed")[: SIZE + 1])
        ends = {"has_newer": filters.before is not None, "has_older": len(found) > SIZE}
        found = found[:SIZE]
    rates = money.rates_of({source.feed.site_id for source in sources.values()}, zone)
    return Page(lines=[_line(window, sources, rates, zone) for window in found], **ends)


def _beyond(way: str, place: Cursor) -> Q:
    same_second = Q(since=place.second) & Q(**{f"feed__{way}": place.pk})
    return Q(**{f"since__{way}": place.second}) | same_second


def _line(
    window: Window,
    sources: Mapping[int, Source],
    rates: Mapping[int, money.Rates],
    zone: ZoneInfo,
) -> Line:
    source = sources[window.feed_id]
    sums = watched.comparison(window, rates[source.feed.site_id], zone)
    return Line(source=source, sums=sums)


def _place(window: Window) -> Cursor:
    return Cursor(window.span.since, window.feed_id)


def _offer(proof: Proof, windows: QuerySet[Window]) -> Offer | None:
    """A window costs its pages, the last of which is not full, and one statistic."""
    feed = proof.source.feed
    if not (proof.windows and proof.source.can_be_asked and feed.site.dialect):
        return None
    rows = windows.aggregate(rows=Sum("rows"))["rows"] or 0
    page_size = ADAPTERS[feed.site.kind].page_size(feed.site.dialect)
    requests = 2 * proof.windows + rows // page_size
    seconds = ceil(requests * pacing.usual_wait(feed.site_id))
    return Offer(feed=feed, windows=proof.windows, requests=requests, seconds=seconds)
