"""The processes of a data directory, so that a start can end those of a killed supervisor."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from dashboard.supervisor.child import POLL_SECONDS, Child

PATIENCE_SECONDS = 20.0
KILL_SECONDS = 5.0
STARTED_FIELD = 19  # field 22 of /proc/PID/stat, counted after the name in brackets


class Recorded(NamedTuple):
    name: str
    pid: int
    started: str

    @property
    def is_alive(self) -> bool:
        """A process with this number that began at another time is somebody else's."""
        return started_at(self.pid) == self.started

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


def started_at(pid: int) -> str:
    """When the process began, in the system's own notation; empty when there is none."""
    if sys.platform != "linux":
        command = ["ps", "-o", "lstart=", "-p", str(pid)]
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[STARTED_FIELD]


def record(path: Path, children: Iterable[Child]) -> None:
    rows = [Recorded(child.name, child.pid, started_at(child.pid)) for child in children]
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps([row for row in rows if row.started]))
    draft.replace(path)


def read(path: Path) -> list[Recorded]:
    try:
        return [Recorded(*row) for row in json.loads(path.read_text())]
    except (FileNotFoundError, ValueError, TypeError):
        return []


def end(path: Path, say: Callable[[str], None], patience: float = PATIENCE_SECONDS) -> None:
    """Let what an earlier supervisor left behind finish, then end it."""
    left = [row for row in read(path) if row.is_alive]
    if left:
        say(f"waiting for {', '.join(row.name for row in left)} of an earlier start")
    for row in left:
        row.signal(signal.SIGTERM)
    _wait(left, patience)
    for row in left:
        if row.is_alive:
            say(f"killing {row.name} of an earlier start")
        row.signal(signal.SIGKILL)
    _wait(left, KILL_SECONDS)
    path.unlink(missing_ok=True)


def _wait(left: Iterable[Recorded], patience: float) -> None:
    until = time.monotonic() + patience
    while any(row.is_alive for row in left) and time.monotonic() < until:
        time.sleep(POLL_SECONDS)
