from datetime import UTC, datetime, timedelta

import pytest

from dashboard import walk
from dashboard.filters import Cursor
from dashboard.periods import Range
from providers.models import UsageLog
from tests.factories_usage import make_feed, make_log

pytestmark = pytest.mark.django_db

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = Range(since=BEGIN, until=BEGIN + timedelta(days=365))


@pytest.fixture
def rows():
    """Seven rows over a year, three of them in one second; newest first."""
    feed = make_feed()
    days = (0, 10, 10, 10, 200, 364, 364)
    made = [make_log(feed, time=BEGIN + timedelta(days=day), units=day) for day in days]
    return sorted(made, key=lambda row: (row.time, row.pk), reverse=True)


def pks(rows):
    return [row.pk for row in rows]


def older(size, before=None):
    return walk.older(UsageLog.objects.all(), YEAR, before=before, size=size)


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 50])
def test_pages_together_are_all_rows_once(rows, size):
    found, page = [], older(size)
    while True:
        found += pks(page.rows)
        if page.older is None:
            break
        page = older(size, page.older)
    assert found == pks(rows)


def test_newer_leads_back_to_the_same_page(rows):
    second = older(3, older(3).older)
    back = walk.newer(UsageLog.objects.all(), YEAR, after=second.newer, size=3)
    assert pks(walk.turned(back).rows) == pks(rows[:3])
    assert back.newer is None
    assert back.older is not None


def test_the_range_ends_the_walk(rows):
    shown = Range(since=BEGIN + timedelta(days=10), until=BEGIN + timedelta(days=364))
    page = walk.older(UsageLog.objects.all(), shown, before=None, size=50)
    assert pks(page.rows) == pks(rows[2:6])
    assert page.older is None


def test_a_spent_budget_says_where_to_go_on(rows, monkeypatch):
    monkeypatch.setattr(walk, "BUDGET_SECONDS", -1)
    monkeypatch.setattr(walk, "WIDEST", 30 * 86400)
    found, page, turns = [], older(50), 0
    while page.searched_to is not None:
        found += page.rows
        page, turns = older(50, page.older), turns + 1
    assert pks(found + page.rows) == pks(rows)
    assert turns > 5


def test_a_place_far_outside_is_harmless(rows):
    assert older(3, Cursor(0, 0)).rows == []
    assert pks(older(3, Cursor(99_999_999_999, 1)).rows) == pks(rows[:3])


def test_it_counts_nothing_and_skips_nothing(rows, django_assert_max_num_queries):
    with django_assert_max_num_queries(3) as captured:  # highest id, one or two slices
        older(50)
    assert not any("OFFSET" in query["sql"] or "COUNT" in query["sql"] for query in captured)
