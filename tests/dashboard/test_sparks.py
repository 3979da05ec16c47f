from datetime import timedelta

import pytest

from dashboard.completeness import completeness
from dashboard.periods import of_days
from dashboard.scope import connections_of, scope_of
from dashboard.sparks import Sparks, sparks
from dashboard.sums import by_day
from dashboard.templatetags.sparks import spark
from tests.dashboard.conftest import NOW
from tests.factories_usage import make_connection, make_log, make_window

pytestmark = pytest.mark.usefixtures("clock")
DAY = timedelta(days=1)


@pytest.fixture
def drawn(alice):
    """Rows of five and of two days ago; of the day between, nothing was read."""
    connection = make_connection(alice)
    for age, units in ((5, 1_000_000), (2, 500_000)):
        make_log(connection, time=NOW - age * DAY, units=units, prompt=10, completion=5)
    midnight = NOW.replace(hour=0, minute=0)
    make_window(connection, midnight - 9 * DAY, midnight - 4 * DAY)
    make_window(connection, midnight - 3 * DAY, NOW)
    scope = scope_of(alice, connections_of(alice), NOW.tzinfo)

    def draw(days):
        today = NOW.date()
        shown = of_days(today - (days - 1) * DAY, today + 3 * DAY, NOW.tzinfo)
        parts = by_day(scope.model_days(), scope, shown, name="feed")
        return sparks(parts, completeness(scope, shown, NOW), shown, NOW)

    return draw


def test_a_day_is_a_point_and_one_without_rows_a_gap(drawn):
    found = drawn(7)
    assert found.spend == [0, 2, None, 0, 1, 0, 0]
    assert found.requests == [0, 1, None, 0, 1, 0, 0]
    assert found.tokens == [0, 15, None, 0, 15, 0, 0]


def test_a_long_range_has_no_more_points_than_can_be_seen(drawn):
    found = drawn(200)
    assert len(found.spend) == 50
    assert found.spend[-2:] == [2 / 3, 1 / 4]


def test_two_days_are_no_line(drawn):
    assert drawn(2) == Sparks()


def test_it_is_drawn_with_breaks():
    svg = spark([0, 4, None, 2, 1])
    assert svg.count("<line") == 2
    assert 'x1="0.00%" x2="25.00%" y1="18.0" y2="2.0"' in svg
    assert 'x1="75.00%" x2="100.00%" y1="10.0" y2="14.0"' in svg
    assert spark([0, 0, 0]) == spark([]) == spark([1]) == ""
