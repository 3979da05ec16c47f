import pytest

from tests.drill.crashes import Drill
from tests.drill.upstreams import KINDS
from tests.installation import Installation, services
from tests.upstream import World, start_double

ROWS, PER_SECOND = 4000, 20
SEED = 20


@pytest.fixture
def install(tmp_path):
    """Start the product with more of an environment; on the services that are named, if any are."""
    made = []

    def start(**environment):
        named = services("tollbook_drill") or {}
        private = {"TOLLBOOK_ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8"}
        made.append(Installation(tmp_path / "data", **private, **named, **environment))
        made[-1].started()
        return made[-1]

    yield start
    for installation in made:
        installation.kill_everything()  # a polite end would wait for the worker
        installation.end()


@pytest.fixture
def upstream():
    """Start a made-up gateway that holds a history."""
    doubles = []

    def start(history=()):
        doubles.append(start_double(world=World().add(history)))
        return doubles[-1]

    yield start
    for double in doubles:
        double.stop()


@pytest.fixture
def upstream_of_kind(request):
    """Of New API, unless a test names another kind; `make drill` takes any."""
    upstream = KINDS[getattr(request, "param", "new_api")](rows=ROWS)
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
