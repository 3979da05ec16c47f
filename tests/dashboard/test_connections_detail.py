import pytest
from django.urls import reverse

from accounts.models import User
from providers import secrets
from providers.models import Connection, QuarantinedRow
from tests.dashboard.watching import (
    NOW,
    PLANTED,
    make_connection,
    make_feed,
    make_window,
    sign_in,
)
from tests.factories import make_user
from tests.upstream import World, start_double

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ACTIONS = [
    "connection_sync",
    "connection_pause",
    "connection_resume",
    "connection_release",
    "connection_remove",
]


@pytest.fixture
def client():
    return sign_in()


@pytest.fixture
def connection(client):
    return make_connection(User.objects.get(), make_feed(), succeeded_at=NOW)


@pytest.fixture
def double(settings):
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 1_000_000
    with start_double(world=World()) as running:
        yield running


def url(name, connection):
    return reverse(name, args=[connection.pk])


def shown(client, connection, **headers):
    return client.get(url("connection", connection), headers=headers).content.decode()


@pytest.mark.parametrize("name", ["connection", "connection_secret", *ACTIONS])
def test_it_asks_for_a_login(client, connection, name):
    client.logout()
    method = client.get if name == "connection" else client.post
    assert method(url(name, connection)).url.startswith("/login/")


@pytest.mark.parametrize("name", ["connection", "connection_secret", "connection_remove"])
def test_a_page_of_somebody_else_does_not_exist(name, client):
    other = make_connection(make_user("bob"))
    assert client.get(url(name, other)).status_code == 404


@pytest.mark.parametrize("name", ["connection_secret", *ACTIONS])
def test_nobody_else_may_act(name, client):
    other = make_connection(make_user("bob"))
    assert client.post(url(name, other)).status_code == 404
    other.refresh_from_db()
    assert other.state == "active"


def test_finance_may_not_see_it():
    other = make_connection(make_user("bob"))
    client = sign_in("fay", role="finance")
    assert client.get(url("connection", other)).status_code == 404


def test_an_admin_may_see_and_act(connection):
    admin = sign_in("mira", role="admin")
    assert admin.get(url("connection", connection)).status_code == 200
    admin.post(url("connection_pause", connection))
    connection.refresh_from_db()
    assert connection.state == "paused"


def test_it_shows_how_far_it_is(client, connection):
    make_window(connection.feed, state="mirrored", reason="zero_statistic", site_units=0)
    make_window(connection.feed, hours_ago=2)
    page = shown(client, connection)
    assert "1 of 2 windows" in page
    assert "the site&#x27;s statistic is zero" in page


def test_htmx_gets_only_the_panel(client, connection):
    page = shown(client, connection, **HTMX)
    assert page.lstrip().startswith('<section id="connection"')
    assert "<html" not in page


def test_it_shows_the_progress_of_the_backfill(client):
    feed = make_feed(backfilled_at=None, rows_left=3_000)
    connection = make_connection(User.objects.get(), feed)
    make_window(feed, hours=30, rows=1_000)
    page = shown(client, connection)
    assert "of about 3,000" in page
    assert "2 days, back to" in page
    assert "at the pace that the request limit" in page


def test_a_window_that_differs_shows_both_numbers(client, connection):
    make_window(connection.feed, state="differs", reason="statistic", units=500, site_units=700)
    page = shown(client, connection)
    assert "the site&#x27;s statistic gives another sum" in page
    for number in [">500<", ">700<", ">−200<"]:
        assert number in page


def test_a_gap_is_told(client, connection):
    make_window(connection.feed)
    make_window(connection.feed, hours_ago=8)
    assert "6 h missing before it" in shown(client, connection)


def test_quarantined_rows_are_counted_and_not_shown(client, connection):
    QuarantinedRow.objects.create(
        feed=connection.feed, time=NOW, raw="a-bad-row", reason="x", seen_at=NOW
    )
    page = shown(client, connection)
    assert "1 quarantined row could not be read" in page
    assert "a-bad-row" not in page


def test_an_error_says_what_to_do(client, connection):
    connection.record_failure("token_expired", "", True, NOW)
    page = shown(client, connection)
    assert "Make a new one on the site and replace the secret." in page
    assert url("connection_secret", connection) in page


def test_a_feed_that_waits_for_a_person_says_why_and_is_read_again_on_request(client):
    feed = make_feed(waits_for_person="renders_differently")
    connection = make_connection(User.objects.get(), feed)
    page = shown(client, connection)
    assert "shows its old rows differently than before" in page
    assert "Read again" in page
    answer = client.post(url("connection_release", connection), headers=HTMX)
    assert "Read again" not in answer.text
    feed.refresh_from_db()
    assert (feed.waits_for_person, feed.sync_asked_at is None) == ("", False)


def test_without_an_account_it_says_why_nothing_is_shown(client):
    connection = make_connection(User.objects.get(), feed=False)
    assert "has not named the account" in shown(client, connection)


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [("pause", "active", "paused"), ("resume", "paused", "active"), ("sync", "stopped", "active")],
)
def test_an_action_changes_the_state_and_goes_back(client, connection, action, before, after):
    Connection.objects.update(state=before)
    response = client.post(url(f"connection_{action}", connection))
    assert response.url == url("connection", connection)
    connection.refresh_from_db()
    assert connection.state == after


def test_sync_now_asks_for_the_newest_rows(client, connection):
    make_window(connection.feed)
    client.post(url("connection_sync", connection))
    connection.feed.refresh_from_db()
    assert connection.feed.sync_asked_at is not None
    assert "Sync requested" in shown(client, connection)


@pytest.mark.parametrize(("origin", "panel"), [("list", "connections"), ("detail", "connection")])
def test_htmx_gets_the_panel_that_the_action_was_on(client, connection, origin, panel):
    answer = client.post(url("connection_pause", connection), {"page": origin}, headers=HTMX)
    assert answer.content.decode().lstrip().startswith(f'<section id="{panel}"')
    assert "Paused" in answer.content.decode()


def test_from_the_list_one_goes_back_to_the_list(client, connection):
    answer = client.post(url("connection_pause", connection), {"page": "list"})
    assert answer.url == reverse("connections")


@pytest.mark.parametrize("action", ["sync", "pause", "resume", "release"])
def test_a_link_does_nothing(client, connection, action):
    assert client.get(url(f"connection_{action}", connection)).status_code == 405


def test_removing_asks_first_and_keeps_the_rows(client, connection):
    feed = connection.feed
    assert "The secret is destroyed" in client.get(url("connection_remove", connection)).text
    assert client.post(url("connection_remove", connection)).url == reverse("connections")
    assert not Connection.objects.exists()
    feed.refresh_from_db()


def test_another_secret_that_proves_itself_replaces_the_old_one(client, double):
    feed = make_feed(base_url=double.url)
    connection = make_connection(User.objects.get(), feed, state="stopped", user_id="99")
    typed = {"secret": double.token("lab"), "user_id": "2"}
    response = client.post(url("connection_secret", connection), typed)
    assert response.url == url("connection", connection)
    connection.refresh_from_db()
    assert secrets.open_secret(connection).reveal() == double.token("lab")
    assert (connection.state, connection.user_id) == ("active", "2")


def test_a_secret_that_does_not_prove_itself_changes_nothing(client, double):
    connection = make_connection(User.objects.get(), make_feed(base_url=double.url), user_id="2")
    typed = {"secret": "test-unknown-token-0123456789abcd", "user_id": "3"}
    page = client.post(url("connection_secret", connection), typed).content.decode()
    assert "The site does not know this access token." in page
    assert "test-unknown-token" not in page
    connection.refresh_from_db()
    assert secrets.open_secret(connection).reveal() == PLANTED
    assert connection.user_id == "2"


def test_the_number_of_queries_does_not_grow(
    client, connection, django_assert_num_queries, settings
):
    settings.TOLLBOOK_TIME_ZONE = "UTC"  # else it is asked for now and then
    queries = [
        "session",
        "person",
        "their groups",
        "the connection with its site, feed and owner",
        "windows of the feed, counted",
        "rows of the feed",
        "backfills at once",
        "windows of the strip",
        "units of the site, for the balance",
        "balance",
        "unit of the site",
        "what the site was found to do",
        "units of the site, for the windows",
        "watchers",
        "windows that differ",
        "windows that are not verified",
        "quarantined rows",
        "rows per day",
        "permissions of the person",
        "permissions of the groups",
    ]
    make_window(connection.feed)
    client.get(url("connection", connection))
    for number in range(2, 40):
        make_window(connection.feed, hours_ago=number, state="differs", reason="statistic")
        if number in (2, 39):
            with django_assert_num_queries(len(queries)):
                client.get(url("connection", connection))
