"""The page of the installation's state."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import now

from dashboard import queue, storage, system
from providers.models import SyncRun
from providers.sync import conductor
from tests.dashboard.watching import sign_in
from tests.factories import make_user
from tests.factories_usage import make_connection, make_feed, make_log, make_window

pytestmark = pytest.mark.django_db
URL = "/system/"
DEAD = "redis://127.0.0.1:1/0"


@pytest.fixture
def admin():
    return sign_in("mira", role="admin")


@pytest.fixture(autouse=True)
def _no_broker(settings):
    settings.REDIS_URL = DEAD


def make_run(site, ago=0, **fields):
    fields = {"seconds": 1.5, "requests": 3, "outcome": "done"} | fields
    return SyncRun.objects.create(site=site, began_at=now() - timedelta(seconds=ago), **fields)


def text_of(client):
    return client.get(URL).content.decode()


def test_an_empty_installation(admin):
    text = text_of(admin)
    assert "No site is connected" in text
    assert "The queue does not answer: nothing is read" in text
    assert "does not answer" in text


def test_what_the_workers_did(admin):
    connection = make_connection(make_user("lin"))
    make_run(connection.site, ago=60)
    make_run(connection.site, requests=4, outcome="budget")
    make_run(connection.site, ago=2 * 86400, requests=100)
    (line,) = system.system(now()).sites
    assert (line.runs, line.requests, line.connections) == (2, 7, 1)
    assert "budget was spent" in text_of(admin)


def test_who_is_behind(settings):
    settings.TOLLBOOK_SYNC_SECONDS = 300
    make_connection(make_user("lin"), make_feed(read_at=now() - timedelta(hours=3)), sealed="x")
    make_connection(make_user("bo"), make_feed(read_at=now()), sealed="x")
    late, fresh = sorted(
        system.system(now()).sites, key=lambda line: line.late or timedelta(0), reverse=True
    )
    assert late.late > timedelta(hours=2)
    assert fresh.late is None


def test_windows_feeds_and_what_waits():
    moment = now()
    feed = make_feed(waits_for_person="renders_differently", has_gaps=False)
    make_window(feed, moment - timedelta(hours=2), moment - timedelta(hours=1))
    make_window(feed, moment - timedelta(hours=1), moment, state="differs")
    state = system.system(moment)
    assert [(name, count) for name, _, count in state.windows] == [("differs", 1), ("verified", 1)]
    assert (state.feeds, state.with_gaps, state.waiting_for_person) == (1, 0, 1)


def test_how_large_the_database_is_and_how_it_grows():
    feed = make_feed()
    for days in (0, 10, 29, 40):
        make_log(feed, time=now() - timedelta(days=days))
    size = storage.size(now().date())
    assert size.rows == 4
    assert size.rows_a_day == 0.1
    assert size.bytes_a_row == size.database // 4


def test_when_the_disk_is_full():
    size = storage.Size(database=1000, rows=10, rows_a_day=2, free=2000, disk=4000)
    assert (size.bytes_a_row, size.bytes_a_day, size.days_left) == (100, 200, 10)
    roomy = storage.Size(database=1000, rows=10, rows_a_day=2, free=10**9, disk=10**9)
    assert roomy.days_left is None
    empty = storage.Size(database=1000, rows=0, rows_a_day=0, free=2000, disk=4000)
    assert (empty.bytes_a_row, empty.days_left) == (None, None)


@pytest.mark.parametrize(
    ("info", "words"),
    [
        ({"maxmemory_policy": "allkeys-lru", "aof_enabled": 1}, ["throws messages away"]),
        ({"maxmemory_policy": "noeviction", "aof_enabled": 0}, ["keeps nothing on disk"]),
        ({"maxmemory_policy": "noeviction", "aof_enabled": 1}, []),
    ],
)
def test_a_broker_that_forgets(monkeypatch, info, words):
    monkeypatch.setattr(queue, "info", lambda: info)
    told = [fault.what for fault in storage.faults() if "broker" in fault.what]
    assert len(told) == len(words)
    assert all(word in fault for word, fault in zip(words, told, strict=True))


def test_a_disk_that_is_nearly_full(monkeypatch):
    usage = type("Usage", (), {"free": 5, "total": 100, "used": 95})
    monkeypatch.setattr(storage.shutil, "disk_usage", lambda _: usage)
    assert any("Only 5 % of the disk" in fault.what for fault in storage.faults())


def test_pages_that_can_be_reached_without_tls(settings):
    settings.DEBUG = True
    settings.BIND = type(settings.BIND)("0.0.0.0", 8000)
    told = [fault.what for fault in storage.faults()]
    assert any("DEBUG" in fault for fault in told)
    assert any("without TLS" in fault for fault in told)


def test_workers_are_asked_apart(admin):
    assert "Ask who is there" in text_of(admin)
    assert "none answered" in admin.get("/system/workers/").content.decode()


def test_it_costs_as_many_queries_with_many_sites(admin, django_assert_max_num_queries):
    for number in range(6):
        make_run(make_connection(make_user(f"p{number}")).site)
    with django_assert_max_num_queries(26):
        admin.get(URL)


def test_a_turn_without_a_question_is_no_run():
    connection = make_connection(make_user("lin"), state="paused")
    conductor.work_at(connection.site_id)
    assert not SyncRun.objects.exists()


def test_days_are_business_days():
    assert storage.size(date(2026, 1, 1)).rows_a_day == 0
