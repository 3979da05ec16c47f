import io
import json
from dataclasses import dataclass

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts import zone
from providers import names
from tests.providers.sync.mirrors import make_mirror
from tests.upstream import World, start_double


@dataclass
class Ran:
    """What a command said; `error` is the sentence with which it failed, None if it did not."""

    out: str
    error: str | None = None

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture(autouse=True)
def _installation(settings):
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 1_000_000
    names.forget()


@pytest.fixture
def run():
    """Run a command with the words of its command line."""

    def call(*words):
        out = io.StringIO()
        try:
            call_command(*map(str, words), stdout=out)
        except CommandError as error:
            return Ran(out.getvalue(), str(error))
        return Ran(out.getvalue())

    return call


@pytest.fixture
def start():
    """Start made-up gateways; they end with the test."""
    doubles = []

    def double(profile="new-api-v0.13.2", history=()):
        doubles.append(start_double(profile, world=World().add(history)))
        return doubles[-1]

    yield double
    for double in doubles:
        double.stop()


@pytest.fixture
def mirror_of(start):
    def make(history=(), **account):
        return make_mirror(start(history=history), **account)

    return make


@pytest.fixture
def business_zone(settings):
    def choose(name):
        settings.TOLLBOOK_TIME_ZONE = name
        zone.forget()

    yield choose
    zone.forget()
