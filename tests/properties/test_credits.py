import pytest
from hypothesis import settings

from tests.properties.credit_machine import CreditMachine
from tests.properties.credits import CreditScene
from tests.properties.machine import machine_of, search
from tests.upstream.openai_hk.profiles import OPENAI_HK

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("profile", OPENAI_HK)
def test_it_keeps_its_promises_whatever_the_cursor_counts(start, profile):
    machine = machine_of(profile, start(profile), CreditScene, CreditMachine)
    search(machine, examples=settings.default.max_examples)
