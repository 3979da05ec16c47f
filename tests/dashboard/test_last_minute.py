from datetime import timedelta

import pytest

from tests.dashboard.conftest import NOW
from tests.factories_usage import make_connection, make_feed, make_log, make_site

SECOND = timedelta(seconds=1)
URL = "/logs/"
pytestmark = pytest.mark.usefixtures("clock")


def make_read(owner, ago, **site):
    return make_connection(owner, make_feed(make_site(**site), read_at=NOW - ago * SECOND))


def of(client, query=""):
    return client.get(f"{URL}{query or '?'}&totals=here").context["last_minute"]


def test_it_counts_the_minute_before_the_feed_was_read(alice, alice_client):
    connection = make_read(alice, 30)
    for ago in (
        31,
        33,
        91,
        93,
    ):  # the youngest two seconds were not read, and a minute is half-open
        make_log(connection, time=NOW - ago * SECOND, prompt=100, completion=20)
    make_log(connection, time=NOW - 40 * SECOND, type=5, units=0)
    last = of(alice_client)
    assert (last.requests, last.tokens) == (2, 240)
    assert last.until == NOW - 32 * SECOND
    assert "last 60 s" in alice_client.get(f"{URL}?totals=here").content.decode()


def test_it_follows_the_filter(alice, alice_client):
    connection = make_read(alice, 0)
    for model in ("one", "two", "two"):
        make_log(connection, time=NOW - 9 * SECOND, model=model)
    assert of(alice_client, "?model=two").requests == 2


def test_it_goes_by_the_clock_of_the_site(alice, alice_client):
    connection = make_read(alice, 0, clock_offset_seconds=-600)
    make_log(connection, time=NOW - 609 * SECOND)
    assert of(alice_client) is None
    connection = make_read(alice, 0, clock_offset_seconds=-100)
    make_log(connection, time=NOW - 109 * SECOND)
    assert of(alice_client, f"?connection={connection.pk}").requests == 1


@pytest.mark.parametrize("query", ["?period=yesterday", "?period=last_month"])
def test_a_range_of_the_past_has_none(alice, alice_client, query):
    make_read(alice, 0)
    assert of(alice_client) is not None
    assert of(alice_client, query) is None


def test_it_is_unknown_where_one_feed_was_not_read_of_late(alice, alice_client):
    make_read(alice, 0)
    make_read(alice, 400)
    assert of(alice_client) is None


def test_it_is_unknown_before_the_first_reading(alice, alice_client):
    make_connection(alice)
    assert of(alice_client) is None
