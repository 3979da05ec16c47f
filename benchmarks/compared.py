"""What the pages ask, in turns with the SQL that a person would write by hand."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db import connection

TURNS = 9


@dataclass(frozen=True, kw_only=True)
class Compared:
    what: str
    target: str
    own_seconds: float
    floor_seconds: float
    ratio: float


def compared(
    what: str,
    target: str,
    own: Callable[[], object],
    by_hand: Callable[[], object],
    *,
    allowed: Callable[[float], float] = float,
) -> Compared:
    """Each once to warm up, then in turns: what else runs slows both sides alike. `allowed`: what
    ours may take, of the seconds of the other."""
    own(), by_hand()
    turns = [(_seconds(own), allowed(_seconds(by_hand))) for _ in range(TURNS)]
    return Compared(
        what=what,
        target=target,
        own_seconds=median(turn[0] for turn in turns),
        floor_seconds=median(turn[1] for turn in turns),
        ratio=median(floor / own for own, floor in turns),
    )


def fetch(sql: str, parameters: Sequence[object]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _seconds(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun
