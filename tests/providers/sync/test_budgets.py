"""Small and large budgets, on a clock that does not wait."""

import math
import time
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from providers import leases, names, pacing
from providers.models import Feed, UsageLog, Window
from providers.sync import conductor
from tests.providers.sync.mirrors import make_mirror
from tests.upstream import World, start_double

pytestmark = pytest.mark.django_db

HOUR, DAY = 3600, 86400
LIST, PAGE = "/api/log/self", 100
LIFTED = 1_000_000
ROWS = 3000


class Clock:
    """Of the leases: sleeping takes no time, but is remembered."""

    def __init__(self):
        self.sleeps = []

    def time(self):
        return time.time() + sum(seconds for _, seconds in self.sleeps)

    monotonic = time

    def sleep(self, seconds):
        self.sleeps.append((time.time(), seconds))

    def moment_of(self, entry):
        """When the site was asked, by this clock."""
        asked = entry["started_at"]
        return asked + sum(seconds for slept_at, seconds in self.sleeps if slept_at <= asked)


@pytest.fixture
def clock(settings, monkeypatch):
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    names.forget()
    clock = Clock()
    for module in (leases, pacing, conductor):
        monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(leases, "Visit", partial(pacing.Visit, sleep=clock.sleep))
    return clock


@pytest.fixture
def mirror_of():
    doubles = []

    def start(history):
        doubles.append(start_double(world=World().add(history)))
        return make_mirror(doubles[-1])

    yield start
    for double in doubles:
        double.stop()


def rows(count, *, within, newest=120):
    end = int(time.time()) - newest
    return [
        {"user_id": 2, "username": "lab", "created_at": end - place * within // count, "quota": 1}
        for place in reversed(range(count))
    ]


def work_until_done(mirror, clock):
    """Turns as a worker takes them. The longest of them, by the clock."""
    longest = 0
    for _ in range(1000):
        begun = clock.time()
        rest = conductor.work_at(mirror.connection.site_id)
        longest = max(longest, clock.time() - begun)
        if rest is None:
            return longest
        clock.sleep(rest)
    raise AssertionError("it does not come to an end")


def most_in_a_minute(moments):
    return max(sum(first <= moment < first + 60 for moment in moments) for first in moments)


@pytest.mark.parametrize("per_minute", [2, 5, 40, LIFTED])
def test_a_history_is_read_within_the_budget(mirror_of, clock, settings, per_minute):
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = per_minute
    mirror = mirror_of(rows(ROWS, within=10 * DAY))
    longest = work_until_done(mirror, clock)
    assert mirror.rows() == mirror.truth()
    assert set(mirror.windows()) == {("verified", "")}
    assert longest < settings.CELERY_TASK_SOFT_TIME_LIMIT
    asked = mirror.double.requests()
    moments = [clock.moment_of(entry) for entry in asked]
    assert most_in_a_minute(moments) <= per_minute
    is_idle = moments[-1] - moments[0] > len(moments) * pacing.Budget(per_minute).interval + 30
    assert not is_idle
    assert len(mirror.double.requests(LIST)) <= 1.6 * ROWS / PAGE
    assert len(asked) <= 2.6 * ROWS / PAGE


@pytest.mark.parametrize("per_minute", [2, 5, 40, LIFTED])
@pytest.mark.parametrize("count", [0, 250])
def test_new_rows_cost_a_request_for_each_page(mirror_of, clock, settings, per_minute, count):
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = per_minute
    mirror = mirror_of(rows(300, within=HOUR))
    work_until_done(mirror, clock)
    mirror.double.forget_requests()
    mirror.double.append(2, rows(count, within=20, newest=10))
    Feed.objects.update(sync_asked_at=timezone.now())
    work_until_done(mirror, clock)
    assert UsageLog.objects.count() == 300 + count
    assert len(mirror.double.requests()) <= 3 + math.ceil(count / PAGE)


def test_a_burst_beyond_one_turn_is_left_to_the_backfill(mirror_of, clock, settings):
    """Else the tail would be broken off by the time limit of tasks, and begun again for ever."""
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 5
    mirror = mirror_of(rows(6000, within=HOUR, newest=10))
    longest = work_until_done(mirror, clock)
    assert longest < settings.CELERY_TASK_SOFT_TIME_LIMIT
    assert mirror.rows() == mirror.truth()
    assert set(mirror.windows()) == {("verified", "")}
    assert not mirror.feed.has_gaps


def test_a_late_row_of_a_busy_hour_is_found_in_few_requests(mirror_of, clock, settings):
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = LIFTED
    mirror = mirror_of(rows(6000, within=HOUR, newest=70))
    work_until_done(mirror, clock)
    mirror.double.append(2, [*rows(1, within=1, newest=2000), *rows(120, within=30, newest=10)])
    mirror.double.forget_requests()
    Feed.objects.update(sync_asked_at=timezone.now())
    work_until_done(mirror, clock)
    assert mirror.rows() == mirror.truth()
    assert len(mirror.double.requests(LIST)) < 6000 / PAGE


def test_a_busy_hour_that_differs_is_read_where_it_does(mirror_of, clock, settings):
    """A statistic that goes wrong once: nothing is too large to be looked at again."""
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = LIFTED
    mirror = mirror_of(rows(5000, within=HOUR, newest=70))
    work_until_done(mirror, clock)
    mirror.double.fault("stat_off", path="/api/log/self/stat", by=7, times=1)
    Feed.objects.update(sync_asked_at=timezone.now())
    work_until_done(mirror, clock)
    assert set(mirror.windows()) == {("verified", "")}
    assert mirror.connection.error_code == ""


def test_a_busy_window_that_differs_a_day_later_is_halved(mirror_of, clock, settings):
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = LIFTED
    mirror = mirror_of(rows(5000, within=HOUR, newest=70))
    work_until_done(mirror, clock)
    mirror.double.append(2, rows(1, within=1, newest=2000))
    Window.objects.update(checked_at=timezone.now() - timedelta(days=2))
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 5
    longest = work_until_done(mirror, clock)
    assert longest < settings.CELERY_TASK_SOFT_TIME_LIMIT
    assert mirror.rows() == mirror.truth()
    assert set(mirror.windows()) == {("verified", "")}
    assert not Window.objects.filter(checked_at__lt=timezone.now() - timedelta(days=1)).exists()
