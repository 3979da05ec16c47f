"""Which part of a list an answer shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .dialect import Paging
from .filters import Query, Refused


@dataclass(frozen=True)
class Part:
    """A page as the server understood it; a negative size is no limit."""

    page: int
    size: int
    first_page: int

    @property
    def offset(self) -> int:
        return (self.page - self.first_page) * self.size

    def of(self, items: Sequence[Any]) -> Sequence[Any]:
        start = max(0, self.offset)
        return items[start:] if self.size < 0 else items[start : start + self.size]


def asked_part(query: Query, paging: Paging, *, cap: int | None) -> Part:
    page = query.integer(paging.page_name)
    if page < paging.first and not (page < 0 and paging.keeps_negative_page):
        page = paging.first
    return Part(page, _size(query, paging, cap), paging.first)


def _size(query: Query, paging: Paging, cap: int | None) -> int:
    given = next((size for name in paging.size_names if (size := query.integer(name))), 0)
    if given == 0:
        return paging.zero_size
    if given < 0:
        return given if paging.negative_size is None else paging.negative_size
    if cap is None or given <= cap:
        return given
    if paging.refuses_above_cap:
        raise Refused(f"size 参数不能超过 {cap}")
    return cap


def page_of(
    items: Sequence[Any], part: Part, paging: Paging, show: Callable[[Any, int], Any]
) -> Any:
    """The envelope, or the bare array; `show` gets each item and its rank."""
    shown = [show(item, part.offset + rank) for rank, item in enumerate(part.of(items), start=1)]
    known = {"items": shown, "total": len(items), "page": part.page, "page_size": part.size}
    if not paging.envelope:
        return shown
    return {name: known[meaning] for name, meaning in paging.envelope.items()}
