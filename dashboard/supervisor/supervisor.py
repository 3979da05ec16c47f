"""Keeps the children running until it is told to stop."""

import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from dashboard.supervisor import leftovers
from dashboard.supervisor.child import Child

TICK_SECONDS = 0.2


class Supervisor:
    """The children are started in the given order, and stopped in the opposite one."""

    def __init__(
        self,
        children: Sequence[Child],
        *,
        record: Path,
        say: Callable[[str], None],
        every_tick: Callable[[], None],
    ) -> None:
        self.children = children
        self.record = record
        self.say = say
        self.every_tick = every_tick
        self.is_recorded = True
        self.stop_requests = 0
        self.has_given_up = False

    def run(self) -> bool:
        """True when it was told to stop, False when a child could not be kept running."""
        self.listen()
        try:
            while not self.stop_requests and not self.has_given_up:
                self.tend()
                if not self.is_recorded:
                    self.write_record()
                self.every_tick()
                time.sleep(TICK_SECONDS)
        finally:
            self.stop()
        return not self.has_given_up

    def listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.ask_to_stop)

    def ask_to_stop(self, number: int = 0, frame: FrameType | None = None) -> None:
        self.stop_requests += 1

    def tend(self) -> None:
        for child in self.children:
            if child.process is not None and not child.is_running:
                self.note_end(child)
            if child.is_due and child.is_ready():
                child.start()
                self.write_record()

    def note_end(self, child: Child) -> None:
        status, pause = child.note_end()
        if child.keeps_failing:
            self.has_given_up = True
            self.say(f"{child.name} cannot be kept running: it ended with {status}, giving up")
        else:
            self.say(f"{child.name} ended with {status}, starting it again in {pause:.1f} s")

    def stop(self) -> None:
        self.say("stopping (again to hurry)")
        requests = self.stop_requests
        for child in reversed(self.children):
            if child.stop(lambda: self.stop_requests > requests):
                self.say(f"{child.name} had to be killed")
        self.write_record()
        self.say("stopped")

    def write_record(self) -> None:
        """On a full disk again with the next tick: the children need no room to go on."""
        was_recorded = self.is_recorded
        try:
            leftovers.record(self.record, self.children)
        except OSError as problem:
            self.is_recorded = False
            if was_recorded:
                self.say(f"{self.record} cannot be written: {problem.strerror}")
        else:
            self.is_recorded = True
