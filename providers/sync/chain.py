"""The chain of balances: what was left after one row is what there was before the next.

A charge for which there is no row breaks it; a top-up lifts it. Calls at the same time may be
written in another order than they were charged, so a row's successor is looked for among those of
the next minute, and what goes up and down again within one second is neither.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

DISORDER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: `balance` as it stands beside it. `is_lead`: it only tells what there was before the
    others."""

    second: int
    units: int
    balance: int
    is_lead: bool = False


@dataclass(frozen=True, slots=True)
class Jump:
    """Between the seconds `after` and `second` the balance moved by `units` without a row: up by a
    top-up, or down by a charge."""

    after: int
    second: int
    units: int


def tells_before(entries: Sequence[Entry]) -> bool | None:
    """Whether the balance is that before the row, which then leaves fewer jumps. None where it is
    all the same."""
    before, after = (len(jumps(entries, is_before=is_before)) for is_before in (True, False))
    return None if before == after else before < after


def jumps(entries: Sequence[Entry], *, is_before: bool) -> list[Jump]:
    """Of rows in the order of their time, or leads before them. The first has no predecessor."""
    waiting = _Waiting(entries, is_before=is_before)
    found: dict[int, Jump] = {}
    balance = after = None
    while (row := waiting.next_after(balance)) is not None:
        second, before = entries[row].second, waiting.before[row]
        has_moved = balance is not None and before != balance
        if has_moved and balance is not None and after is not None and not entries[row].is_lead:
            known = found.get(second, Jump(after, second, 0))
            found[second] = Jump(known.after, second, known.units + before - balance)
        balance, after = before - entries[row].units, second
    return [jump for _, jump in sorted(found.items()) if jump.units]


class _Waiting:
    """Rows that have no place in the chain yet."""

    def __init__(self, entries: Sequence[Entry], *, is_before: bool) -> None:
        self._seconds = [entry.second for entry in entries]
        self.before = [
            entry.balance if is_before else entry.balance + entry.units for entry in entries
        ]
        self._after = [
            before - entry.units for before, entry in zip(self.before, entries, strict=True)
        ]
        self._fitting: dict[tuple[int, bool], deque[int]] = defaultdict(deque)
        for row, before in enumerate(self.before):
            self._fitting[before, self._leads_on(row)].append(row)
        self._is_placed = [False] * len(entries)
        self._oldest = 0

    def _leads_on(self, row: int) -> bool:
        """Not so what costs nothing: it is to be placed before what does."""
        return self.before[row] != self._after[row]

    def next_after(self, balance: int | None) -> int | None:
        """The oldest row of the next minute that fits, or else what begins the oldest second."""
        while self._oldest < len(self._is_placed) and self._is_placed[self._oldest]:
            self._oldest += 1
        if self._oldest == len(self._is_placed):
            return None
        row = None if balance is None else self._one_that_fits(balance)
        row = self._beginning() if row is None else row
        self._is_placed[row] = True
        return row

    def _one_that_fits(self, balance: int) -> int | None:
        latest = self._seconds[self._oldest] + DISORDER_SECONDS
        for leads_on in (False, True):
            rows = self._fitting.get((balance, leads_on), deque())
            while rows and self._is_placed[rows[0]]:
                rows.popleft()
            if rows and self._seconds[rows[0]] <= latest:
                return rows[0]
        return None

    def _beginning(self) -> int:
        """Of the oldest second a row that no other of it leads to: rather one that costs nothing,
        since what does would leave it behind."""
        rows = list(takewhile(self._is_of_oldest_second, range(self._oldest, len(self._seconds))))
        waiting = [row for row in rows if not self._is_placed[row]]
        led_to = {self._after[row] for row in waiting if self._leads_on(row)}
        first = (row for row in waiting if self.before[row] not in led_to)
        return min(first, key=self._leads_on, default=self._oldest)

    def _is_of_oldest_second(self, row: int) -> bool:
        return self._seconds[row] == self._seconds[self._oldest]
