"""One worker at a time for a site, and no more requests than its budget allows.

The lease is politeness: the constraint on the rows is what keeps them right. Both are columns of
the site, changed by conditional updates, so that they hold across processes and machines.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Q

from providers import holders
from providers.models import Site

LEASE_SECONDS = 90
PENALTY_SECONDS = 180  # the whole window of the limiter, where a 429 does not say how long
SLOW_SECONDS = 3600  # half the budget for as long after a 429
STEP_SECONDS = 20  # the longest sleep without renewing the lease
MINUTE = 60.0
JITTER_SECONDS = 2.0  # from the leave to ask until the site has the question, at most


class LeaseLost(Exception):
    """Another worker has the site; stop at once."""


class BudgetSpent(Exception):
    """The next request is allowed in `seconds`, which is longer than this caller wants to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.1f} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `per_minute` requests in any 60 seconds, a fifth of them at once. Fewer than six
    come one by one."""

    per_minute: int

    @property
    def burst(self) -> int:
        return max(1, self.per_minute // 5)

    @property
    def interval(self) -> float:
        return (MINUTE + JITTER_SECONDS) / (self.per_minute - self.burst + 1)

    @property
    def tolerance(self) -> float:
        return (self.burst - 1) * self.interval


@dataclass(slots=True)
class Lease:
    site_id: int
    holder: str = field(default_factory=holders.new_holder)
    patience: float = 5.0  # seconds to wait for the budget before giving up this turn
    sleep: Callable[[float], None] = time.sleep
    give_way: Callable[[], None] | None = None  # who may come between two requests of the holder

    def take(self) -> bool:
        return self._claim(Q(lease_until__lt=time.time())) or self._inherit()

    def _inherit(self) -> bool:
        """Nobody waits for a process that was killed."""
        site = Site.objects.only("lease_holder").get(pk=self.site_id)
        return holders.is_gone(site.lease_holder) and self._claim(Q(lease_holder=site.lease_holder))

    def _claim(self, is_free: Q) -> bool:
        mine = Q(lease_holder=self.holder)
        sites = Site.objects.filter(is_free | mine, pk=self.site_id)
        until = time.time() + LEASE_SECONDS
        return sites.update(lease_holder=self.holder, lease_until=until) == 1

    def release(self) -> None:
        mine = Site.objects.filter(pk=self.site_id, lease_holder=self.holder)
        mine.update(lease_holder="", lease_until=0)

    def before_request(self) -> None:
        """Wait until the budget allows a request, and renew. The hook of `Door`."""
        self._let_others_pass()
        self.wait_for_budget(meanwhile=self._renew_and_let_others_pass)
        self._renew()

    def wait_for_budget(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        while (wait := reserve(self.site_id)) > 0:
            if wait > self.patience and wait > usual_wait(self.site_id):
                raise BudgetSpent(wait)
            self.sleep(min(wait, STEP_SECONDS))
            meanwhile()

    def _renew_and_let_others_pass(self) -> None:
        self._renew()
        self._let_others_pass()

    def _let_others_pass(self) -> None:
        """Between two requests of the holder, but nobody between theirs."""
        give_way, self.give_way = self.give_way, None
        if give_way is not None:
            try:
                give_way()
            finally:
                self.give_way = give_way

    def _renew(self) -> None:
        if not self._claim(Q(lease_until__lt=time.time())):
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


def charge(site: Site, requests: int) -> None:
    """Requests that were made before anybody knew the site here."""
    now = time.time()
    site.paced_until = max(site.paced_until, now) + requests * _budget(site, now).interval
    site.save(update_fields=["paced_until"])


def usual_wait(site_id: int) -> float:
    """Between two requests once the burst is spent. With a small budget this is long, but who gives
    up because of it would never come to the end of a window."""
    site = Site.objects.only("slow_until").get(pk=site_id)
    return _budget(site, time.time()).interval


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
