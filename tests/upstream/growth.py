"""Rows that keep coming while somebody reads, some of them late."""

import threading
import time
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter
from typing import Any

from .rows import Row
from .site import Site
from .traffic import Traffic
from .world import ENABLED

STEP_SECONDS = 0.05
SEED = 20
TOP_UP = 1_000_000


@dataclass(frozen=True)
class Pace:
    """`late_share` of the rows carry a time up to `late_by` seconds before their arrival. With
    `batch_seconds` all rows are held back so long and written in one go.

    What is written in one go is charged in another order where it `is_shuffled`, and with a
    `top_up_share` sometimes after a top-up that has no row.
    """

    per_second: float = 0.0
    late_share: float = 0.0
    late_by: int = 30
    batch_seconds: float = 0.0
    is_shuffled: bool = False
    top_up_share: float = 0.0
    user_ids: tuple[int, ...] = ()  # none: every enabled account that has a key


@dataclass
class Growth:
    site: Site
    pace: Pace = field(default_factory=Pace)

    def __post_init__(self) -> None:
        self._traffic = Traffic(seed=SEED)
        self._due = 0.0
        self._held: list[Row] = []
        self._written_at = 0.0
        threading.Thread(target=self._run, daemon=True).start()

    def change(self, **members: Any) -> None:
        if "user_ids" in members:
            members["user_ids"] = tuple(members["user_ids"])
        self._due, self._held = 0.0, []
        self.pace = replace(Pace(), **members)

    def _run(self) -> None:
        before = time.monotonic()
        while True:
            time.sleep(STEP_SECONDS)
            now = time.monotonic()
            with self.site.lock:
                self._due += (now - before) * self.pace.per_second
                while self._due >= 1:
                    self._due -= 1
                    self._make_row()
                if self._held and now - self._written_at >= self.pace.batch_seconds:
                    self._write_rows(now)
            before = now

    def _write_rows(self, now: float) -> None:
        self._written_at = now
        held = sorted(self._held, key=attrgetter("user_id"))
        for user_id, rows in groupby(held, key=attrgetter("user_id")):
            self._write_rows_of(user_id, list(rows))
        self._held = []

    def _write_rows_of(self, user_id: int, rows: list[Row]) -> None:
        rng, pace = self._traffic.rng, self.pace
        if rng.random() < pace.top_up_share:
            self.site.move_balance(user_id, TOP_UP)
        charged_in = rng.sample(range(len(rows)), len(rows)) if pace.is_shuffled else None
        self.site.append(user_id, rows, charged_in)

    def _make_row(self) -> None:
        rng, pace = self._traffic.rng, self.pace
        keys = [key for key in self.site.keys.values() if self._grows(key.user_id)]
        if not keys:
            return
        key = rng.choice(keys)
        second = int(self.site.clock.now())
        if rng.random() < pace.late_share:
            second -= rng.randint(1, pace.late_by)
        row = self._traffic.call(second, token_id=key.id, token_name=key.name)
        row.user_id, row.username = key.user_id, self.site.account(key.user_id).username
        self._held.append(row)

    def _grows(self, user_id: int) -> bool:
        if self.pace.user_ids:
            return user_id in self.pace.user_ids
        return self.site.account(user_id).status == ENABLED
