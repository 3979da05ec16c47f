import time

import pytest

from providers import holders, leases
from providers.models import Site
from providers.pacing import Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return Site.objects.create(kind="new_api", base_url="https://gateway.example")


def make_lease(site, **fields):
    return leases.Lease(Visit(site.pk, **fields))


def gone_holder():
    machine, pid, started, nonce = holders.new_holder().split("-")
    return f"{machine}-{pid}-{int(started) - 1}-{nonce}"


def hold_by(holder):
    Site.objects.update(lease_holder=holder, lease_until=time.time() + 60)


def test_nobody_waits_for_a_killed_process(site):
    hold_by(gone_holder())
    assert make_lease(site).take()


@pytest.mark.parametrize(
    "holder", ["of another machine", holders.new_holder()], ids=["elsewhere", "alive"]
)
def test_all_others_keep_their_lease(site, holder):
    hold_by(holder)
    assert not make_lease(site).take()


def test_a_lost_lease_is_not_taken_back(site):
    lease = make_lease(site)
    assert lease.take()
    hold_by(gone_holder())
    with pytest.raises(leases.LeaseLost):
        lease.before_request()


def test_another_one_may_have_it_after_a_release(site):
    first, second = make_lease(site), make_lease(site)
    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()


def test_one_from_before_the_clock_was_set_back_is_free(site):
    Site.objects.update(lease_holder="of another machine", lease_until=time.time() + 3600)
    assert make_lease(site).take()


def test_others_pass_before_a_request_and_after_each_wait_but_not_between_theirs(site):
    slept, passed = [], []

    def sleep(seconds):
        """Takes no time, and the budget is free again after it."""
        slept.append(seconds)
        Site.objects.update(paced_until=0)

    lease = make_lease(site, sleep=sleep, patience=60)

    def pass_by():
        passed.append(len(slept))
        lease.before_request()
        lease.after_request(None)

    lease.give_way = pass_by
    lease.before_request()
    lease.after_request(None)
    assert passed == [0]
    Site.objects.update(paced_until=time.time() + 14)
    lease.before_request()
    assert passed == [0, 0]
