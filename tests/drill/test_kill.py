"""kill -9 of every part during a backfill, then of all at once: the same end state."""

import pytest

from tests.drill.histories import history, mirrored, truth
from tests.installation import wait

pytestmark = pytest.mark.real

ROWS = 6000
GROWS_WITHIN = 60  # a killed worker's message may wait for the scheduler's next tick
ROLLUPS = {
    "providers_modelday": "feed_id, day, type, user_id, model_id",
    "providers_keyday": "feed_id, day, type, user_id, key_id",
}


def row_count(installation):
    return installation.query("SELECT count(*) FROM providers_usagelog")[0][0]


def wait_for_rows(installation, more):
    """The backfill goes on, and is not over before the next blow falls."""
    before = row_count(installation)
    wait(lambda: row_count(installation) >= before + more, GROWS_WITHIN, installation.log)
    assert row_count(installation) < ROWS


def rollups(installation):
    """Without their ids."""
    return {
        name: [row[1:] for row in installation.query(f"SELECT * FROM {name} ORDER BY {key}")]
        for name, key in ROLLUPS.items()
    }


def test_nothing_is_lost_or_doubled(install, upstream):
    double = upstream(history(ROWS, days=20, newest=600))
    double.fault("drip", path="/api/log/self", size=1000, pause=0.05)
    installation = install(TOLLBOOK_SITE_REQUESTS_PER_MINUTE="1000000")
    installation.first_admin().add_connection(double)
    for name in sorted(installation.pids()):
        wait_for_rows(installation, 300)
        installation.kill(name)
    wait(installation.is_well, 30, installation.log)
    wait_for_rows(installation, 300)
    installation.kill_everything()
    assert row_count(installation) < ROWS
    double.clear_faults()

    installation.started()
    answer = installation.ask("sync", "--wait", "--strict", timeout=120)
    connection = answer["connections"][0]
    assert connection["windows"].keys() == {"verified"}
    assert mirrored(installation.exported(connection["id"])) == truth(double)
    before = rollups(installation)
    installation.ask("rebuild_rollups")
    assert rollups(installation) == before
