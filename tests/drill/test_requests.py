"""What a site sees of us, by the default budget: 40 requests in any minute, 8 of them at once."""

import math
import time
from collections import Counter
from itertools import combinations, pairwise

import pytest

from tests.drill.histories import LAB, history
from tests.installation import wait

pytestmark = pytest.mark.real

UNLIMITED = "1000000"
BURST, INTERVAL = 8, 62 / 33
WATCHED_SECONDS = 8
SLACK_SECONDS = 0.25  # between our leave to ask and the site's clock
MORE_THAN_A_BURST = 12
ANSWERS_WITHIN = 6
PAUSE, PAGE = 5, 100
READABLE_AFTER = 3  # seconds; the youngest are left to the next sync
STATUS, HOURLY = "/api/status", "/api/data/self"
IDLE = Counter(["/api/log/self", "/api/log/self/stat", "/api/user/self"])


def most_allowed(seconds):
    return BURST + (seconds + SLACK_SECONDS) / INTERVAL


def test_the_budget_is_kept_by_all_together(install, upstream):
    """Two workers, a command beside them that does the same, and then a test of a connection."""
    installation = install(TOLLBOOK_WORKERS="2")
    double = upstream(history(20_000, days=30))
    double.fault("drip", path="/api/*", size=1000, pause=0.05)
    admin = installation.first_admin()
    admin.add_connection(double)
    command = installation.started_command("sync", "--wait")
    time.sleep(WATCHED_SECONDS)
    admin.add_connection(double, wish="test")
    command.kill()
    command.wait()

    asked = double.requests()
    moments = [entry["started_at"] for entry in asked]
    print(len(asked), "requests in", moments[-1] - moments[0], "seconds")
    assert double.most_at_once() == 1
    assert len(asked) > most_allowed(moments[-1] - moments[0]) - 3  # nor was it idle
    for (first, begin), (last, end) in combinations(enumerate(moments), 2):
        assert last - first + 1 <= most_allowed(end - begin), (first, last, moments)


def test_it_only_reads_one_at_a_time(install, upstream):
    installation = install(TOLLBOOK_SITE_REQUESTS_PER_MINUTE=UNLIMITED, TOLLBOOK_WORKERS="2")
    double = upstream(history(20_000, days=30))
    double.fault("drip", path="/api/*", size=1000, pause=0.03)
    installation.first_admin().add_connection(double)
    commands = [installation.started_command("sync", "--wait") for _ in range(2)]
    time.sleep(WATCHED_SECONDS)
    at_once, asked = double.most_at_once(), double.requests()
    assert all(command.poll() is None for command in commands)
    for command in commands:
        command.kill()
        command.wait()
    assert len(asked) > 20
    assert at_once == 1
    assert {entry["method"] for entry in asked} == {"GET"}
    assert "/api/user/token" not in {entry["path"] for entry in asked}


@pytest.mark.parametrize("budget", ["40", UNLIMITED], ids=["default", "unlimited"])
def test_a_test_is_answered_within_seconds_beside_a_backfill(install, upstream, budget):
    installation = install(TOLLBOOK_SITE_REQUESTS_PER_MINUTE=budget)
    double = upstream(history(20_000, days=30))
    double.fault("drip", path="/api/*", size=100_000, pause=0.2)
    admin = installation.first_admin()
    admin.add_connection(double)
    wait(lambda: len(double.requests()) > MORE_THAN_A_BURST, 30, installation.log)
    before = len(double.requests())
    begun = time.monotonic()
    page = admin.add_connection(double, wish="test")
    took = time.monotonic() - begun
    asked = double.requests()[before:]
    print(took, [entry["path"] for entry in asked])
    assert "lab (2)" in page.text
    assert took < ANSWERS_WITHIN
    assert double.most_at_once() == 1


def test_a_site_that_asks_to_slow_down_is_left_alone_and_then_asked_half_as_often(
    install, upstream
):
    installation = install()
    double = upstream(history(20_000, days=30))
    double.fault("status", status=429, retry_after=PAUSE, times=1, skip=10)
    admin = installation.first_admin()
    admin.add_connection(double)
    wait(lambda: any(map(is_429, double.requests())), 30, installation.log)
    admin.add_connection(double, wish="test")  # nor may a person's
    wait(lambda: len(after_429(double)) > 4, 90, installation.log)
    moments = after_429(double)
    print([moment - moments[0] for moment in moments])
    assert moments[1] - moments[0] >= PAUSE - SLACK_SECONDS
    half = [second - first for first, second in pairwise(moments[2:])]
    assert min(half) > 1.5 * INTERVAL


def is_429(entry):
    return entry["status"] == 429


def after_429(double):
    """When it was asked, from the refusal on."""
    asked = double.requests()
    first = next(place for place, entry in enumerate(asked) if is_429(entry))
    return [entry["started_at"] for entry in asked[first:]]


@pytest.fixture
def steady(install, upstream):
    """A connection whose history is read, and what its next sync costs."""
    installation = install(
        TOLLBOOK_SITE_REQUESTS_PER_MINUTE=UNLIMITED, TOLLBOOK_SYNC_SECONDS="3600"
    )
    double = upstream(history(100, days=30, newest=60))
    installation.first_admin().add_connection(double)
    assert installation.ask("sync", "--wait")["ok"]

    def sync():
        double.forget_requests()
        assert installation.ask("sync", "--wait")["ok"]
        return Counter(entry["path"] for entry in double.requests())

    return installation, double, sync


def test_a_steady_sync_costs_three_and_a_page_for_each_hundred_rows(steady):
    installation, double, sync = steady
    assert sync() == IDLE
    for count in (1, 250):
        double.append(LAB, [{"quota": number} for number in range(count)])
        time.sleep(READABLE_AFTER)
        assert sync().total() <= IDLE.total() + math.ceil(count / PAGE)
    assert mirrored_count(installation) == 351
    assert sync() == IDLE


def test_status_and_hourly_data_are_asked_once_an_hour(steady):
    installation, _, sync = steady
    moved = {"providers_site": "facts_read_at", "providers_feed": "hourly_read_at"}
    for table, column in moved.items():
        installation.change(f"UPDATE {table} SET {column} = '2026-01-01 00:00:00+00:00'")
    assert sync() == IDLE + Counter([STATUS, HOURLY])
    assert sync() == IDLE


def mirrored_count(installation):
    return installation.query("SELECT count(*) FROM providers_usagelog")[0][0]
