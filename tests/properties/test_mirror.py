import pytest
from hypothesis import settings

from tests.properties.everybody import EverybodyScene
from tests.properties.machine import machine_of, search
from tests.upstream.profiles import GATEWAYS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("profile", GATEWAYS)
def test_it_keeps_its_promises_whatever_happens(start, profile):
    search(machine_of(profile, start(profile)), examples=settings.default.max_examples)


@pytest.mark.parametrize("profile", ["one-api", "new-api-rc.24"])
def test_everybodys_rows_are_kept_as_promised(start, profile):
    machine = machine_of(profile, start(profile), EverybodyScene)
    search(machine, examples=settings.default.max_examples)
