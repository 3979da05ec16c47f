import time

import pytest

from providers import names
from providers.models import Site, UsageLog
from providers.sync import conductor, plan
from tests.providers.sync.mirrors import make_mirror
from tests.upstream import World, start_double

pytestmark = pytest.mark.django_db

LIST = "/api/log/self"
HOUR, DAY = 3600, 86400


@pytest.fixture(autouse=True)
def _installation(settings):
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 1_000_000
    names.forget()


def rows(count, *, within, newest=10):
    now = int(time.time())
    return [
        {"user_id": 2, "username": "lab", "created_at": now - newest - place * within // count}
        for place in reversed(range(count))
    ]


@pytest.fixture
def mirror_of():
    doubles = []

    def start(history):
        doubles.append(start_double(world=World().add(history)))
        return make_mirror(doubles[-1])

    yield start
    for double in doubles:
        double.stop()


@pytest.mark.parametrize(
    ("history", "least"),
    [
        (rows(6000, within=HOUR), 50),
        (rows(6000, within=90 * DAY), 50),
        (rows(300, within=DAY, newest=30 * DAY), 50),
        (rows(3, within=DAY, newest=30 * DAY), 1),
        (rows(1500, within=1), 0),
    ],
)
def test_two_requests_bring_the_newest_rows_of_a_new_feed(mirror_of, history, least):
    mirror = mirror_of(history)
    mirror.double.fault("status", path=LIST, status=502, skip=2)
    mirror.sync(turns=1)
    assert UsageLog.objects.count() >= least
    mirror.double.clear_faults()
    mirror.sync()
    assert mirror.rows() == mirror.truth()
    assert set(mirror.windows()) == {("verified", "")}


def test_waiting_for_the_budget_is_not_slowness_of_the_site(mirror_of, settings, monkeypatch):
    """Else a small budget would narrow the windows down to seconds."""
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 240  # one in 0.3 s, once the burst is spent
    monkeypatch.setattr(plan, "SLOW_SECONDS", 0.2)
    mirror = mirror_of(rows(300, within=10 * DAY))
    Site.objects.update(paced_until=time.time() + 7)
    conductor.work_at(mirror.connection.site_id, seconds=4)
    assert mirror.feed.backfill_width > plan.FIRST_WIDTH
