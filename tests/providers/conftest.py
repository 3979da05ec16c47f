import pytest

from providers.adapters.http import Door
from tests.providers.adapters.server import Server

LOOPBACK = ["127.0.0.0/8"]


@pytest.fixture
def serve():
    """Start servers that answer as told; they end with the test."""
    servers = []

    def start(respond, **options):
        servers.append(Server(respond if callable(respond) else lambda _: respond, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def open_door():
    """Make doors that may go to loopback; they are shut with the test."""
    doors = []

    def make(**options):
        doors.append(Door(**{"allowed_networks": LOOPBACK, **options}))
        return doors[-1]

    yield make
    for door in doors:
        door.close()
