"""The crash drill in its short form: a few blows while rows keep coming, and nothing is wrong."""

import pytest

from tests.drill.crashes import ALL
from tests.drill.troubles import wait_for_rows
from tests.drill.upstreams import KINDS

pytestmark = pytest.mark.real


@pytest.mark.parametrize("upstream_of_kind", KINDS, indirect=True)
def test_nothing_is_lost_or_doubled(drill):
    """Each part once, in the midst of work; then all at once."""
    for name in sorted(drill.living()):
        wait_for_rows(drill)
        drill.strike(name)
    wait_for_rows(drill)
    drill.strike(ALL)
    assert drill.wrongs() == []
