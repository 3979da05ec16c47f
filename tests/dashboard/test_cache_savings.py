import json
from datetime import timedelta

import pytest

from dashboard import cache_panel
from tests.dashboard.conftest import NOW
from tests.dashboard.test_overview_charts import chart_in, data_of, shown
from tests.factories import make_user
from tests.factories_usage import make_connection, make_log

DAY = timedelta(days=1)
RATIOS = {"model_ratio": 5, "cache_ratio": 0.1, "group_ratio": 2}
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def connection(alice):
    return make_connection(alice, name="Harbour")


def make_read(connection, *, cached, other=None, **fields):
    text = {"other": json.dumps(RATIOS if other is None else other)}
    return make_log(connection, cached=cached, text=text, **fields)


def test_it_says_what_the_cache_saved_by_model(alice_client, connection):
    make_read(connection, time=NOW, model="gpt-5", cached=50_000, prompt=60_000)
    make_read(connection, time=NOW - DAY, model="gpt-5", cached=50_000, prompt=60_000)
    make_log(connection, time=NOW, model="gpt-5", prompt=80_000)
    make_log(connection, time=NOW, model="no-cache", prompt=200_000)
    page = shown(alice_client, "?chart=cache")
    assert data_of(chart_in(page)) == {"Saved": [1.8]}  # 100,000 x 0.9 x 5 x 2 of 500,000 a dollar
    assert "50.0 %" in page
    assert "25.0 %" in page
    assert "no-cache" not in page


def test_a_cache_that_is_counted_apart_is_part_of_the_base(alice_client, connection):
    other = RATIOS | {"claude": True}
    make_read(connection, time=NOW, cached=3000, prompt=1000, other=other)
    assert "75.0 %" in shown(alice_client, "?chart=cache")


def test_rows_without_ratios_make_it_a_lower_bound(alice_client, connection):
    make_read(connection, time=NOW, model="told", cached=100_000)
    make_read(connection, time=NOW, model="untold", cached=100_000, other={"frt": 1})
    make_read(connection, time=NOW, model="untold", cached=100_000, other={"frt": 2})
    page = shown(alice_client, "?chart=cache")
    assert "≥ $1.80" in page
    assert "2 rows do not tell their ratios" in page


def test_a_spent_budget_says_since_when_it_summed(alice_client, connection, monkeypatch):
    monkeypatch.setattr(cache_panel, "BUDGET_SECONDS", -1)
    make_read(connection, time=NOW, cached=100, prompt=200)
    make_read(connection, time=NOW - DAY, cached=700_000, prompt=900_000)
    page = shown(alice_client, "?chart=cache")
    assert "Summed since 00:00; narrow the range for the rest." in page
    assert "50.0 %" in page


def test_refunds_and_other_peoples_rows_save_nothing(alice_client, connection):
    make_read(connection, time=NOW, cached=100, type=6)
    make_read(make_connection(make_user("bob")), time=NOW, cached=100)
    assert "Nothing was read from a cache" in shown(alice_client, "?chart=cache")
