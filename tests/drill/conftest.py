import pytest

from tests.installation import Installation, services
from tests.upstream import World, start_double


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
