"""Oldest first, and the largest of a range."""

from datetime import timedelta
from decimal import Decimal

import pytest

from dashboard import queries, walk
from tests.dashboard.conftest import NOW
from tests.factories_usage import make_connection, make_feed, make_log, make_site, make_unit

pytestmark = pytest.mark.usefixtures("clock")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def connection(alice):
    return make_connection(alice)


def page(client, query):
    return client.get(f"/logs/?{query}").context["page"]


def pks(found):
    return [row.pk for row in found.rows]


def walk_through(client, query, towards):
    """All pages, in the order in which they are shown."""
    found = []
    place = ""
    for _ in range(20):
        shown = page(client, f"{query}{place}")
        found += pks(shown)
        cursor = getattr(shown, towards)
        if cursor is None:
            return found
        place = f"&{'after' if towards == 'newer' else 'before'}={cursor}"
    raise AssertionError("no end")


def test_pages_from_the_oldest_row_on_are_all_rows_once(alice_client, connection):
    """Several in a second, and over more than one slice of the walk."""
    rows = [make_log(connection, time=NOW - number // 3 * 400 * MINUTE) for number in range(25)]
    oldest_first = [row.pk for row in sorted(rows, key=lambda row: (row.time, row.pk))]
    query = "period=30d&order=oldest&size=10"
    assert walk_through(alice_client, query, "newer") == oldest_first
    last = page(alice_client, f"{query}&before={walk._place(rows[0])}")
    assert pks(last) == [pk for pk in oldest_first if pk != rows[0].pk][-12:-2]
    assert last.newer is not None


def test_a_spent_budget_goes_on_from_there(alice_client, connection, monkeypatch):
    rows = [make_log(connection, time=NOW - number * DAY) for number in range(12)]
    monkeypatch.setattr(walk, "BUDGET_SECONDS", -1)
    monkeypatch.setattr(walk, "WIDEST", 2 * 86400)
    found = walk_through(alice_client, "period=30d&order=oldest", "newer")
    assert found == [row.pk for row in reversed(rows)]
    assert "Searched up to" in alice_client.get("/logs/?period=30d&order=oldest").text


@pytest.mark.parametrize(
    ("order", "column"), [("cost", "units"), ("tokens", "completion"), ("duration", "duration")]
)
def test_the_largest_come_first(alice_client, connection, order, column):
    rows = [
        make_log(connection, time=NOW - number * DAY, **{column: 1000 + number * 7919 % 31})
        for number in range(30)
    ]
    largest = sorted(rows, key=lambda row: getattr(row, column), reverse=True)
    assert pks(page(alice_client, f"period=30d&order={order}")) == [row.pk for row in largest]
    shown = alice_client.get(f"/logs/?period=30d&order={order}").text
    assert "The 30 largest rows of this range" in shown
    assert "Older" not in shown


def test_what_a_row_cost_is_compared_as_money(alice_client, alice, connection):
    """Of two sites, one of which changed what its unit is worth."""
    cheap = make_connection(alice, make_feed(make_site()))
    make_unit(cheap.site, Decimal(5_000_000), NOW - 5 * DAY)
    dear = make_log(connection, time=NOW, units=300_000)  # $0.60
    old = make_log(cheap, time=NOW - 6 * DAY, units=500_000)  # $1
    new = make_log(cheap, time=NOW - DAY, units=2_000_000)  # $0.40
    refund = make_log(connection, time=NOW, units=9_000_000, type=6)
    assert pks(page(alice_client, "period=30d&order=cost")) == [old.pk, dear.pk, new.pk]
    assert refund.pk not in pks(page(alice_client, "period=30d&order=cost"))


def test_not_more_than_a_hundred(alice_client, connection, monkeypatch):
    monkeypatch.setattr(queries, "LARGEST_ROWS", 3)
    rows = [make_log(connection, time=NOW - n * 9 * DAY, units=n) for n in range(4)]
    assert pks(page(alice_client, "period=30d&order=cost")) == [row.pk for row in rows[:0:-1]]


def test_where_the_budget_ends_it_says_of_which_rows_they_are(
    alice_client, connection, monkeypatch
):
    make_log(connection, time=NOW, units=1)
    make_log(connection, time=NOW - 25 * DAY, units=2)
    monkeypatch.setattr(walk, "LARGEST_SECONDS", -1)
    monkeypatch.setattr(walk, "WIDEST", 5 * 86400)
    shown = alice_client.get("/logs/?period=30d&order=cost").text
    assert "of those since 14 Nov" in shown
    assert "The 1 largest row of this range" in shown


@pytest.mark.parametrize(
    ("query", "sorted_by", "leads_to"),
    [
        ("", 'c-time" aria-sort="descending"', "order=oldest"),
        ("order=oldest", 'c-time" aria-sort="ascending"', '"?period=today"'),
        ("order=cost", 'c-cost n" aria-sort="descending"', '"?period=today"'),
        ("order=duration", 'c-dur n" aria-sort="descending"', "order=cost"),
    ],
)
def test_heads_say_and_change_the_order(alice_client, connection, query, sorted_by, leads_to):
    make_log(connection, time=NOW)
    shown = alice_client.get(f"/logs/?{query}").text
    assert shown.count("aria-sort") == 1
    assert sorted_by in shown
    head = shown.partition("<thead")[2].partition("</thead>")[0]
    assert leads_to in head
