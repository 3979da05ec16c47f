"""One worker at a time for a site.

Politeness, and no work done twice: the constraint on the rows is what keeps them right. Two columns
of the site, changed by conditional updates, so that it holds across processes and machines.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db.models import Q

from providers import holders
from providers.adapters.http import Answer
from providers.models import Site
from providers.pacing import Visit, insist

LEASE_SECONDS = 90
FAR_SECONDS = 10 * LEASE_SECONDS


class LeaseLost(Exception):
    """Another worker has the site; stop at once."""


@dataclass(slots=True)
class Lease:
    """Held by the asker of `visit`."""

    visit: Visit
    give_way: Callable[[], None] | None = None  # who may come between two requests of the holder

    def take(self) -> bool:
        return self._claim(_is_free()) or self._inherit()

    def _inherit(self) -> bool:
        """Nobody waits for a process that was killed."""
        site = Site.objects.only("lease_holder").get(pk=self.visit.site_id)
        return holders.is_gone(site.lease_holder) and self._claim(Q(lease_holder=site.lease_holder))

    def _claim(self, is_free: Q) -> bool:
        mine = Q(lease_holder=self.visit.asker)
        sites = Site.objects.filter(is_free | mine, pk=self.visit.site_id)
        until = time.time() + LEASE_SECONDS
        return sites.update(lease_holder=self.visit.asker, lease_until=until) == 1

    def release(self) -> None:
        mine = Site.objects.filter(pk=self.visit.site_id, lease_holder=self.visit.asker)
        insist(lambda: mine.update(lease_holder="", lease_until=0))

    def before_request(self) -> None:
        """Wait for the turn, and renew last: whoever stood still for longer than the lease asks
        nothing. The hooks of `Door`."""
        self._let_others_pass()
        self.visit.before_request(meanwhile=self._let_others_pass_and_renew)
        try:
            self._renew()
        except LeaseLost:
            self.visit.after_request(None)
            raise

    def after_request(self, answer: Answer | None) -> None:
        self.visit.after_request(answer)

    def _let_others_pass_and_renew(self) -> None:
        self._let_others_pass()
        self._renew()

    def _let_others_pass(self) -> None:
        """Between two requests of the holder, but nobody between theirs."""
        give_way, self.give_way = self.give_way, None
        if give_way is not None:
            try:
                give_way()
            finally:
                self.give_way = give_way

    def _renew(self) -> None:
        if not self._claim(_is_free()):
            raise LeaseLost


def _is_free() -> Q:
    """Run out; or taken for much longer than a lease lasts, by a clock that was set back since.
    Who stands still for some minutes before it asks the database takes nothing for that."""
    now = time.time()
    return Q(lease_until__lt=now) | Q(lease_until__gt=now + FAR_SECONDS)


@contextmanager
def hold(site_id: int, *, patience: float = 5.0) -> Iterator[Lease | None]:
    """The lease of a site, or None while another worker has it."""
    lease = Lease(Visit(site_id, patience=patience))
    if not lease.take():
        yield None
        return
    try:
        yield lease
    finally:
        lease.release()
