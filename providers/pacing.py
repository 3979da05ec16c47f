"""The way to a site: one request at a time, and no more in a minute than its budget allows.

All who ask the same site share it, across processes and machines: columns of the site, changed by
conditional updates.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.db import OperationalError
from django.db.models import Q

from providers import holders
from providers.adapters import ADAPTERS
from providers.adapters.http import Answer
from providers.models import Site

PENALTY_SECONDS = 180  # the whole window of the limiter, where a 429 does not say how long
LONGEST_PENALTY = 24 * 3600
SLOW_SECONDS = 3600  # half the budget for as long after a 429
ASKING_SECONDS = 100.0  # longer than any answer takes; then the asker is gone
POLL_SECONDS = 0.1  # while another one asks
URGENT_SECONDS = 1.0  # from one request of a person to the next
LONGEST_URGENCY = 60.0
STEP_SECONDS = 20.0  # the longest sleep at a stretch
MINUTE = 60.0
JITTER_SECONDS = 2.0  # from the leave to ask until the site has the question, at most
MOST_CHARGED = 5  # requests at once, of a test
TOO_MANY_REQUESTS = 429


class BudgetSpent(Exception):
    """The next request is allowed in `seconds`, which is longer than this caller wants to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.1f} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `per_minute` requests in any 60 seconds, a fifth of them at once. Fewer than ten
    come one by one."""

    per_minute: int

    @property
    def burst(self) -> int:
        return max(1, self.per_minute // 5)

    @property
    def kept(self) -> int:
        """Of the burst, for whom a person waits."""
        return self.burst // 2

    @property
    def interval(self) -> float:
        return (MINUTE + JITTER_SECONDS) / (self.per_minute - self.burst + 1)

    def tolerance(self, *, is_urgent: bool) -> float:
        """How many seconds the budget may be spent ahead."""
        return (self.burst - 1 - (0 if is_urgent else self.kept)) * self.interval


@dataclass(slots=True)
class Visit:
    """The requests of one asker, whose hooks these are to a `Door`. It gives up where a wait would
    end after `gives_up_at`, or is both unusual and longer than `patience`. An urgent one goes
    before all others: a person waits."""

    site_id: int
    asker: str = field(default_factory=holders.new_holder)
    patience: float = 5.0
    gives_up_at: float | None = None  # of the monotonic clock
    is_urgent: bool = False
    sleep: Callable[[float], None] = time.sleep
    asked_at: float = 0.0  # unix seconds; of the last request

    def before_request(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Wait until it is this one's turn, and take it."""
        while (wait := reserve(self.site_id, self.asker, is_urgent=self.is_urgent)) > 0:
            if self._is_too_long(wait):
                raise BudgetSpent(wait)
            if self.is_urgent:
                go_first(self.site_id, wait)
            self.sleep(min(wait, STEP_SECONDS))
            meanwhile()
        self.asked_at = time.time()

    def after_request(self, answer: Answer | None) -> None:
        """Let the next one ask; and hear where the site wants fewer."""
        release(self.site_id, self.asker)
        if answer is not None and answer.status == TOO_MANY_REQUESTS:
            penalise(self.site_id, answer.retry_after)

    @contextmanager
    def urgently(self) -> Iterator[None]:
        """A person waits for what is asked now. After it nobody waits for the next question."""
        was_urgent, asked_before = self.is_urgent, self.asked_at
        self.is_urgent = True
        try:
            yield
        finally:
            self.is_urgent = was_urgent
            if not was_urgent and self.asked_at != asked_before:
                mine = Q(urgent_until__lte=self.asked_at + URGENT_SECONDS)
                Site.objects.filter(mine, pk=self.site_id).update(urgent_until=0)

    def _is_too_long(self, wait: float) -> bool:
        if self.gives_up_at is not None:
            return time.monotonic() + wait > self.gives_up_at
        return wait > max(self.patience, longest_usual_wait(self.site_id))


def reserve(site_id: int, asker: str, *, is_urgent: bool = False) -> float:
    """Take the turn and one request of the budget and say 0; or take nothing and say how many
    seconds to wait."""
    while True:
        site = Site.objects.get(pk=site_id)
        now = time.time()
        if _is_another_s_turn(site, asker, now, is_urgent=is_urgent):
            return POLL_SECONDS
        budget = _budget(site, now)
        planned = _planned(site, now)
        wait = planned - budget.tolerance(is_urgent=is_urgent) - now
        if wait > 0:
            return wait
        unchanged = Site.objects.filter(pk=site_id, paced_until=site.paced_until)
        if unchanged.update(
            paced_until=planned + budget.interval,
            asker=asker,
            asking_until=now + ASKING_SECONDS,
            urgent_until=now + URGENT_SECONDS if is_urgent else site.urgent_until,
        ):
            return 0


def release(site_id: int, asker: str) -> None:
    mine = Site.objects.filter(pk=site_id, asker=asker)
    insist(lambda: mine.update(asker="", asking_until=0))


def insist(give_back: Callable[[], object]) -> None:
    """Where the database was locked for too long, once more: all others would wait for what we
    have until it runs out."""
    try:
        give_back()
    except OperationalError:
        give_back()


def go_first(site_id: int, wait: float) -> None:
    """Nobody else shall ask until the one who waits for so long has asked."""
    until = time.time() + min(wait, STEP_SECONDS) + URGENT_SECONDS
    Site.objects.filter(pk=site_id).update(urgent_until=until)


def charge(site: Site, requests: int) -> None:
    """Requests that were made before anybody knew the site here."""
    now = time.time()
    site.paced_until = max(site.paced_until, now) + requests * _budget(site, now).interval
    site.save(update_fields=["paced_until"])


def usual_wait(site_id: int) -> float:
    """Between two requests once the burst is spent."""
    return budget_of(site_id).interval


def longest_usual_wait(site_id: int) -> float:
    """Once persons have spent what was kept for them as well. With a small budget this is long, but
    who gives up because of it would never come to the end of a window."""
    budget = budget_of(site_id)
    return (budget.kept + 1) * budget.interval + URGENT_SECONDS


def budget_of(site_id: int) -> Budget:
    """At present."""
    site = Site.objects.only("slow_until", "kind").get(pk=site_id)
    return _budget(site, time.time())


def per_minute(site: Site) -> int:
    """What the installation allows each site, or else what suits its kind."""
    return settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE or ADAPTERS[site.kind].requests_per_minute


def penalise(site_id: int, retry_after: int | None) -> None:
    """After a 429: nothing until the site said, or for the limiter's window; then at half speed."""
    now = time.time()
    pause = PENALTY_SECONDS if retry_after is None else min(retry_after, LONGEST_PENALTY)
    site = Site.objects.get(pk=site_id)
    site.slow_until = now + pause + SLOW_SECONDS
    site.paced_until = now + pause + _budget(site, now).tolerance(is_urgent=True)
    site.save(update_fields=["paced_until", "slow_until"])


def _budget(site: Site, now: float) -> Budget:
    most = per_minute(site)
    return Budget(max(1, most // 2) if _is_slow(site, now) else most)


def _is_slow(site: Site, now: float) -> bool:
    return now < site.slow_until <= now + LONGEST_PENALTY + SLOW_SECONDS


def _is_another_s_turn(site: Site, asker: str, now: float, *, is_urgent: bool) -> bool:
    """Moments that lie too far ahead were written before our clock was set back."""
    if site.asker not in ("", asker) and now < site.asking_until <= now + ASKING_SECONDS:
        return not holders.is_gone(site.asker)
    return not is_urgent and now < site.urgent_until <= now + LONGEST_URGENCY


def _planned(site: Site, now: float) -> float:
    """The moment to which the budget is spent."""
    budget = _budget(site, now)
    furthest = budget.tolerance(is_urgent=True) + MOST_CHARGED * budget.interval
    if _is_slow(site, now):
        furthest += LONGEST_PENALTY
    return now if site.paced_until > now + furthest else max(site.paced_until, now)
