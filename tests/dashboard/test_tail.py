"""Following a log: the newest rows once more, for as long as a permit lasts."""

import re
from datetime import timedelta

import pytest
import time_machine

from accounts.models import AuditEvent
from tests.dashboard.conftest import NOW
from tests.dashboard.watching import sign_in
from tests.factories import make_user
from tests.factories_usage import make_connection, make_feed, make_log

HTMX = {"HX-Request": "true"}
MINUTE = timedelta(minutes=1)
ROW = r'<tr role="row"(?: class="(\w+)")?>.*?>([\w-]+)</a></td><td[^>]*c-dur'
VALUE = r'"(permit|shown|newest)": "([^"]*)"'
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def connection(alice):
    return make_connection(alice)


def begin(client, path="/logs/?live=on"):
    """What the page would send next."""
    return values_in(client.get(path).text)


def values_in(page):
    return dict(re.findall(VALUE, page.replace("\\u002D", "-")))


def ask(client, values, path="/logs/tail/"):
    return client.get(path, values, headers=HTMX)


def test_nothing_new_is_no_answer(alice_client, connection):
    make_log(connection, time=NOW)
    values = begin(alice_client)
    assert ask(alice_client, values).status_code == 204


def test_new_rows_are_shown_among_the_others_and_marked(alice_client, connection):
    make_log(connection, time=NOW - 2 * MINUTE, model="known")
    values = begin(alice_client, "/logs/?live=on&model=n")
    make_log(connection, time=NOW - MINUTE, model="new")
    make_log(connection, time=NOW - 3 * MINUTE, model="a-late-one")
    make_log(connection, time=NOW - MINUTE, model="other")
    body = ask(alice_client, values).text
    assert re.findall(
        r'<tr role="row"(?: class="(\w+)")?>.*?>([\w-]+)</a></td><td[^>]*c-dur', body
    ) == [
        ("fresh", "new"),
        ("", "known"),
        ("fresh", "a-late-one"),
    ]
    assert ask(alice_client, values_in(body)).status_code == 204


def test_after_an_hour_it_ends(alice_client, connection):
    values = begin(alice_client)
    make_log(connection, time=NOW, model="new")
    with time_machine.travel(NOW + timedelta(minutes=61), tick=False):
        answer = ask(alice_client, values)
    assert answer.status_code == 286, "htmx asks no more"
    assert answer["HX-Retarget"] == "#live-note"
    assert "Not live any more" in answer.text
    assert "new" not in answer.text.replace("new row", "")


def test_a_permit_is_one_persons_and_one_pages(alice_client, connection):
    values = begin(alice_client)
    root = sign_in("root", role="admin")
    assert ask(root, values).status_code == 286
    assert ask(root, values, "/team/logs/tail/").status_code == 286
    assert ask(alice_client, values, "/team/logs/tail/").status_code == 404
    assert ask(alice_client, {"permit": "made-up"}).status_code == 286
    assert ask(alice_client, {}).status_code == 286
    nonsense = values | {"newest": "x", "shown": "y"}
    assert ask(alice_client, nonsense).status_code == 200


def test_to_follow_the_team_is_one_event(db):
    every = make_feed(scope="all", account="")
    admin = sign_in("root", role="admin")
    make_log(every, time=NOW, model="gpt-5")
    values = begin(admin, "/team/?live=on&model=gpt")
    assert len(values) == 3
    for number in range(3):
        make_log(every, time=NOW, model=f"gpt-{number}")
        make_log(every, time=NOW, model="unasked")
        body = ask(admin, values, "/team/logs/tail/").text
        assert f"gpt-{number}" in body
        assert "unasked" not in body
    events = AuditEvent.objects.values_list("action", "subject")
    assert list(events) == [("logs_followed", "/team/?live=on&model=gpt")]


@pytest.mark.parametrize(
    "query", ["period=yesterday", "order=cost", "before=1700000000-1", "request_id=x", ""]
)
def test_only_the_newest_rows_of_the_present_can_be_followed(alice_client, connection, query):
    make_log(connection, time=NOW)
    page = alice_client.get(f"/logs/?{query}").text
    assert ("live=on" in page.partition("tools")[2].partition("export")[0]) is not query
    assert "every 5s" not in alice_client.get(f"/logs/?live=on&{query or 'order=cost'}").text


def test_what_is_theirs_no_more_is_not_followed(alice_client, alice, connection):
    values = begin(alice_client)
    make_log(connection, time=NOW, model="mine-no-more")
    connection.owner = make_user("bob")
    connection.save()
    assert "mine-no-more" not in ask(alice_client, values).text
