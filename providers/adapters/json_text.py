"""JSON of an upstream: what may stand in it, and the very bytes of each row of an answer."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

from msgspec import Meta, Raw

from providers.adapters.records import LARGEST_INTEGER

LATEST_SECOND = 253402300799  # the end of the year 9999; milliseconds lie beyond it

Second = Annotated[int, Meta(ge=1, le=LATEST_SECOND)]
Integer = Annotated[int, Meta(ge=-LARGEST_INTEGER - 1, le=LARGEST_INTEGER)]

# What msgspec raises for bad JSON, bad UTF-8, a wrong type, and for endless nesting.
UNREADABLE = (ValueError, RecursionError)

_PERHAPS_LONE = re.compile(rb"\\u[dD]")
# An escape, whole: a pair of surrogates, one without its partner (the group), or any other.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)",
    re.DOTALL,
)


def readable(body: bytes) -> bytes:
    """The body with every lone surrogate replaced, in place, by a character of the same length.

    The parser would refuse the whole answer for one, even in a column that nobody reads."""
    if _PERHAPS_LONE.search(body) is None:
        return body
    return _ESCAPE.sub(lambda escape: rb"\ufffd" if escape[1] else escape[0], body)


def as_received(body: bytes, rows: Sequence[Raw]) -> Iterable[Raw | bytes]:
    """The very bytes of `rows`, which were read from `readable(body)`."""
    text = readable(body)
    return rows if text == body else _slices(body, text, rows)


def _slices(body: bytes, text: bytes, rows: Sequence[Raw]) -> Iterator[bytes]:
    end = 0
    for row in map(bytes, rows):
        start = text.index(row, end)
        end = start + len(row)
        yield body[start:end]
