from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from accounts import zone
from dashboard import names
from providers import names as stored_names
from tests.factories import make_user

NOW = datetime(2026, 11, 18, 14, 5, tzinfo=UTC)
EVERYTHING = (zone.forget, names.forget, stored_names.forget)


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """What a process may keep does not survive a test that is rolled back."""
    for forget in EVERYTHING:
        forget()
    yield
    for forget in EVERYTHING:
        forget()


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.fixture
def alice(db):
    return make_user("alice")


@pytest.fixture
def alice_client(alice):
    client = Client()
    client.force_login(alice)
    return client
