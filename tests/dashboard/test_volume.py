from datetime import timedelta

import pytest
from django.http import QueryDict

from dashboard import queries, sums
from dashboard.filters import UsageFilter
from dashboard.periods import Preset
from dashboard.scope import connections_of, scope_of
from dashboard.volume import MOST_BARS, figures
from tests.dashboard.conftest import NOW
from tests.factories_usage import make_connection, make_log

pytestmark = pytest.mark.django_db


@pytest.fixture
def scope(alice):
    connection = make_connection(alice)
    for days in (0, 0, 1, 3, 20, 300):
        make_log(connection, time=NOW - timedelta(days=days), type=5 if days == 1 else 2)
    return scope_of(alice, connections_of(alice), NOW.tzinfo)


def bars(scope, query):
    zone = NOW.tzinfo
    filters = UsageFilter.from_query(QueryDict(query), now=NOW, zone=zone, default=Preset.TODAY)
    condition = queries.condition(filters, scope)
    return figures(filters, scope, scope.rows().filter(condition), condition, NOW).bars


@pytest.mark.parametrize(
    ("query", "rows", "errors"),
    [
        ("period=today", 2, 0),
        ("period=yesterday", 1, 1),
        ("period=7d", 4, 1),
        ("period=30d", 5, 1),
        ("since=2025-11-18", 6, 1),
        ("period=30d&key=my", 5, 1),
        ("period=7d&key=my&model=gpt", 4, 1),
        ("period=30d&key=my&model=gpt", 5, 1),
    ],
)
def test_bars_together_are_all_rows(scope, query, rows, errors):
    found = bars(scope, query)
    assert sum(bar.rows for bar in found) == rows
    assert sum(bar.errors for bar in found) == errors
    assert len(found) <= MOST_BARS
    assert [bar.until for bar in found[:-1]] == [bar.since for bar in found[1:]]


def test_nothing_is_drawn_of_the_future(scope):
    assert bars(scope, "period=today")[-1].since <= NOW


def test_where_the_budget_ends_nothing_is_said(scope, monkeypatch):
    monkeypatch.setattr(sums, "BUDGET_SECONDS", -1)
    found = bars(scope, "period=30d&key=my&model=gpt")
    assert [bar.is_counted for bar in found] == [False] * 23 + [True] * 7
    assert sum(bar.rows for bar in found) == 4
