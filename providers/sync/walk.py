"""Read one window exactly: forward from the first page, accepted only when its numbers prove it.

A new row enters at the front of the list, so a forward walk can give a row twice but never loses
one. Nothing tells a row given twice from two equal calls; so a window that moved is read again,
never repaired.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from providers.adapters import WindowAdapter
from providers.adapters.http import Door
from providers.adapters.records import BadRow, Credentials, LogRecord, Page, Span


class WindowMoved(Exception):
    """Rows came or went while the window was read; read it again."""


class WindowTooLarge(Exception):
    """The window holds more rows than wanted: halve it. `rows` were announced, or came so far."""

    def __init__(self, rows: int, *, is_announced: bool) -> None:
        super().__init__(f"{rows} rows")
        self.rows = rows
        self.is_announced = is_announced


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """One stream of rows of one site, through one account's secret."""

    adapter: WindowAdapter
    door: Door
    credentials: Credentials
    scope: str
    dialect: str

    @property
    def page_size(self) -> int:
        return self.adapter.page_size(self.dialect)

    def page(self, span: Span, number: int) -> Page:
        return self._page(span, number, self.page_size)

    def newest(self, span: Span) -> Page:
        """A page of one row: how many there are, and where the newest is."""
        return self._page(span, 1, 1)

    def _page(self, span: Span, number: int, size: int) -> Page:
        return self.adapter.page(
            self.door,
            self.credentials,
            scope=self.scope,
            dialect=self.dialect,
            span=span,
            number=number,
            size=size,
        )

    def statistic(self, span: Span) -> int | None:
        return self.adapter.statistic(
            self.door, self.credentials, scope=self.scope, dialect=self.dialect, span=span
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Walk:
    """An accepted walk, newest row first. `statistic` is the site's sum where it was the proof."""

    records: Sequence[LogRecord]
    bad_rows: Sequence[BadRow]
    statistic: int | None = None


def walk(reader: Reader, span: Span, *, most_rows: int) -> Walk:
    """Every row of `span`, or `WindowMoved`, or `WindowTooLarge` beyond `most_rows`.

    The proof is the announced total: the same on every page, and as many rows. A site that
    announces none must give the same statistic before and after, and the same first page, where a
    row of no cost would be that came meanwhile (four requests more).
    """
    first = reader.page(span, 1)
    if first.total is None:
        return _walk_without_total(reader, span, first, most_rows)
    if first.total > most_rows:
        raise WindowTooLarge(first.total, is_announced=True)
    pages = _pages(reader, span, first, most_rows)
    if _count(pages) != first.total:
        raise WindowMoved
    return _joined(pages)


def _walk_without_total(reader: Reader, span: Span, first: Page, most_rows: int) -> Walk:
    if _is_last(reader, [first]):  # one page is one answer: nothing can move inside it
        return _joined([first])
    before = reader.statistic(span)
    pages = _pages(reader, span, reader.page(span, 1), most_rows)
    if reader.statistic(span) != before or reader.page(span, 1) != pages[0]:
        raise WindowMoved
    return _joined(pages, statistic=before)


def _pages(reader: Reader, span: Span, first: Page, most_rows: int) -> list[Page]:
    pages = [first]
    while not _is_last(reader, pages):
        if _count(pages) > most_rows:
            raise WindowTooLarge(_count(pages), is_announced=False)
        page = reader.page(span, len(pages) + 1)
        if page.total != first.total:
            raise WindowMoved
        pages.append(page)
    return pages


def _is_last(reader: Reader, pages: Sequence[Page]) -> bool:
    """True after a short page, or once as many rows came as were announced."""
    page = pages[-1]
    full = page.page_size or reader.page_size
    return page.rows < full or (page.total is not None and _count(pages) >= page.total)


def _count(pages: Sequence[Page]) -> int:
    return sum(page.rows for page in pages)


def _joined(pages: Sequence[Page], *, statistic: int | None = None) -> Walk:
    return Walk(
        records=[record for page in pages for record in page.records],
        bad_rows=[row for page in pages for row in page.bad_rows],
        statistic=statistic,
    )
