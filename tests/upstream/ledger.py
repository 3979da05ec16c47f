"""What the site was asked, by whom and how many at once."""

import itertools
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from .calls import Request

MOST_KEPT = 100_000


@dataclass
class Entry:
    """`headers` are names only: no credential is kept. `at_once` counts this request too."""

    number: int
    method: str
    path: str
    query: dict[str, str]
    headers: list[str]
    started_at: float
    at_once: int
    status: int = 0
    fault: str | None = None
    seconds: float | None = None


@dataclass
class Ledger:
    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))
    most_at_once: int = 0
    _open: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @contextmanager
    def record(self, request: Request) -> Iterator[Entry]:
        begun = time.monotonic()
        entry = self._enter(request)
        try:
            yield entry
        finally:
            entry.seconds = time.monotonic() - begun
            with self._lock:
                self._open -= 1

    def _enter(self, request: Request) -> Entry:
        with self._lock:
            self._open += 1
            self.most_at_once = max(self.most_at_once, self._open)
            entry = Entry(
                number=next(self._numbers),
                method=request.method,
                path=request.path,
                query=dict(request.parameters),
                headers=sorted(request.headers),
                started_at=time.time(),
                at_once=self._open,
            )
            self.entries.append(entry)
        return entry

    def to_json(self) -> dict[str, Any]:
        with self._lock:
            entries = [asdict(entry) for entry in self.entries]
        return {"requests": entries, "most_at_once": self.most_at_once}

    def forget(self) -> None:
        with self._lock:
            self.entries.clear()
            self.most_at_once = self._open
