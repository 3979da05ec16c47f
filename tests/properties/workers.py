"""Workers that die between two statements or two requests, and get into each other's way."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from django.db import connection

from providers import leases, pacing
from providers.models import Site
from providers.sync import conductor
from tests.properties.events import At, Die, Turn

END = ("ROLLBACK", "RELEASE")  # what a database does by itself for a client that is gone
WRITES = ("INSERT", "DELETE")  # the updates are mostly those of the lease
UNITS = ("statement", "write", "request")


class Killed(BaseException):
    """The process ends there and then."""


class Broken(AssertionError):
    """The mirror does not keep a promise."""


@dataclass
class Stage:
    """The workers of one example, and who of them asks the site; the last one works at present."""

    happen: Any  # called with what a plan says
    present: Any  # the moment, in seconds
    pass_time: Any
    workers: list["Worker"] = field(default_factory=list)
    asked_at: dict[str, int] = field(default_factory=dict)

    def work(self, site_id: int, turn: Turn) -> float | None:
        """What `work_at` said; None also where the worker died."""
        worker = Worker(self, turn)
        self.workers.append(worker)
        try:
            with connection.execute_wrapper(worker.on_statement):
                return conductor.work_at(site_id, patience=0)
        except Killed:
            worker.leave()
            return None
        finally:
            self.workers.pop()
            if not worker.is_lost:
                self.asked_at.pop(worker.holder, None)

    def ask(self, worker: "Worker", holder: str) -> None:
        """One worker at a time: nobody asks before the lease of everybody else has run out."""
        now = self.present()
        for other, moment in self.asked_at.items():
            if other != holder and now - moment < leases.LEASE_SECONDS:
                raise Broken("two workers at once: another one's lease has not run out")
        worker.holder, self.asked_at[holder] = holder, now


@dataclass
class Worker:
    stage: Stage
    turn: Turn
    holder: str = ""
    death: Die | None = None
    done: dict[str, int] = field(default_factory=lambda: dict.fromkeys(UNITS, 0))

    @property
    def is_lost(self) -> bool:
        """Nobody can know that it is dead."""
        return self.death is not None and self.death.is_machine

    def on_statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.stage.workers[-1] is self and not sql.startswith(END):
            self.step("statement")
            if sql.startswith(WRITES):
                self.step("write")
        return execute(sql, params, many, context)

    def step(self, unit: str) -> None:
        if self.death is not None:
            raise Killed
        self.done[unit] += 1
        for at in self.turn.plan:
            if at.unit == unit and at.number == self.done[unit]:
                self._meet(at)

    def _meet(self, at: At) -> None:
        if isinstance(at.event, Die):
            self.death = at.event
            raise Killed
        if not connection.in_atomic_block:  # else it holds the database's lock
            self.stage.happen(at.event)

    def leave(self) -> None:
        """As the process that it was: gone, where its machine is still there to say so."""
        if not self.holder or self.is_lost:
            return
        machine, pid, started, nonce = self.holder.split("-")
        gone = f"{machine}-{pid}-{int(started) - 1}-{nonce}"
        Site.objects.filter(lease_holder=self.holder).update(lease_holder=gone)
        Site.objects.filter(asker=self.holder).update(asker=gone)


stages: list[Stage] = []


@contextmanager
def watched() -> Iterator[None]:
    """Let the present stage see every request and every sleep; both are where time passes."""
    original = leases.Lease.before_request

    def before_request(lease: leases.Lease) -> None:
        worker = stages[-1].workers[-1]
        worker.step("request")
        original(lease)
        stages[-1].ask(worker, lease.visit.asker)
        stages[-1].pass_time(worker.turn.answer_seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leases, "Visit", partial(pacing.Visit, sleep=sleep))
        patch.setattr(leases.Lease, "before_request", before_request)
        yield


def sleep(seconds: float) -> None:
    stages[-1].pass_time(math.ceil(seconds))
