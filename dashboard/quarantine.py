"""Rows that could not be read: which there are, and one of them as it was received."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

import msgspec
from django.db.models import Q
from django.db.models.functions import Left, Length
from django.http import QueryDict

from accounts.models import User
from dashboard import unreadable
from dashboard.filters import Cursor
from dashboard.sources import Source, sources_of
from providers.models import QuarantinedRow, Window
from providers.models.fields import UpstreamTextField

SIZE = 50
EXCERPT = 160
MOST_SHOWN = 20_000  # characters of a row in the page; all of them are in the file
LARGEST_NUMBER = 2**62
# Characters that a browser drops or obeys, as pictures of themselves.
PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"} | {0x7F: 0x2421}


@dataclass(frozen=True, kw_only=True, slots=True)
class QuarantineFilter:
    """One feed, or all; a cursor is the second and the id of a row."""

    feed: int | None = None
    before: Cursor | None = None

    @classmethod
    def from_query(cls, query: QueryDict) -> Self:
        feed = query.get("feed", "")[:20]
        is_number = feed.isascii() and feed.isdigit() and int(feed) < LARGEST_NUMBER
        before = Cursor.parse(query.get("before", ""))
        return cls(feed=int(feed) if is_number else None, before=before)

    def without_feed(self) -> str:
        return self.query_string(feed=None)

    def query_string(self, **changes: object) -> str:
        parameters = {"feed": self.feed, **changes}
        return "?" + urlencode({name: value for name, value in parameters.items() if value})


@dataclass(frozen=True, kw_only=True, slots=True)
class Bad:
    """`number` is its place among the rows of its second: ids are made anew each time that the
    window is read."""

    row: QuarantinedRow
    number: int
    source: Source
    beginning: str
    length: int

    @property
    def why(self) -> str:
        return unreadable.why(self.row.reason)

    @property
    def second(self) -> int:
        return int(self.row.time.timestamp())

    @property
    def key(self) -> str:
        return f"{self.row.feed_id}-{self.second}-{self.number}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Newest first. `total`: of all pages."""

    rows: Sequence[Bad]
    older: Cursor | None
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A text for the page, and how many of its characters are left out."""

    shown: str
    left_out: int = 0

    @classmethod
    def of(cls, text: str) -> Self:
        shown = visible(text[:MOST_SHOWN])
        return cls(shown=shown, left_out=max(0, len(text) - MOST_SHOWN))


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """`pretty` is None where the text is no JSON at all."""

    bad: Bad
    raw: Text
    pretty: Text | None
    window: Window | None


def page(user: User, filters: QuarantineFilter) -> Page:
    """Of feeds that the person may look into. Without the whole texts, which may be huge."""
    rows = QuarantinedRow.objects.auditable_by(user)
    if filters.feed is not None:
        rows = rows.filter(feed=filters.feed)
    shown = rows
    if filters.before is not None:
        second, pk = filters.before.second, filters.before.pk
        shown = rows.filter(Q(time__lt=second) | Q(time=second, pk__lt=pk))
    cut = Left("raw", EXCERPT, output_field=UpstreamTextField())
    columns = shown.defer("raw").annotate(beginning=cut, length=Length("raw"))
    newest = columns.select_related("feed__site").order_by("-time", "-pk")
    found = list(newest[: SIZE + 1])
    numbers, sources = _numbers(found), sources_of({row.feed for row in found}, user)
    return Page(
        rows=[_bad(row, numbers[row.pk], sources[row.feed_id]) for row in found[:SIZE]],
        older=_place(found[SIZE - 1]) if len(found) > SIZE else None,
        total=rows.count(),
    )


def one(user: User, feed: int, second: int, number: int) -> Bad | None:
    """None where the person may not see it, or it is not there any more."""
    rows = QuarantinedRow.objects.auditable_by(user).filter(feed=feed, time=second)
    row = rows.select_related("feed__site").order_by("pk")[number : number + 1].first()
    if row is None:
        return None
    source = sources_of([row.feed], user)[row.feed_id]
    return Bad(row=row, number=number, source=source, beginning="", length=len(row.raw))


def opened(bad: Bad) -> Opened:
    row = bad.row
    around = Window.objects.filter(feed=row.feed_id, since__lte=row.time, until__gt=row.time)
    pretty = _pretty(row.raw)
    return Opened(
        bad=bad,
        raw=Text.of(row.raw),
        pretty=None if pretty is None else Text.of(pretty),
        window=around.order_by("-since").first(),
    )


def visible(text: str) -> str:
    return text.translate(PICTURES)


def _pretty(raw: str) -> str | None:
    """The same tokens on lines of their own."""
    try:
        return msgspec.json.format(raw, indent=2)
    except (ValueError, RecursionError):
        return None


def _numbers(rows: Sequence[QuarantinedRow]) -> Mapping[int, int]:
    """The place of each row among those of its feed and second."""
    places = {(row.feed_id, row.time) for row in rows}
    beside = QuarantinedRow.objects.filter(
        feed__in={feed for feed, _ in places}, time__in={time for _, time in places}
    )
    counted: dict[tuple[int, object], int] = {}
    numbers = {}
    for pk, feed, time in beside.order_by("pk").values_list("pk", "feed", "time"):
        numbers[pk] = counted.get((feed, time), 0)
        counted[feed, time] = numbers[pk] + 1
    return numbers


def _bad(row: QuarantinedRow, number: int, source: Source) -> Bad:
    beginning, length = row.beginning, row.length  # type: ignore[attr-defined]
    return Bad(row=row, number=number, source=source, beginning=visible(beginning), length=length)


def _place(row: QuarantinedRow) -> Cursor:
    return Cursor(int(row.time.timestamp()), row.pk)
