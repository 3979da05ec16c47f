"""One process of ours: start it, notice its end, start it again later, stop it."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

WINDOW_SECONDS = 60
MOST_STARTS = 6  # within the window: what cannot stay up is not helped by a seventh
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
POLL_SECONDS = 0.05
PR_SET_PDEATHSIG = 1
STDERR = 2


def always() -> bool:
    return True


class Child:
    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        grace: float,
        is_ready: Callable[[], bool] = always,
        pass_fds: Sequence[int] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.argv = list(argv)
        self.grace = grace
        self.is_ready = is_ready
        self.pass_fds = pass_fds
        self.clock = clock
        self.process: subprocess.Popen[bytes] | None = None
        self.starts: list[float] = []
        self.due = 0.0

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def is_due(self) -> bool:
        return self.process is None and self.clock() >= self.due

    @property
    def keeps_failing(self) -> bool:
        recent = [start for start in self.starts if start > self.clock() - WINDOW_SECONDS]
        return len(recent) >= MOST_STARTS

    def start(self) -> None:
        self.starts = [*self.starts[-MOST_STARTS:], self.clock()]
        # Its own session: the terminal's Ctrl-C is for the supervisor, which stops in order.
        self.process = subprocess.Popen(
            self.argv,
            stdin=subprocess.DEVNULL,
            stdout=STDERR,  # stdout is for what a person or a script waits for: the address
            pass_fds=self.pass_fds,
            start_new_session=True,
            preexec_fn=end_with_parent(os.getpid()),
        )

    def note_end(self) -> tuple[int, float]:
        """Forget the process that ended: how it ended, and the pause before the next start."""
        assert self.process is not None
        status = self.process.wait()
        self.kill_group()  # a killed worker leaves its pool
        self.process = None
        recent = sum(start > self.clock() - WINDOW_SECONDS for start in self.starts)
        pause = min(FIRST_PAUSE_SECONDS * 2 ** max(recent - 1, 0), LONGEST_PAUSE_SECONDS)
        self.due = self.clock() + pause
        return status, pause

    def stop(self, is_forced: Callable[[], bool]) -> bool:
        """Ask it to end, and make it end after its grace. True when it had to be made."""
        if self.process is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        until = self.clock() + self.grace
        while self.is_running and self.clock() < until and not is_forced():
            time.sleep(POLL_SECONDS)
        was_killed = self.is_running
        self.kill_group()
        self.process.wait()
        self.process = None
        return was_killed

    def kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


def end_with_parent(parent: int) -> Callable[[], None]:
    """On Linux a child is told to end when the supervisor vanishes, even by kill -9."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def prepare() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return prepare
