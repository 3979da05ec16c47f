"""The chain of balances: what was left after one row is what there was before the next.

A charge for which there is no row breaks it; a top-up lifts it. Calls at the same time may be
written in another order than they were charged, so a row's successor is looked for among those of
the next minute, and what goes up and down again within one second is neither.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

DISORDER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: `balance` as it stands beside it."""

    second: int
    units: int
    balance: int


@dataclass(frozen=True, slots=True)
class Jump:
    """Between the seconds `after` and `second` the balance moved by `units` without a row: up by a
    top-up, or down by a charge."""

    after: int
    second: int
    units: int


def tells_before(entries: Sequence[Entry]) -> bool | None:
    """Whether the balance is that before the row; None where most neighbours fit neither, or both:
    a few that do are chance."""
    before = after = 0
    for older, newer in pairwise(entries):
        before += newer.balance == older.balance - older.units
        after += newer.balance == older.balance - newer.units
    is_told = before != after and 2 * max(before, after) > len(entries) - 1
    return before > after if is_told else None


def jumps(entries: Sequence[Entry], *, is_before: bool) -> list[Jump]:
    """Of rows in the order of their time. The first has no predecessor."""
    waiting = _Waiting(entries, is_before=is_before)
    found: dict[int, Jump] = {}
    balance = after = None
    while (row := waiting.next_after(balance)) is not None:
        second, before = entries[row].second, waiting.before[row]
        if balance is not None and after is not None and before != balance:
            known = found.get(second, Jump(min(after, second), second, 0))
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
        self._by_before: dict[int, deque[int]] = defaultdict(deque)
        for row, before in enumerate(self.before):
            self._by_before[before].append(row)
        self._is_placed = [False] * len(entries)
        self._oldest = 0

    def next_after(self, balance: int | None) -> int | None:
        """The oldest row of the next minute that fits, or else the oldest of all."""
        while self._oldest < len(self._is_placed) and self._is_placed[self._oldest]:
            self._oldest += 1
        if self._oldest == len(self._is_placed):
            return None
        row = self._oldest if balance is None else self._fitting(balance)
        self._is_placed[row] = True
        return row

    def _fitting(self, balance: int) -> int:
        rows = self._by_before.get(balance, deque())
        while rows and self._is_placed[rows[0]]:
            rows.popleft()
        latest = self._seconds[self._oldest] + DISORDER_SECONDS
        return rows[0] if rows and self._seconds[rows[0]] <= latest else self._oldest
