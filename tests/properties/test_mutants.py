"""A search that cannot fail finds nothing: it has to find each of the mutants."""

import pytest
from hypothesis import Phase

from tests.properties.machine import machine_of, search
from tests.properties.mutants import MUTANTS
from tests.properties.workers import Broken, watched
from tests.upstream import start_double

pytestmark = pytest.mark.django_db(transaction=True)

PROFILE, MOST_EXAMPLES = "new-api-v0.13.2", 80


@pytest.fixture(scope="module")
def machine():
    with start_double(PROFILE) as double, watched():
        yield machine_of(PROFILE, double)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_it_finds_a_mirror(machine, monkeypatch, mutant):
    broken_promise, first_seed = MUTANTS[mutant]
    mutant(monkeypatch.setattr)
    generating = {"phases": [Phase.generate], "report_multiple_bugs": False}
    with pytest.raises(Broken, match=broken_promise):
        search(machine, examples=MOST_EXAMPLES, first_seed=first_seed, **generating)
