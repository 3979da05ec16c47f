"""The crash drill in its short form: a few blows while rows keep coming, and nothing is wrong."""

import pytest

from tests.drill.crashes import ALL, Drill
from tests.drill.upstreams import KINDS
from tests.installation import wait

pytestmark = pytest.mark.real

ROWS, PER_SECOND = 4000, 20
SEED = 20
GROWS_WITHIN = 60  # a killed worker's message may wait for the scheduler's next tick


@pytest.fixture(params=KINDS.values(), ids=KINDS.keys())
def upstream_of_kind(request):
    upstream = request.param(rows=ROWS)
    yield upstream
    upstream.stop()


@pytest.fixture
def drill(install, upstream_of_kind):
    installation = install(TOLLBOOK_SITE_REQUESTS_PER_MINUTE="1000000", TOLLBOOK_SYNC_SECONDS="5")
    drill = Drill(installation, upstream_of_kind, seed=SEED)
    upstream_of_kind.be_slow(0.1)
    drill.connect()
    upstream_of_kind.grow(PER_SECOND)
    return drill


def test_nothing_is_lost_or_doubled(drill):
    """Each part once, in the midst of work; then all at once."""
    for name in sorted(drill.living()):
        wait_for_rows(drill)
        drill.strike(name)
    wait_for_rows(drill)
    drill.strike(ALL)
    assert drill.wrongs() == []


def wait_for_rows(drill):
    before = drill.row_count()
    wait(lambda: drill.row_count() > before, GROWS_WITHIN, drill.installation.log)
