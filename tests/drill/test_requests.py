"""What a site sees of us, by the default budget: 40 requests in any minute, 8 of them at once."""

import time
from itertools import combinations

import pytest

from tests.drill.histories import history

pytestmark = pytest.mark.real

UNLIMITED = "1000000"
BURST, INTERVAL = 8, 62 / 33
WATCHED_SECONDS = 8
SLACK_SECONDS = 0.25  # between our leave to ask and the site's clock
LIST, STATISTIC, ACCOUNT = "/api/log/self", "/api/log/self/stat", "/api/user/self"


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


def test_an_idle_connection_costs_three(install, upstream):
    installation = install(TOLLBOOK_SITE_REQUESTS_PER_MINUTE=UNLIMITED)
    double = upstream(history(100, days=30, newest=60))
    installation.first_admin().add_connection(double)
    assert installation.ask("sync", "--wait")["ok"]
    double.forget_requests()
    assert installation.ask("sync", "--wait")["ok"]
    assert [entry["path"] for entry in double.requests()] == [LIST, STATISTIC, ACCOUNT]
