"""Which rows follow a cursor."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from tests.upstream.filters import equals
from tests.upstream.rows import Row, Shelf

from .profiles import Cursor, OpenaiHk


def page_of(
    shelf: Shelf, profile: OpenaiHk, *, start: int, limit: int, key_id: int | None
) -> Sequence[Row]:
    found = shelf.select(tests=[] if key_id is None else [equals("token_id", key_id)])
    first = start if profile.cursor is Cursor.OFFSET else _passed_over(found, profile, start)
    if profile.newest_first:
        page = found[first : first + limit]
    else:
        end = max(0, len(found) - first)
        page = found[max(0, end - limit) : end][::-1]
    return page[::-1] if profile.turned_pages else page


def _passed_over(found: Sequence[Row], profile: OpenaiHk, start: int) -> int:
    """How many of the rows, which are newest first, a walk has behind it at an id."""
    if profile.newest_first and not start:
        return 0
    is_after = profile.cursor is Cursor.AFTER
    bisect = bisect_right if is_after is profile.newest_first else bisect_left
    newer = bisect(found, -start, key=lambda row: -row.id)
    return newer if profile.newest_first else len(found) - newer
