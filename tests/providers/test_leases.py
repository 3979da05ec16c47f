import time

import pytest

from providers import holders, leases
from providers.models import Site

pytestmark = pytest.mark.django_db

SMALL = 8  # a minute: one at once, then one in 7.8 seconds


@pytest.fixture
def site():
    return Site.objects.create(kind="new_api", base_url="https://gateway.example")


def make_lease(site, slept=None, **fields):
    """Sleeping takes no time, and the budget is free again after it."""

    def sleep(seconds):
        slept.append(seconds)
        Site.objects.update(paced_until=0)

    return leases.Lease(site.pk, sleep=sleep, **fields)


def gone_holder():
    machine, pid, started, nonce = holders.new_holder().split("-")
    return f"{machine}-{pid}-{int(started) - 1}-{nonce}"


def hold_by(holder):
    Site.objects.update(lease_holder=holder, lease_until=time.time() + 60)


def test_nobody_waits_for_a_killed_process(site):
    hold_by(gone_holder())
    assert leases.Lease(site.pk).take()


@pytest.mark.parametrize(
    "holder", ["of another machine", holders.new_holder()], ids=["elsewhere", "alive"]
)
def test_all_others_keep_their_lease(site, holder):
    hold_by(holder)
    assert not leases.Lease(site.pk).take()


def test_a_lost_lease_is_not_taken_back(site):
    lease = leases.Lease(site.pk)
    assert lease.take()
    hold_by(gone_holder())
    with pytest.raises(leases.LeaseLost):
        lease.before_request()


def test_the_usual_wait_of_a_small_budget_is_waited_out(site, settings):
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = SMALL
    Site.objects.update(paced_until=time.time() + 7)
    slept = []
    make_lease(site, slept).before_request()
    assert len(slept) == 1


def test_an_unusual_one_ends_the_turn(site, settings):
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = SMALL
    Site.objects.update(paced_until=time.time() + 180)
    with pytest.raises(leases.BudgetSpent):
        make_lease(site).before_request()


def test_others_pass_before_a_request_and_after_each_wait_but_not_between_theirs(site):
    lease, passed = make_lease(site, slept := []), []

    def pass_by():
        passed.append(len(slept))
        lease.before_request()

    lease.give_way = pass_by
    lease.before_request()
    assert passed == [0]
    Site.objects.update(paced_until=time.time() + 14)
    lease.patience = 60
    lease.before_request()
    assert passed == [0, 0]


def test_what_was_asked_before_the_site_was_known_counts(site, settings):
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 40
    leases.charge(site, 4)
    free = 0
    while leases.reserve(site.pk) == 0:
        free += 1
    assert free == 4
