"""Clocks that go wrong or are set: the site's, and ours.

Ours is set by moving what was written with it the other way.
"""

import time
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from providers import names
from providers.models import Connection, Feed, Site, Window
from providers.sync import conductor
from tests.providers.sync.mirrors import make_mirror
from tests.upstream import World, start_double

pytestmark = pytest.mark.django_db

HOUR, DAY = 3600, 86400
UNREADABLE = 3  # the youngest seconds are left alone
STEPS = [-DAY, -3 * HOUR, -HOUR // 2, HOUR // 2, 3 * HOUR, DAY]


@pytest.fixture
def mirror(settings):
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 1_000_000
    names.forget()
    now = int(time.time())
    rows = [
        {"user_id": 2, "username": "lab", "created_at": now - place * 400, "quota": place % 7}
        for place in reversed(range(1, 600))
    ]
    with start_double(world=World().add(rows)) as double:
        mirror = make_mirror(double)
        mirror.sync()
        yield mirror


def set_our_clock(step):
    """Tick and step are the same to everything but what was remembered."""
    moved = timedelta(seconds=-step)
    Site.objects.update(
        **{
            name: F(name) - step
            for name in ("paced_until", "slow_until", "lease_until", "asking_until", "urgent_until")
        },
        clock_offset_seconds=F("clock_offset_seconds") + step,
        facts_read_at=F("facts_read_at") + moved,
    )
    for name in ("read_at", "stepped_at", "hourly_read_at"):
        Feed.objects.update(**{name: F(name) + moved})
    Connection.objects.filter(retry_at__isnull=False).update(retry_at=F("retry_at") + moved)


def arrive(mirror, offset=0, count=3):
    site_now = int(time.time()) + offset
    rows = [{"created_at": site_now - UNREADABLE, "quota": 5}] * count
    mirror.double.append(2, rows)


def assert_right(mirror):
    """Every window says of its seconds what is true."""
    site_now = time.time() + mirror.connection.site.clock_offset_seconds
    settled = [row for row in mirror.double.truth(2) if row["created_at"] < site_now - 60]
    for window in Window.objects.filter(feed=mirror.feed):
        inside = range(int(window.since.timestamp()), int(window.until.timestamp()))
        assert window.rows == sum(row["created_at"] in inside for row in settled), window
        assert inside.stop <= site_now
    assert mirror.rows() == mirror.truth()


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_our_clock_is_noticed_at_once(mirror, step):
    set_our_clock(step)
    mirror.connection.refresh_from_db()
    assert conductor.is_due(mirror.connection.site, timezone.now()) or step == -HOUR // 2
    arrive(mirror)
    mirror.sync()
    mirror.connection.site.refresh_from_db()
    assert abs(mirror.connection.site.clock_offset_seconds) < 5
    assert_right(mirror)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_the_site_s_clock_and_back_loses_nothing(mirror, step):
    for offset in (step, 0):
        mirror.double.set_clock(offset=offset)
        arrive(mirror, offset)
        mirror.sync()
        mirror.connection.site.refresh_from_db()
        assert_right(mirror)
    assert mirror.connection.error_code == ""


def test_an_answer_that_tells_another_time_costs_one_request_more(mirror):
    Site.objects.update(clock_offset_seconds=HOUR)
    mirror.double.forget_requests()
    mirror.sync()
    assert len(mirror.double.requests()) == 4
    mirror.double.forget_requests()
    mirror.sync()
    assert len(mirror.double.requests()) == 3


def test_no_rest_lasts_longer_because_the_clock_was_set_back(mirror):
    mirror.connection.record_failure("unavailable", "", False, timezone.now() + timedelta(hours=9))
    assert Connection.objects.lending(timezone.now()).exists()
    mirror.connection.record_failure("unavailable", "", False, timezone.now())
    assert not Connection.objects.lending(timezone.now()).exists()
