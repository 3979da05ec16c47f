"""The charts of the overview: what each is made of, cut and stepped, and the way to its rows."""

import json
import re
from datetime import timedelta

import pytest

from tests.dashboard.conftest import NOW
from tests.factories_usage import (
    make_connection,
    make_feed,
    make_log,
    make_site,
    make_snapshot,
    make_window,
)

DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def connection(alice):
    return make_connection(alice, make_feed(make_site(name="Harbour API")), name="Harbour")


@pytest.fixture
def second(alice):
    return make_connection(alice, make_feed(make_site(name="Ferry API")), name="Ferry")


def shown(client, query):
    answer = client.get("/" + query)
    assert answer.status_code == 200
    return answer.content.decode()


def chart_in(page):
    return json.loads(re.search(r'<script id="chart-source"[^>]*>(.*?)</script>', page)[1])


def data_of(chart):
    return {one["label"]: one["data"] for one in chart["datasets"]}


def test_the_charts_are_in_the_order_of_the_niche(alice_client, connection):
    page = shown(alice_client, "")
    assert re.findall(r'id="chart-(\w+)" href="([^"]*)"', page) == [
        ("spend", "?period=30d"),
        ("trend", "?period=30d&amp;chart=trend"),
        ("share", "?period=30d&amp;chart=share"),
        ("ranking", "?period=30d&amp;chart=ranking"),
        ("balance", "?period=30d&amp;chart=balance"),
        ("cache", "?period=30d&amp;chart=cache"),
    ]


def test_a_choice_survives_another_range(alice_client, connection):
    page = shown(alice_client, "?chart=ranking&by=key&step=week")
    assert '<a href="?period=7d&amp;chart=ranking&amp;by=key&amp;step=week">' in page


@pytest.mark.parametrize("query", ["?chart=pie&by=moon&step=century", "?step=hour&period=30d"])
def test_nonsense_gets_the_default(alice_client, connection, query):
    make_log(connection, time=NOW, model="gpt-4o", units=500_000)
    assert len(data_of(chart_in(shown(alice_client, query)))["gpt-4o"]) == 30


@pytest.mark.parametrize(
    ("by", "labels"),
    [
        ("model", ["gpt-4o", "gpt-5"]),
        ("site", ["Ferry API", "Harbour API"]),
        ("connection", ["Ferry", "Harbour"]),
        ("key", ["one", "two"]),
        ("group", ["default", "vip"]),
    ],
)
@pytest.mark.parametrize("step", ["hour", "day"])
def test_spend_is_stacked_by(alice_client, connection, second, by, step, labels):
    first = {"model": "gpt-4o", "key": "one", "group": "default", "units": 500_000}
    make_log(connection, time=NOW, **first)
    make_log(second, time=NOW - DAY, model="gpt-5", key="two", group="vip", units=1_000_000)
    chart = chart_in(shown(alice_client, f"?period=7d&by={by}&step={step}"))
    found = data_of(chart)
    assert sorted(found) == labels
    assert sorted(sum(values) for values in found.values()) == [1, 2]
    assert len(chart["labels"]) == (168 if step == "hour" else 7)


def test_groups_are_summed_for_a_month_at_most(alice_client, connection):
    make_log(connection, time=NOW, model="gpt-4o", group="vip")
    assert "vip" in data_of(chart_in(shown(alice_client, "?by=group")))
    page = shown(alice_client, "?by=group&since=2026-10-01&until=2026-11-18")
    assert list(data_of(chart_in(page))) == ["gpt-4o"]
    assert "choose at most 31 days" in page


def test_keys_of_one_name_are_one(alice_client, connection, second):
    make_log(connection, time=NOW, key="default", units=500_000)
    make_log(second, time=NOW, key="default", units=500_000)
    page = shown(alice_client, "?by=key&period=today")
    assert len(data_of(chart_in(page))) == 1
    assert 'href="/logs/?period=today&amp;key=%3Ddefault"' in page


def test_sites_of_one_name_are_told_apart_by_address(alice_client, alice, connection):
    twin = make_site(name="Harbour API", base_url="https://other.example")
    make_log(connection, time=NOW)
    make_log(make_connection(alice, make_feed(twin)), time=NOW)
    labels = sorted(data_of(chart_in(shown(alice_client, "?by=site"))))
    assert "other.example" in labels
    assert len(labels) == 2


def test_the_trend_has_the_period_before(alice_client, connection):
    make_window(connection, NOW - 40 * DAY, NOW)
    make_log(connection, time=NOW, units=500_000)
    make_log(connection, time=NOW - 7 * DAY, units=1_500_000)
    page = shown(alice_client, "?period=7d&chart=trend")
    assert data_of(chart_in(page)) == {
        "Spend": [0, 0, 0, 0, 0, 0, 1],
        "The period before": [0, 0, 0, 0, 0, 0, 3],
    }
    assert re.search(r"\$1\.0000</td><td[^>]*>\$3\.0000</td>", page)


def test_the_trend_breaks_where_rows_are_missing_and_before_the_future(alice_client, connection):
    make_window(connection, NOW - 40 * DAY, NOW - 3 * DAY)
    make_window(connection, NOW - DAY, NOW)
    make_log(connection, time=NOW - 3 * DAY, units=500_000)
    chart = chart_in(shown(alice_client, "?period=month&chart=trend"))
    assert data_of(chart)["Spend"] == [*[0] * 14, 1, None, None, 0]
    make_log(connection, time=NOW, units=0)
    hours = chart_in(shown(alice_client, "?period=today&chart=trend"))
    assert data_of(hours)["Spend"] == [*[0] * 15, *[None] * 9]


def test_calls_are_counted_by_name(alice_client, connection):
    for number in range(3):
        make_log(connection, time=NOW - number * DAY, model="often", units=1)
    make_log(connection, time=NOW, model="dear", units=5_000_000)
    make_log(connection, time=NOW, model="failed", type=5)
    for kind in ("share", "ranking"):
        page = shown(alice_client, f"?chart={kind}")
        chart = chart_in(page)
        assert chart["labels"] == ["often", "dear"]
        assert chart["datasets"][0]["data"] == [3, 1]
        assert chart["links"][0] == "/logs/?period=30d&model=%3Doften"
        assert "75.0 %" in page
        assert "4 in all, most often with 3." in page


def test_a_model_has_the_same_colour_in_every_chart(alice_client, connection):
    for number in range(12):
        for _ in range(number + 1):
            make_log(connection, time=NOW, model=f"m{number:02}", units=100 - number)
    spend = {one["label"]: one["slot"] for one in chart_in(shown(alice_client, ""))["datasets"]}
    share = chart_in(shown(alice_client, "?chart=share"))
    calls = dict(zip(share["labels"], share["slots"], strict=True))
    both = {f"m{number:02}" for number in range(2, 10)}
    assert {name: spend[name] for name in both} == {name: calls[name] for name in both}
    assert share["slots"][-1] == 0


def test_a_gap_says_why(alice_client, alice):
    feed = make_feed(backfilled_at=None)
    connection = make_connection(alice, feed, name="Harbour")
    make_window(feed, NOW - 5 * DAY, NOW - 2 * DAY)
    make_log(connection, time=NOW - 4 * DAY)
    connection.record_failure("token_expired", "", True, NOW)
    gaps = chart_in(shown(alice_client, "?period=7d"))["gaps"]
    assert gaps["0"] == ["Harbour: 24 h missing (history not read yet)"]
    assert gaps["6"] == ["Harbour: 14 h missing (Credential expired)"]
    assert "3" not in gaps


def test_the_balance_is_the_last_of_each_day_and_breaks(alice_client, connection, second):
    make_snapshot(connection, 500_000, at=NOW - 3 * DAY - timedelta(hours=2))
    make_snapshot(connection, 1_000_000, at=NOW - 3 * DAY)
    make_snapshot(connection, 2_000_000, at=NOW - DAY)
    page = shown(alice_client, "?period=7d&chart=balance")
    assert data_of(chart_in(page)) == {"Harbour": [None, None, None, 2, None, 4, None]}
    assert re.search(r"15 Nov</td><td[^>]*>\$2\.00</td>", page)


def test_a_balance_lasts_at_the_net_spend_of_the_last_days(alice_client, connection, second):
    make_snapshot(connection, 10_000_000)
    make_window(connection, NOW - 20 * DAY, NOW)
    make_log(connection, time=NOW - 20 * DAY, units=1)
    make_log(connection, time=NOW - 2 * DAY, units=4_000_000)
    make_log(connection, time=NOW - 3 * DAY, units=500_000, type=6)
    make_log(connection, time=NOW, units=9_000_000)
    page = shown(alice_client, "")
    assert '<dt>Lasts</dt><dd class="v">20 days</dd>' in page
    assert '<dt>Spend per day</dt><dd class="v">$1.00</dd>' in page
    assert "20 days</td>" in shown(alice_client, "?chart=balance")


def test_what_spends_nothing_lasts_nobody_knows_how_long(alice_client, connection):
    make_snapshot(connection, 10_000_000)
    make_log(connection, time=NOW - 20 * DAY)
    assert '<dt>Lasts</dt><dd class="v">—</dd>' in shown(alice_client, "")


def test_a_balance_of_long_ago_says_so_and_nobody_knows_how_long_it_lasts(
    alice_client, connection, second
):
    make_snapshot(connection, 10_000_000, at=NOW - 6 * DAY)
    make_snapshot(second, 10_000_000, at=NOW)
    make_window(connection, NOW - 20 * DAY, NOW - 6 * DAY)
    make_log(connection, time=NOW - 20 * DAY)
    make_log(connection, time=NOW - 7 * DAY, units=4_000_000)
    page = shown(alice_client, "")
    assert "Harbour as of 12 Nov, 14:05" in page
    assert '<dt>Lasts</dt><dd class="v">—</dd>' in page


def test_a_change_is_against_as_much_of_the_period_before(alice_client, connection):
    make_window(connection, NOW - 40 * DAY, NOW)
    make_log(connection, time=NOW - 30 * DAY, units=1)
    make_log(connection, time=NOW, units=750_000)
    make_log(connection, time=NOW - DAY - timedelta(minutes=1), units=500_000)
    make_log(connection, time=NOW - DAY + timedelta(hours=1), units=9_000_000)
    page = shown(alice_client, "?period=today")
    assert "+50.0 % on the period before" in page


def test_what_is_not_whole_is_not_compared(alice_client, connection):
    make_log(connection, time=NOW - 3 * DAY)
    make_log(connection, time=NOW)
    make_window(connection, NOW - 3 * DAY, NOW - DAY - timedelta(hours=3))
    make_window(connection, NOW.replace(hour=0, minute=0), NOW)
    assert "not comparable" in shown(alice_client, "?period=today")
    assert "no rows of the period before" in shown(alice_client, "?period=30d")
