"""`HYPOTHESIS_PROFILE=long` searches for long, the default is short. Both are repeatable."""

import os

import pytest
from hypothesis import HealthCheck, settings

from accounts import zone
from tests.properties import workers
from tests.upstream import start_double

COMMON = {
    "deadline": None,
    "database": None,
    "print_blob": False,
    "suppress_health_check": list(HealthCheck),
}
settings.register_profile("short", max_examples=3, stateful_step_count=8, **COMMON)
settings.register_profile("long", max_examples=400, stateful_step_count=16, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))


@pytest.fixture(autouse=True)
def _installation(settings):
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 1_000_000
    settings.TOLLBOOK_TIME_ZONE = "Asia/Shanghai"
    zone.forget()


@pytest.fixture
def start():
    """Start made-up gateways; they end with the test."""
    doubles = []

    def double(profile):
        doubles.append(start_double(profile))
        return doubles[-1]

    with workers.watched():
        yield double
    for double in doubles:
        double.stop()
