import json
import re
from datetime import timedelta

import pytest

from tests.dashboard.conftest import NOW
from tests.factories import make_user
from tests.factories_usage import (
    make_connection,
    make_feed,
    make_log,
    make_point,
    make_snapshot,
    make_window,
)

URL = "/"
DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("clock", "zone")


@pytest.fixture
def zone(settings):
    """The one in the database is asked for again every ten seconds: a query more."""
    settings.TOLLBOOK_TIME_ZONE = "UTC"


@pytest.fixture
def connection(alice):
    return make_connection(alice, name="Harbour")


def shown(client, query="", **extra):
    answer = client.get(URL + query, **extra)
    assert answer.status_code == 200
    return answer.content.decode()


def chart_in(page):
    return json.loads(re.search(r'<script id="chart-source"[^>]*>(.*?)</script>', page)[1])


@pytest.mark.django_db
def test_it_asks_for_a_login(client):
    assert client.get(URL)["Location"] == "/login/?next=/"


def test_it_shows_the_totals(alice_client, connection):
    make_window(connection, NOW - 40 * DAY, NOW)
    make_log(connection, time=NOW, units=1_000_000, prompt=1_000, completion=234)
    make_log(connection, time=NOW - 29 * DAY, units=250_000, prompt=0, completion=0)
    make_log(connection, time=NOW - DAY, units=50_000, type=6)
    make_log(connection, time=NOW - DAY, units=0, type=5)
    page = shown(alice_client)
    for text in ("$2.5000", "$2.4000", "−$0.1000", "1,234", "<dt>Errors</dt><dd>1<"):
        assert text in page


def test_it_shows_the_balance_of_the_newest_snapshot(alice_client, connection):
    make_snapshot(connection, 10, at=NOW - DAY)
    make_snapshot(connection, 5_000_000, at=NOW, used_units=50_000_000, requests=1_234)
    page = shown(alice_client)
    for text in ("$10.00", "$100.00", "1,234"):
        assert text in page


def test_an_untold_balance_is_not_zero(alice_client, connection):
    page = shown(alice_client)
    assert "not told yet by Harbour" in page
    assert '<dt>Balance</dt><dd class="v">—</dd>' in page


def test_it_hides_other_peoples_usage(alice_client, connection):
    bobs = make_connection(make_user("bob"), name="bobs-connection")
    make_log(bobs, time=NOW, model="bobs-model", units=77_000_000)
    make_snapshot(bobs, 99_000_000)
    make_point(bobs, NOW - 10 * DAY, units=88_000_000)
    for query in ("", f"?connection={bobs.pk}", "?period=today"):
        page = shown(alice_client, query)
        for text in ("bobs", "$154", "$198", "$176"):
            assert text not in page


def test_htmx_gets_only_the_panel(alice_client, connection):
    panel = shown(alice_client, headers={"HX-Request": "true"})
    assert panel.lstrip().startswith('<section id="overview"')
    assert "<html" not in panel


@pytest.mark.parametrize(
    "query",
    [
        "?period=x&unit=yen&connection=me",
        "?since=2015-01-01&until=2099-12-31",
        "?since=2026-11-18T10:00&until=2026-11-18T10:01",
    ],
)
def test_nonsense_is_harmless(alice_client, connection, query):
    make_log(connection, time=NOW)
    shown(alice_client, query)


# session, person, groups, connections, feeds, units, windows; sums by feed, balances, spend of the
# last days; windows, sums and the last part of a day of the period before; for the bar, the
# person's permissions and those of their groups
OF_THE_PAGE = 16


@pytest.mark.parametrize(
    ("query", "of_the_chart"),
    [
        ("", 1),  # sums by model
        ("?by=key", 1),
        ("?by=group", 1),
        ("?period=7d&step=hour&by=connection", 1),
        ("?chart=trend", 2),  # sums, and those of the period before
        ("?chart=share&by=site", 1),
        ("?chart=ranking", 1),
        ("?period=7d&chart=cache", 8),  # the rows of each day, and the prompts of the range
        ("?chart=balance", 4),  # balances and spend of the last days; which snapshots, and those
    ],
)
def test_queries_do_not_grow_with_rows(
    alice_client, connection, django_assert_num_queries, query, of_the_chart
):
    for number in range(70):
        make_log(connection, time=NOW - number * DAY, model=f"m{number % 9}")
        make_window(connection, NOW - (number + 1) * DAY, NOW - number * DAY)
        make_snapshot(connection, number)
    shown(alice_client, query)
    with django_assert_num_queries(OF_THE_PAGE + of_the_chart):
        shown(alice_client, query)


def test_another_chart_costs_only_its_own_queries(
    alice_client, connection, django_assert_num_queries
):
    make_log(connection, time=NOW)
    headers = {"HX-Request": "true", "HX-Target": "chart"}
    shown(alice_client, "?chart=share", headers=headers)
    # session, person, groups, connections, feeds, units, windows, sums
    with django_assert_num_queries(9):
        panel = shown(alice_client, "?chart=share", headers=headers)
    assert panel.lstrip().startswith('<section id="chart"')
    assert 'id="overview-head" hx-swap-oob="true"' in panel
    assert "Average RPM" not in panel


def test_models_are_stacked_by_day(alice_client, connection):
    make_log(connection, time=NOW, model="gpt-4o", units=500_000)
    make_log(connection, time=NOW - DAY, model="gpt-5", units=1_000_000)
    chart = chart_in(shown(alice_client, "?period=7d"))
    bars = {one["label"]: one["data"] for one in chart["datasets"]}
    assert bars == {"gpt-4o": [0, 0, 0, 0, 0, 0, 1], "gpt-5": [0, 0, 0, 0, 0, 2, 0]}
    assert chart["labels"][-1] == "18 Nov"
    assert chart["running"]["index"] == 6


def test_the_eleventh_model_is_other(alice_client, connection):
    for number in range(12):
        make_log(connection, time=NOW, model=f"m{number:02}", units=1_000_000 - number)
    chart = chart_in(shown(alice_client))
    slots = [one["slot"] for one in chart["datasets"]]
    assert sorted(slots) == list(range(11))
    assert chart["datasets"][-1]["label"] == "Other (2 models)"


def test_a_day_is_drawn_by_the_hour(alice_client, connection):
    make_log(connection, time=NOW, units=500_000)
    chart = chart_in(shown(alice_client, "?period=today"))
    assert len(chart["labels"]) == 24
    assert chart["datasets"][0]["data"][14] == 1


def test_a_bar_leads_to_its_rows(alice_client, connection):
    row = make_log(connection, time=NOW - 2 * DAY, model="gpt-4o")
    make_log(connection, time=NOW, model="today")
    link = chart_in(shown(alice_client, "?period=7d"))["links"][4]
    page = alice_client.get(link).content.decode()
    assert f'href="/logs/{row.pk}/"' in page
    assert page.count('<td role="cell" class="c-time">') == 1


def test_missing_days_are_marked_and_the_sum_is_a_lower_bound(alice_client, connection):
    make_window(connection, NOW - 40 * DAY, NOW - 5 * DAY)
    make_window(connection, NOW - 4 * DAY, NOW)
    make_log(connection, time=NOW, units=500_000)
    page = shown(alice_client, "?period=7d")
    assert chart_in(page)["gaps"] == {
        "1": ["Harbour: 10 h missing"],
        "2": ["Harbour: 14 h missing"],
    }
    assert "2 bars lack rows: why" in page
    assert "≥ $1.0000" in page
    assert "Harbour: 24 h missing" in page


def test_history_without_rows_is_the_sites_own_statistic(alice_client, connection):
    make_log(connection, time=NOW - 2 * DAY, units=500_000)
    make_point(connection, NOW.replace(minute=0) - 4 * DAY, units=1_500_000, requests=7)
    make_point(connection, NOW.replace(minute=0) - 2 * DAY, units=500_000)
    page = shown(alice_client, "?period=7d")
    bars = {one["slot"]: one["data"] for one in chart_in(page)["datasets"]}
    assert bars["site"] == [0, 0, 3, 0, 0, 0, 0]
    assert "$3.00, 7 requests" in page


@pytest.mark.django_db
def test_without_a_connection_it_offers_to_add_one(alice_client):
    page = shown(alice_client)
    assert "No connection yet" in page
    assert "<canvas" not in page


def test_before_the_first_read_it_says_so(alice_client, alice):
    make_connection(alice, make_feed(backfilled_at=None), name="Harbour", succeeded_at=None)
    page = shown(alice_client)
    assert "Harbour: not read yet" in page
    assert "Reading starts at once" in page
    for text in ("$0", "<dd>0", '"v">0'):
        assert text not in page


def test_an_empty_range_offers_a_longer_one(alice_client, connection):
    make_window(connection, NOW - 40 * DAY, NOW)
    make_log(connection, time=NOW - 3 * DAY)
    for headers in ({}, {"HX-Request": "true", "HX-Target": "chart"}):
        page = shown(alice_client, "?period=today&chart=trend", headers=headers)
        assert "The sites charged nothing here" in page
        assert 'href="?period=30d&amp;chart=trend" hx-target="#overview">Show 30 days' in page


def test_names_do_not_break_out_of_the_chart(alice_client, connection):
    make_log(connection, time=NOW, model="</script><script>alert(1)</script>")
    page = shown(alice_client)
    assert "<script>alert" not in page
    assert chart_in(page)["datasets"][0]["label"] == "</script><script>alert(1)</script>"


def test_the_chart_library_is_the_one_that_was_vendored(settings):
    folder = settings.BASE_DIR / "static/vendor"
    readme = (folder / "README.md").read_text()
    for script in folder.glob("*.js"):
        assert script.name in readme
        assert "sourceMappingURL" not in script.read_text()[-300:]
