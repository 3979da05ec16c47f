import pytest
from django.urls import reverse

from accounts.models import User
from providers.models import Site
from tests.dashboard.watching import (
    PLANTED,
    make_balance,
    make_connection,
    make_feed,
    make_window,
    sign_in,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db
URL = "/connections/"


def alice():
    return User.objects.get(email="alice@example.com")


def text_of(client, url=URL, **headers):
    return client.get(url, headers=headers).content.decode()


def test_it_asks_for_a_login(client):
    assert client.get(URL).status_code == 302


def test_it_shows_state_site_balance_and_how_far_it_is_verified():
    client = sign_in()
    connection = make_connection(alice())
    make_window(connection.feed)
    make_balance(connection.feed)
    page = text_of(client)
    assert "Harbour" in page
    assert "New API v0.13.2 · gateway.example" in page
    assert "Verified to" in page
    assert "$2.00" in page
    assert 'class="p-verified"' in page


def test_a_site_is_called_after_what_it_runs():
    client = sign_in()
    connection = make_connection(alice())
    Site.objects.filter(pk=connection.site_id).update(dialect="one-api", version="v0.6.11")
    assert "One API v0.6.11 · gateway.example" in text_of(client)


def test_it_hides_other_peoples_connections():
    client = sign_in()
    make_connection(make_user("bob"), name="Bobs gateway")
    assert "Bobs gateway" not in text_of(client)


def test_an_admin_sees_whose_connection_it_is():
    client = sign_in("mira", role="admin")
    make_connection(make_user("bob"), name="Bobs gateway")
    page = text_of(client)
    assert "Bobs gateway" in page
    assert "· Bob<" in page


def test_htmx_gets_only_the_panel():
    client = sign_in()
    page = text_of(client, **{"HX-Request": "true"})
    assert page.lstrip().startswith("<section")
    assert "<html" not in page


def test_nonsense_is_harmless():
    assert sign_in().get(URL + "?page=nine&before=%00").status_code == 200


def test_without_a_connection_it_offers_to_add_one():
    page = text_of(sign_in())
    assert "No connection yet" in page
    assert reverse("connection_add") in page


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"state": "paused"}, "Paused"),
        ({"state": "stopped", "error_code": "token_expired"}, "Credential expired"),
        ({"state": "stopped", "error_code": "token_invalid"}, "Access token not accepted"),
        ({"state": "stopped", "error_code": "user_id_wrong"}, "User ID not accepted"),
        ({"error_code": "rate_limited"}, "Rate limited"),
        ({"error_code": "unavailable"}, "Upstream unavailable"),
    ],
)
def test_the_state_has_a_word(fields, word):
    client = sign_in()
    connection = make_connection(alice(), **fields)
    make_window(connection.feed)
    assert word in text_of(client)


@pytest.mark.parametrize(
    ("fields", "asks"),
    [({"backfilled_at": None, "rows_left": 900}, True), ({}, False)],
)
def test_it_asks_again_only_while_something_is_in_motion(fields, asks):
    client = sign_in()
    connection = make_connection(alice(), make_feed(**fields))
    make_window(connection.feed)
    assert ("hx-trigger" in text_of(client)) is asks


def test_the_number_of_queries_does_not_grow(django_assert_num_queries, settings):
    settings.TOLLBOOK_TIME_ZONE = "UTC"  # else it is asked for now and then
    client = sign_in()
    queries = [
        "session",
        "person",
        "their groups",
        "connections with site, feed and owner",
        "windows of the feeds, counted",
        "rows of the feeds",
        "backfills at once",
        "windows of the strips",
        "units of the sites",
        "balances",
        "permissions of the person",
        "permissions of the groups",
    ]
    for number in range(5):
        connection = make_connection(alice(), make_feed(account=str(number)), name=str(number))
        make_window(connection.feed)
        if number == 0:
            make_balance(connection.feed)
        if number in (0, 4):
            with django_assert_num_queries(len(queries)):
                client.get(URL)


def test_no_page_shows_the_secret():
    client = sign_in()
    connection = make_connection(alice())
    make_window(connection.feed, state="differs", reason="statistic")
    pages = ["connection", "connection_secret", "connection_remove"]
    urls = [URL, *(reverse(name, args=[connection.pk]) for name in pages)]
    for url in urls:
        page = text_of(client, url)
        assert PLANTED not in page
        assert connection.sealed not in page
