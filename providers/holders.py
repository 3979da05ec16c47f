"""Who holds a lease: a process, so that another one of the same machine sees when it was killed."""

import hashlib
import os
import uuid
from functools import lru_cache
from pathlib import Path

PROC = Path("/proc")
STATE_FIELD, STARTED_FIELD = 0, 19  # of /proc/PID/stat, counted after the name in brackets
DEAD_STATES = "ZX"


def new_holder() -> str:
    return f"{_machine()}-{os.getpid()}-{_started_at(os.getpid())}-{uuid.uuid4().hex[:8]}"


def is_gone(holder: str) -> bool:
    """True only where it is certain: a process of this machine that does not run any more."""
    machine, _, process = holder.partition("-")
    pid, _, rest = process.partition("-")
    started = rest.partition("-")[0]
    if not machine or machine != _machine() or not pid.isdecimal() or not started:
        return False
    return _started_at(int(pid)) != started and not _is_hidden(int(pid))


def _started_at(pid: int) -> str:
    """In ticks of the system; empty where the process has ended or cannot be looked at."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[STATE_FIELD] in DEAD_STATES else fields[STARTED_FIELD]


def _is_hidden(pid: int) -> bool:
    """A process of another user, where the system shows only one's own."""
    try:
        os.kill(pid, 0)  # asks, and sends nothing
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return not (PROC / str(pid)).exists()


@lru_cache(maxsize=1)
def _machine() -> str:
    """One boot of one machine, or one container there. Empty where there is no /proc: nothing is
    known of the processes of such a machine, and a lease has to run out."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text()
        numbers_are_of = os.readlink(PROC / "self/ns/pid")
    except OSError:
        return ""
    return hashlib.blake2b(f"{boot}{numbers_are_of}".encode(), digest_size=4).hexdigest()
