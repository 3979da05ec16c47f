"""One worker at a time for a site, and no more requests than its budget allows.

The lease is politeness: the constraint on the rows is what keeps them right. Both are columns of
the site, changed by conditional updates, so that they hold across processes and machines.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Q

from providers.models import Site

LEASE_SECONDS = 90
PENALTY_SECONDS = 180  # the whole window of the limiter, where a 429 does not say how long
SLOW_SECONDS = 3600  # half the budget for as long after a 429
STEP_SECONDS = 20  # the longest sleep without renewing the lease
MINUTE = 60.0


class LeaseLost(Exception):
    """Another worker has the site; stop at once."""


class BudgetSpent(Exception):
    """The next request is allowed in `seconds`, which is longer than this caller wants to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.1f} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `per_minute` requests in any 60 seconds, a fifth of them at once."""

    per_minute: int

    @property
    def burst(self) -> int:
        return max(1, self.per_minute // 5)

    @property
    def interval(self) -> float:
        return MINUTE / max(1, self.per_minute - self.burst)

    @property
    def tolerance(self) -> float:
        return (self.burst - 1) * self.interval


@dataclass(slots=True)
class Lease:
    site_id: int
    holder: str = field(default_factory=lambda: uuid.uuid4().hex)
    patience: float = 5.0  # seconds to wait for the budget before giving up this turn
    sleep: Callable[[float], None] = time.sleep

    def take(self) -> bool:
        now = time.time()
        free = Q(lease_until__lt=now) | Q(lease_holder=self.holder)
        sites = Site.objects.filter(free, pk=self.site_id)
        return sites.update(lease_holder=self.holder, lease_until=now + LEASE_SECONDS) == 1

    def release(self) -> None:
        mine = Site.objects.filter(pk=self.site_id, lease_holder=self.holder)
        mine.update(lease_holder="", lease_until=0)

    def before_request(self) -> None:
        """Wait until the budget allows a request, and renew. The hook of `Door`."""
        self.wait_for_budget(meanwhile=self._renew)
        self._renew()

    def wait_for_budget(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        while (wait := reserve(self.site_id)) > 0:
            if wait > self.patience:
                raise BudgetSpent(wait)
            self.sleep(min(wait, STEP_SECONDS))
            meanwhile()

    def _renew(self) -> None:
        if not self.take():
            raise LeaseLost


@contextmanager
def hold(site_id: int, *, patience: float = 5.0) -> Iterator[Lease | None]:
    """The lease of a site, or None while another worker has it."""
    lease = Lease(site_id, patience=patience)
    if not lease.take():
        yield None
        return
    try:
        yield lease
    finally:
        lease.release()


def reserve(site_id: int) -> float:
    """Take one request from the site's budget and say 0; or take nothing and say how many seconds
    to wait."""
    while True:
        site = Site.objects.only("paced_until", "slow_until").get(pk=site_id)
        now = time.time()
        budget = _budget(site, now)
        planned = max(site.paced_until, now)
        wait = planned - budget.tolerance - now
        if wait > 0:
            return wait
        unchanged = Site.objects.filter(pk=site_id, paced_until=site.paced_until)
        if unchanged.update(paced_until=planned + budget.interval):
            return 0


def penalise(site_id: int, retry_after: int | None) -> None:
    """After a 429: nothing until the site said, or for the limiter's window; then at half speed."""
    now = time.time()
    site = Site.objects.get(pk=site_id)
    site.slow_until = now + SLOW_SECONDS
    pause = PENALTY_SECONDS if retry_after is None else retry_after
    site.paced_until = now + pause + _budget(site, now).tolerance
    site.save(update_fields=["paced_until", "slow_until"])


def _budget(site: Site, now: float) -> Budget:
    per_minute = settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE
    return Budget(max(1, per_minute // 2) if site.slow_until > now else per_minute)
