"""Short forms of what else the drill does: afterwards nothing is wrong."""

import os

import pytest

from tests.drill import troubles

pytestmark = pytest.mark.real

LOCKED_SECONDS = 22  # longer than ours wait for the database
FULL_SECONDS = 5


@pytest.fixture
def small_disk(tmp_path):
    if "DATABASE_URL" in os.environ:
        pytest.skip("the database is elsewhere")
    with troubles.small_disk(tmp_path / "data") as is_small:
        if not is_small:
            pytest.skip("this user may not mount a small disk")
        yield


def test_a_full_disk_is_got_over(small_disk, drill):
    troubles.fill_disk(drill, FULL_SECONDS)
    assert drill.wrongs() == []


def test_so_are_a_locked_database_a_new_broker_and_a_clock_that_is_set(drill):
    troubles.lock_database(drill, LOCKED_SECONDS)
    if "broker" in drill.living():
        troubles.restart_broker(drill)
    troubles.set_clock_of_site(drill)
    assert drill.wrongs() == []
