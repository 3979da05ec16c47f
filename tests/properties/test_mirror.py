import pytest
from hypothesis import settings

from tests.properties.machine import machine_of, search
from tests.upstream.profiles import GATEWAYS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("profile", GATEWAYS)
def test_it_keeps_its_promises_whatever_happens(start, profile):
    search(machine_of(profile, start(profile)), examples=settings.default.max_examples)
