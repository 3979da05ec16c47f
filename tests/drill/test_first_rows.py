"""Seconds from saving a connection to its first rows, with the default budget and workers."""

from datetime import UTC, datetime

import pytest

from tests.drill.histories import DAY, KEEPER, history
from tests.installation import wait

pytestmark = pytest.mark.real

ROWS = 20_000
WITHIN = 5
GIVES_UP_AFTER = 60
BURST = 8  # requests at once; then one in 1.9 s
# The third site finds both workers busy with the histories of the others.
SITES = {
    "quiet for days": {"days": 90, "newest": 3 * DAY},
    "steady": {"days": 90},
    "a storm": {"days": 1 / 12},
}


@pytest.fixture
def installation(install):
    return install(TOLLBOOK_WORKERS="2")


def seconds_to_rows(installation, name):
    rows = (
        "SELECT count(*) FROM providers_usagelog WHERE feed_id ="
        f" (SELECT feed_id FROM providers_connection WHERE name = '{name}')"
    )
    wait(lambda: installation.query(rows)[0][0], GIVES_UP_AFTER, installation.log)
    seen = datetime.now(UTC)
    saved = installation.query(
        f"SELECT created_at FROM providers_connection WHERE name = '{name}'"
    )[0][0]
    if isinstance(saved, str):  # SQLite
        saved = datetime.fromisoformat(saved).replace(tzinfo=UTC)
    return (seen - saved).total_seconds()


def test_they_come_within_seconds(installation, upstream):
    admin = installation.first_admin()
    took = {}
    for name, shape in SITES.items():
        double = upstream(history(ROWS, **shape))
        admin.add_connection(double, name=name)
        took[name] = seconds_to_rows(installation, name)
    print(took)
    assert max(took.values()) < WITHIN


def test_they_come_before_the_history_of_another_account(installation, upstream, tmp_path):
    """At the same site, whose budget is spent; and from the command line."""
    keeper = history(ROWS, days=90, newest=3 * DAY, user_id=KEEPER, username="keeper")
    double = upstream([*history(ROWS, days=10), *keeper])
    installation.first_admin().add_connection(double, name="first")
    wait(lambda: len(double.requests()) > BURST + 2, GIVES_UP_AFTER, installation.log)
    secret = tmp_path / "secret"
    secret.write_text(double.token("keeper"))
    words = ["--owner", "root@example.com", "--url", double.url, "--user-id", KEEPER]
    installation.ask("connection_add", *words, "--secret-file", secret, "--name", "second")
    took = seconds_to_rows(installation, "second")
    print(took)
    assert took < WITHIN
