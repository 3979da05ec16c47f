import pytest
from django.urls import reverse

from accounts.models import User
from tests.dashboard.watching import make_connection, make_feed, sign_in
from tests.factories import make_user
from tests.factories_usage import make_log, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return sign_in()


@pytest.fixture
def connection(client):
    return make_connection(User.objects.get(), make_feed())


def url(connection):
    return reverse("connection_types", args=[connection.pk])


def test_it_asks_for_a_login(client, connection):
    client.logout()
    assert client.get(url(connection)).url.startswith("/login/")


def test_it_says_what_each_number_would_mean(client, connection):
    page = client.get(url(connection)).text
    assert "1 top-up, 2 consume, 3 manage" in page
    assert "1 consume, 2 consume, 3 consume" in page
    assert 'value="new-api" checked' in page


def test_a_choice_is_kept_and_shown_on_the_connection(client, connection):
    answer = client.post(url(connection), {"vocabulary": "hitopen-docs"}, follow=True)
    assert answer.redirect_chain == [(reverse("connection", args=[connection.pk]), 302)]
    assert "(1, 2, 3 = consume)" in answer.text
    assert "chosen by a person" in answer.text
    connection.site.refresh_from_db()
    assert connection.site.vocabulary_is_chosen


def test_sums_follow_the_choice(client, connection):
    make_unit(connection.site)
    make_log(connection, type=1, units=500_000)
    assert "$0.0000" in client.get("/logs/?totals=here").text
    client.post(url(connection), {"vocabulary": "hitopen-docs"})
    assert "$1.0000" in client.get("/logs/?totals=here").text


def test_nonsense_changes_nothing(client, connection):
    assert client.post(url(connection), {"vocabulary": "esperanto"}).status_code == 200
    connection.site.refresh_from_db()
    assert connection.site.vocabulary == "new-api"


def test_an_admin_may_choose_for_others_and_nobody_else_may(connection):
    admin, bob = sign_in("mira", role="admin"), sign_in("bob")
    assert bob.post(url(connection), {"vocabulary": "one-api"}).status_code == 404
    assert admin.post(url(connection), {"vocabulary": "one-api"}).status_code == 302


def test_the_site_of_somebody_else_does_not_exist(client):
    other = make_connection(make_user("carol"), make_feed(account="9"))
    assert client.get(url(other)).status_code == 404
