"""How the members of the family page their logs. A dialect is known by the form of its answers."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta, Raw, Struct

from providers.adapters.errors import UnexpectedAnswer
from providers.adapters.http import Answer
from providers.adapters.json_text import UNREADABLE, as_received
from providers.adapters.new_api_answers import data_of
from providers.adapters.new_api_rows import read_rows
from providers.adapters.records import Page, Span

TOKEN_SCOPES = {"own": "usage:read", "all": "log:read"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """The rows of one page, still unread."""

    rows: Sequence[Raw]
    page_size: int
    total: int | None = None
    number: int | None = None


class Dialect(Protocol):
    name: str
    title: str
    largest_page: int
    has_total: bool
    type_filter: str  # what the site calls it

    def parameters(self, number: int, size: int) -> Mapping[str, int]: ...

    def batch(self, data: Raw) -> Batch: ...


class _Paged(Struct):
    items: list[Raw] | None
    total: Annotated[int, Meta(ge=0)]
    page_size: Annotated[int, Meta(ge=1)]
    page: int | None = None


class _HubPaged(Struct):
    data: list[Raw] | None
    total_count: Annotated[int, Meta(ge=0)]
    size: Annotated[int, Meta(ge=1)]
    page: int | None = None


_paged = msgspec.json.Decoder(_Paged)
_hub_paged = msgspec.json.Decoder(_HubPaged)
_bare = msgspec.json.Decoder(list[Raw] | None)


class PagedEnvelope:
    """New API from v0.2.7.6: pages from 1, a total, and the page size that the site really used."""

    name = "new-api"
    title = "New API"
    largest_page = 100
    has_total = True
    type_filter = "type"

    def parameters(self, number: int, size: int) -> Mapping[str, int]:
        return {"p": number, "page_size": min(size, self.largest_page)}

    def batch(self, data: Raw) -> Batch:
        paged = _paged.decode(data)
        return Batch(
            rows=paged.items or [],
            total=paged.total,
            page_size=paged.page_size,
            number=paged.page,
        )


class HubEnvelope:
    """One Hub: the same under other names. More than its largest page is an error there."""

    name = "one-hub"
    title = "One Hub"
    largest_page = 100
    has_total = True
    type_filter = "log_type"

    def parameters(self, number: int, size: int) -> Mapping[str, int]:
        return {"page": number, "size": min(size, self.largest_page)}

    def batch(self, data: Raw) -> Batch:
        paged = _hub_paged.decode(data)
        return Batch(
            rows=paged.data or [],
            total=paged.total_count,
            page_size=paged.size,
            number=paged.page,
        )


class BareArray:
    """One API and New API before v0.2.7.6: pages from 0, and no word of how many rows there are.
    Some hold ten rows whatever is asked; v0.2.7.5 gives none where no size is named."""

    name = "one-api"
    title = "One API"
    largest_page = 10
    has_total = False
    type_filter = "type"

    def parameters(self, number: int, size: int) -> Mapping[str, int]:
        sizes = dict.fromkeys(("page_size", "pageSize"), self.largest_page)
        return {"p": number - 1, **sizes}

    def batch(self, data: Raw) -> Batch:
        return Batch(rows=_bare.decode(data) or [], page_size=self.largest_page)


DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect for dialect in (PagedEnvelope(), HubEnvelope(), BareArray())
}


def dialect_of(answer: Answer, *, scope: str) -> str:
    """The dialect that a page of a log is written in."""
    data = data_of(answer, needs=TOKEN_SCOPES[scope])
    for dialect in DIALECTS.values():
        with suppress(*UNREADABLE):
            dialect.batch(data)
            return dialect.name
    raise UnexpectedAnswer("no known form of a log", code="bad_envelope")


def bounds(span: Span) -> Mapping[str, int]:
    """The site's ends are inclusive, and its zero means no bound."""
    end = {"end_timestamp": span.until - 1}
    return {"start_timestamp": span.since, **end} if span.since > 0 else end


def read_page(answer: Answer, *, scope: str, dialect: str, span: Span, number: int) -> Page:
    data = data_of(answer, needs=TOKEN_SCOPES[scope])
    try:
        batch = DIALECTS[dialect].batch(data)
    except UNREADABLE:
        raise UnexpectedAnswer(f"no page of {dialect}", code="bad_envelope") from None
    if batch.number not in (None, number):
        raise UnexpectedAnswer("another page than asked for", code="bad_envelope")
    rows = as_received(answer.body, batch.rows)
    records, bad_rows = read_rows(rows, real_ids=scope == "all")
    _check_filter((record.second for record in records), span)
    _check_filter((row.second for row in bad_rows if row.second is not None), span)
    return Page(records=records, bad_rows=bad_rows, total=batch.total, page_size=batch.page_size)


def _check_filter(seconds: Iterable[int], span: Span) -> None:
    """A parameter that a site does not know is ignored without a word."""
    since, until = span.since, span.until
    if not all(since <= second < until for second in seconds):
        raise UnexpectedAnswer("rows outside the window", code="filter_ignored")
