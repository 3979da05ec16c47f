"""One log row as a gateway keeps it, and rows kept so that a window of time is found quickly."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

Test = Callable[["Row"], bool]


@dataclass(slots=True)
class Row:
    """The columns of every product of the family; a profile shows those that it has."""

    id: int = 0
    user_id: int = 0
    created_at: int = 0
    type: int = 2
    content: str = ""
    username: str = ""
    token_name: str = ""
    model_name: str = ""
    quota: int = 0
    balance: int | None = None  # of the account when the call was charged
    prompt_tokens: int = 0
    completion_tokens: int = 0
    use_time: int = 0
    elapsed_time: int = 0
    is_stream: bool = False
    channel: int = 0
    token_id: int = 0
    group: str = "default"
    ip: str = ""
    request_id: str = ""
    upstream_request_id: str = ""
    other: str = ""
    system_prompt_reset: bool = False

    @classmethod
    def of(cls, columns: "Row | Mapping[str, Any]") -> Self:
        return cls(**(asdict(columns) if isinstance(columns, Row) else columns))


class Chosen(Sequence[Row]):
    """Rows by their places on a shelf; only those that are looked at are fetched."""

    def __init__(self, rows: Sequence[Row], places: Sequence[int]) -> None:
        self._rows, self._places = rows, places

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, wanted: Any) -> Any:
        if isinstance(wanted, slice):
            return [self._rows[place] for place in self._places[wanted]]
        return self._rows[self._places[wanted]]


class Shelf:
    """Rows in the order in which they arrived; that order is also the order of their ids."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.rows: list[Row] = []
        self._moments: list[int] = []  # in order, and beside them
        self._places: list[int] = []  # which row that was
        for row in rows:
            self.append(row)

    def append(self, row: Row) -> None:
        at = bisect_right(self._moments, row.created_at)
        self._moments.insert(at, row.created_at)
        self._places.insert(at, len(self.rows))
        self.rows.append(row)

    def select(
        self, *, start: int = 0, end: int = 0, tests: Sequence[Test] = (), by_time: bool = False
    ) -> Chosen:
        """Newest first, a late row where it arrived. Both ends are inclusive, 0 is no end."""
        places: Sequence[int] = range(len(self.rows) - 1, -1, -1)
        if start or end or by_time:
            places = self._between(start, end, by_time=by_time)
        if tests:
            rows = self.rows
            places = [place for place in places if all(test(rows[place]) for test in tests)]
        return Chosen(self.rows, places)

    def _between(self, start: int, end: int, *, by_time: bool) -> list[int]:
        first = bisect_left(self._moments, start) if start else 0
        last = bisect_right(self._moments, end) if end else len(self._moments)
        places = self._places[first:last]
        places.reverse()
        if not by_time:
            places.sort(reverse=True)
        return places
