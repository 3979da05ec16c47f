"""The budget of calls: a place is free again one window after the oldest accepted call."""

import time
from collections import deque


class Limiter:
    def __init__(self) -> None:
        self._accepted: deque[float] = deque()

    def accepts(self, limit: tuple[int, int] | None) -> bool:
        """Refused calls do not prolong the block."""
        if limit is None:
            return True
        calls, seconds = limit
        now = time.monotonic()
        while self._accepted and self._accepted[0] <= now - seconds:
            self._accepted.popleft()
        if len(self._accepted) >= calls:
            return False
        self._accepted.append(now)
        return True

    def forget(self) -> None:
        self._accepted.clear()
