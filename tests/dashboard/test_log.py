import json
from datetime import timedelta

import pytest

from tests.dashboard.conftest import NOW
from tests.factories import make_user
from tests.factories_usage import make_connection, make_log, make_window

pytestmark = pytest.mark.usefixtures("clock")

OTHER = {
    "model_ratio": 1.5,
    "completion_ratio": 5,
    "group_ratio": 0.8,
    "cache_tokens": 15_360,
    "cache_ratio": 0.1,
    "model_price": -1,
    "upstream_model_name": "claude-sonnet-4-5-20250929",
    "reasoning_effort": "medium",
}


@pytest.fixture
def row(alice):
    connection = make_connection(alice, name="Harbour")
    text = {"other": json.dumps(OTHER), "request_id": "r-1", "raw": '{"quota":10908}'}
    numbers = {"units": 10_908, "prompt": 18_204, "completion": 942, "cached": 15_360}
    return make_log(connection, time=NOW, model="claude-sonnet-4-5", text=text, **numbers)


def url(row):
    return f"/logs/{row.pk}/"


def test_it_asks_for_a_login(client, row):
    assert client.get(url(row))["Location"] == f"/login/?next={url(row)}"


def test_it_explains_the_price(alice_client, row):
    page = alice_client.get(url(row)).content.decode()
    for text in ("prompt, not cached", "2,844", "1,536", "13,635", "10,908", "$0.021816"):
        assert text in page
    assert "Recomputed and charged agree." in page


def test_it_shows_the_facts_and_the_raw_record(alice_client, row):
    make_window(row.feed, NOW - timedelta(hours=1), NOW + timedelta(seconds=1), "mirrored")
    page = alice_client.get(url(row)).content.decode()
    for text in (
        *("r-1", "/ claude-sonnet-4-5-20250929", "medium", "Harbour"),
        *("2026-11-18 14:05:00", "mirrored", "{&quot;quota&quot;:10908}"),
    ):
        assert text in page


def test_a_window_says_both_days(alice_client, row):
    make_window(row.feed, NOW - timedelta(hours=15), NOW + timedelta(seconds=1), "mirrored")
    assert "17 Nov, 23:05 – 18 Nov, 14:05" in alice_client.get(url(row)).content.decode()


@pytest.mark.parametrize(("number", "units"), [(1, "—"), (5, "0")])
def test_a_top_up_without_units_is_not_worth_nothing(alice_client, row, number, units):
    made = make_log(row.feed.connections.get(), time=NOW, type=number, units=0)
    page = alice_client.get(url(made)).content.decode()
    assert f'<td class="n">{units}</td>' in page
    assert ("in dollars" in page) == (units == "0")


def test_a_strangers_row_is_not_there(client, row):
    for person in (make_user("bob"), make_user("root", role="admin")):
        client.force_login(person)
        assert client.get(url(row)).status_code == 404


def test_htmx_gets_only_the_slip(alice_client, row):
    slip = alice_client.get(url(row), headers={"HX-Request": "true"}).content.decode()
    assert slip.lstrip().startswith(f'<tr class="slip" role="row" id="slip-{row.pk}">')
    assert "<html" not in slip


@pytest.mark.parametrize("address", ["/logs/0/", "/logs/99999999999999999999/", "/logs/x/"])
@pytest.mark.django_db
def test_nonsense_is_harmless(alice_client, address):
    assert alice_client.get(address).status_code == 404


@pytest.mark.parametrize("other", [None, "", "null", "{", '{"model_ratio": 1e400000}'])
def test_a_row_without_ratios_says_so(alice_client, alice, other):
    row = make_log(make_connection(alice), time=NOW, text={"other": other})
    page = alice_client.get(url(row)).content.decode()
    assert "The site left no ratios in this row." in page


def test_a_row_of_no_names_and_absurd_numbers_is_shown(alice_client, alice):
    huge = 2**63 - 1
    connection = make_connection(alice)
    connection.site.units.update(units_per_usd="0.0000000001")
    numbers = dict.fromkeys(("units", "prompt", "completion", "cached", "duration"), huge)
    row = make_log(connection, time=NOW, model=None, key=None, group=None, **numbers)
    for address in (url(row), "/logs/", "/"):
        assert alice_client.get(address).status_code == 200


def test_it_needs_few_queries(alice_client, row, django_assert_num_queries):
    alice_client.get(url(row))
    # session, person, row, groups, connections, feeds, units, detail, window, chosen columns; for
    # the bar, the person's permissions and those of their groups
    with django_assert_num_queries(13):
        alice_client.get(url(row))
