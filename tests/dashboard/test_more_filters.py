"""Filters of the log that no daily sum can answer, and the one by site."""

from datetime import timedelta
from decimal import Decimal

import pytest

from providers.models import UsageLog
from tests.dashboard.conftest import NOW
from tests.factories_usage import make_connection, make_feed, make_log, make_site, make_unit

URL = "/logs/"
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def connection(alice):
    return make_connection(alice, name="Harbour")


def found(client, query):
    answer = client.get(f"{URL}{query}&totals=here")
    assert answer.status_code == 200
    return {row.model_id for row in answer.context["page"].rows}, answer


@pytest.mark.parametrize(
    ("query", "columns", "text"),
    [
        ("group=vip", {"group": "vip-1"}, {}),
        ("group=%3Dvip", {"group": "vip"}, {}),
        ("stream=no", {"is_stream": False}, {}),
        ("ip=10.1.2.3", {}, {"ip": "10.1.2.3"}),
        ("ip=10.1.", {}, {"ip": "10.1.9.9"}),
        ("text=Refund", {}, {"content": "a refund of July"}),
        ("min_cost=0.02", {"units": 10_000}, {}),
        ("max_cost=0.0002", {"units": 100}, {}),
        ("min_tokens=1000", {"prompt": 600, "completion": 400}, {}),
        ("max_tokens=50", {"prompt": 40, "completion": 10}, {}),
        ("min_seconds=2.5", {"duration": 2500}, {}),
        ("max_seconds=1.5", {"duration": 1500}, {}),
        ("min_seconds=2.5&stream=no", {"duration": 2500, "is_stream": False}, {}),
    ],
)
def test_it_shows_and_sums_what_matches_and_no_more(alice_client, connection, query, columns, text):
    make_log(connection, time=NOW - HOUR, model="other", group="plain", text={"ip": "10.10.2.3"})
    row = make_log(connection, time=NOW - HOUR, model="wanted", text=text, **columns)
    models, answer = found(alice_client, f"?{query}")
    assert models == {row.model_id}
    assert answer.context["figures"].totals.rows == 1
    assert sum(bar.rows for bar in answer.context["figures"].bars) == 1


def test_a_cost_is_that_of_the_day_of_the_row(alice_client, connection):
    site = connection.site
    make_unit(site, Decimal(1_000_000), NOW - timedelta(days=2))
    old = make_log(connection, time=NOW - timedelta(days=5), model="old", units=1_000_000)
    make_log(connection, time=NOW - HOUR, model="new", units=1_000_000)
    assert found(alice_client, "?period=30d&min_cost=1.5")[0] == {old.model_id}


def test_rows_of_unknown_worth_have_no_cost(alice_client, connection):
    connection.site.units.all().delete()
    make_log(connection, time=NOW - HOUR)
    assert found(alice_client, "?min_cost=0")[0] == set()


def test_a_site_is_all_its_connections(alice, alice_client):
    site = make_site()
    for feed in (make_feed(site), make_feed(site), make_feed()):
        make_log(make_connection(alice, feed), time=NOW - HOUR, model=f"of-{feed.pk}")
    models, answer = found(alice_client, f"?site={site.pk}")
    assert models == set(
        UsageLog.objects.filter(feed__site=site).values_list("model_id", flat=True)
    )
    assert answer.context["figures"].totals.rows == 2


@pytest.mark.parametrize(
    "query",
    [
        *("min_cost=-1", "min_cost=much", "max_tokens=1.5", "stream=perhaps", "site=0", "site=x"),
        *("min_tokens=99999999999999999999", "group=%00", "min_seconds=1e400"),
    ],
)
def test_nonsense_is_left_out_and_spoils_nothing(alice_client, connection, query):
    make_log(connection, time=NOW - HOUR, model="any")
    models, answer = found(alice_client, f"?{query}&period=7d")
    assert len(models) == 1
    assert not answer.context["filters"].has_conditions


def test_each_has_a_chip_that_removes_it_alone(alice_client, connection):
    query = "?period=7d&stream=yes&min_cost=0.50&max_seconds=9&group=%3Dvip&text=a%20b"
    answer = found(alice_client, query)[1]
    chips = {(chip.label, chip.value): chip.without for chip in answer.context["logs"].chips}
    assert set(chips) == {
        *(("Group is", "vip"), ("Stream is", "yes"), ("Text contains", "a b")),
        *(("Cost at least", "$0.50"), ("Duration at most", "9 s")),
    }
    without = chips["Cost at least", "$0.50"]
    assert "min_cost" not in without
    assert "max_seconds=9" in without
    assert "stream=yes" in without


def test_they_stay_when_one_goes_on_to_older_rows(alice_client, connection):
    for _ in range(12):
        make_log(connection, time=NOW - HOUR, is_stream=False)
    page = alice_client.get(URL + "?stream=no&size=10").content.decode()
    assert "stream=no&amp;size=10&amp;before=" in page
