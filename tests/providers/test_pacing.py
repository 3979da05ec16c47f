import time
from datetime import UTC, datetime

import pytest
from django.db import OperationalError

from providers import holders, pacing
from providers.adapters.http import Answer
from providers.models import Site
from providers.pacing import Visit

pytestmark = pytest.mark.django_db

HOUR = 3600
DEFAULT, SMALL, TINY = 40, 8, 2
AT_ONCE, INTERVAL = 8, 62 / 33  # of the default budget


@pytest.fixture
def site():
    return Site.objects.create(kind="new_api", base_url="https://gateway.example")


@pytest.fixture
def clock(monkeypatch):
    """One that stands still, but for sleeps."""

    class Clock:
        now = time.time()

        def time(self):
            return self.now

        monotonic = time

        def sleep(self, seconds):
            self.now += seconds

    clock = Clock()
    monkeypatch.setattr(pacing, "time", clock)
    return clock


def visit(site, clock, **fields):
    return Visit(site.pk, sleep=clock.sleep, **fields)


def ask(visit, status=200, **headers):
    visit.before_request()
    now = datetime.now(UTC)
    visit.after_request(Answer(status=status, asked_at=now, answered_at=now, headers=headers))


def moments(clock, visits, count):
    found = []
    for number in range(count):
        ask(visits[number % len(visits)])
        found.append(clock.now)
    return found


@pytest.mark.parametrize("per_minute", [1, 2, 3, 5, 8, 40, 1000])
@pytest.mark.parametrize("is_urgent", [False, True])
def test_any_minute_holds_the_budget_and_no_more(site, clock, settings, per_minute, is_urgent):
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = per_minute
    visits = [visit(site, clock, is_urgent=is_urgent) for _ in range(3)]
    asked = moments(clock, visits, 3 * per_minute)
    fullest = max(sum(first <= at <= first + 60 for at in asked) for first in asked)
    assert fullest <= per_minute
    assert fullest >= per_minute * 0.8 - 1


def test_a_part_of_the_burst_is_kept_for_whom_a_person_waits(site, clock, settings):
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = DEFAULT
    for _ in range(20):
        ask(visit(site, clock))
    begun = clock.now
    for _ in range(AT_ONCE // 2):
        ask(visit(site, clock, is_urgent=True))
    assert clock.now == pytest.approx(begun, abs=0.001)


def test_nobody_goes_before_a_person_who_waits(site, clock, settings):
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = TINY
    ask(visit(site, clock))
    pacing.go_first(site.pk, wait := pacing.reserve(site.pk, "person", is_urgent=True))
    clock.sleep(wait)
    Site.objects.update(urgent_until=clock.now + 1)
    assert pacing.reserve(site.pk, "worker") == pacing.POLL_SECONDS
    assert pacing.reserve(site.pk, "person", is_urgent=True) == 0


def test_after_what_was_urgent_nobody_waits_for_the_next_question(site, clock):
    both = visit(site, clock)
    begun = clock.now
    with both.urgently():
        ask(both)
    ask(both)
    ask(visit(site, clock))
    assert clock.now == pytest.approx(begun, abs=0.001)


def test_but_another_person_is_still_waited_for(site, clock):
    both = visit(site, clock)
    with both.urgently():
        ask(both)
        clock.sleep(pacing.URGENT_SECONDS / 2)
        ask(visit(site, clock, is_urgent=True))
    assert pacing.reserve(site.pk, both.asker) == pacing.POLL_SECONDS


def test_one_asks_at_a_time(site, clock):
    first, second = visit(site, clock), visit(site, clock)
    first.before_request()
    assert pacing.reserve(site.pk, second.asker) == pacing.POLL_SECONDS
    assert pacing.reserve(site.pk, "person", is_urgent=True) == pacing.POLL_SECONDS
    first.after_request(None)
    assert pacing.reserve(site.pk, second.asker) == 0


def test_nobody_waits_for_an_asker_that_was_killed(site, clock):
    machine, pid, started, nonce = holders.new_holder().split("-")
    assert pacing.reserve(site.pk, f"{machine}-{pid}-{int(started) - 1}-{nonce}") == 0
    assert pacing.reserve(site.pk, "another") == 0


def test_nor_for_ever_for_one_of_another_machine(site, clock):
    assert pacing.reserve(site.pk, "of another machine") == 0
    clock.sleep(pacing.ASKING_SECONDS - 1)
    assert pacing.reserve(site.pk, "another") > 0
    clock.sleep(2)
    assert pacing.reserve(site.pk, "another") == 0


def test_what_is_held_is_given_back_though_the_database_was_locked():
    tries = []

    def give_back():
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("database is locked")

    pacing.insist(give_back)
    assert len(tries) == 2


def test_a_late_release_takes_nobody_s_turn(site, clock):
    first, second = visit(site, clock), visit(site, clock)
    first.before_request()
    clock.sleep(pacing.ASKING_SECONDS + 1)
    second.before_request()
    first.after_request(None)
    assert pacing.reserve(site.pk, "third") == pacing.POLL_SECONDS


def test_the_usual_wait_of_a_small_budget_is_waited_out(site, clock, settings):
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = SMALL
    begun = clock.now
    asked = moments(clock, [visit(site, clock, patience=1)], 3)
    assert asked[-1] - begun == pytest.approx(2 * 62 / 8)


def test_an_unusual_one_is_not(site, clock, settings):
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = SMALL
    pacing.penalise(site.pk, 30)
    with pytest.raises(pacing.BudgetSpent) as caught:
        ask(visit(site, clock))
    assert 29 < caught.value.seconds < 31


def test_a_person_is_answered_in_time(site, clock, settings):
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = SMALL
    impatient = visit(site, clock, is_urgent=True, gives_up_at=clock.now + 20)
    with pytest.raises(pacing.BudgetSpent):
        moments(clock, [impatient], 10)
    assert clock.now <= impatient.gives_up_at


@pytest.mark.parametrize(("told", "wait"), [("17", 17), ("", 180), ("soon", 180)])
def test_after_a_429_nothing_is_asked_for_as_long_as_the_site_said(site, clock, told, wait):
    ask(visit(site, clock), status=429, **{"retry-after": told})
    assert pacing.reserve(site.pk, "another", is_urgent=True) == pytest.approx(wait)
    clock.sleep(wait)
    assert pacing.reserve(site.pk, "another", is_urgent=True) == 0


def test_then_half_as_much_for_an_hour(site, clock, settings):
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = DEFAULT
    ask(visit(site, clock), status=429)
    patient = visit(site, clock, patience=HOUR)
    asked = moments(clock, [patient], 100)
    fullest = max(sum(first <= at <= first + 60 for at in asked) for first in asked)
    assert DEFAULT / 2 - 3 <= fullest <= DEFAULT / 2
    clock.sleep(HOUR)
    assert pacing.usual_wait(site.pk) == pytest.approx(INTERVAL)


def test_what_was_asked_before_the_site_was_known_counts(site, clock, settings):
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = DEFAULT
    pacing.charge(site, 4)
    clock.sleep(0.001)
    free = 0
    while pacing.reserve(site.pk, "one", is_urgent=True) == 0:
        free += 1
    assert free == AT_ONCE - 4


def test_a_clock_that_was_set_back_stops_nobody(site, clock):
    visit(site, clock).before_request()
    pacing.go_first(site.pk, 10)
    clock.sleep(-HOUR)
    assert pacing.reserve(site.pk, "another") == 0


def test_nor_does_it_end_a_penalty(site, clock):
    pacing.penalise(site.pk, None)
    clock.sleep(-10)
    assert pacing.reserve(site.pk, "another") == pytest.approx(190, abs=30)
