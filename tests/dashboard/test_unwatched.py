"""Rows whose connections were removed: admins see them, and may delete them."""

import pytest
from django.urls import reverse
from kombu.exceptions import OperationalError

from dashboard.celery import app
from providers import tasks
from providers.models import Feed, UsageLog
from tests.dashboard.watching import make_connection, make_feed, sign_in
from tests.factories import make_user
from tests.factories_usage import make_log

pytestmark = pytest.mark.django_db
URL = "/connections/"


@pytest.fixture
def feed():
    feed = make_feed(account_name="old hand")
    make_log(feed)
    return feed


@pytest.fixture
def worker():
    """Tasks are worked on at once."""
    app.conf.task_always_eager = app.conf.task_eager_propagates = True
    yield
    app.conf.task_always_eager = app.conf.task_eager_propagates = False


def delete_url(feed):
    return reverse("feed_delete", args=[feed.pk])


def test_it_asks_for_a_login(client, feed):
    assert client.post(delete_url(feed)).url.startswith("/login/")


def test_only_an_admin_sees_rows_that_nobody_watches(feed):
    assert "old hand" in sign_in("mira", role="admin").get(URL).text
    assert "old hand" not in sign_in().get(URL).text


def test_rows_that_somebody_watches_are_not_among_them(feed):
    make_connection(make_user("bob"), feed)
    assert delete_url(feed) not in sign_in("mira", role="admin").get(URL).text


def test_deleting_asks_first_and_says_how_many(feed):
    admin = sign_in("mira", role="admin")
    page = admin.get(delete_url(feed)).text
    assert "Delete these rows?" in page
    assert "<dd>1</dd>" in page
    assert UsageLog.objects.count() == 1


def test_an_admin_deletes_them(feed, worker):
    answer = sign_in("mira", role="admin").post(delete_url(feed), follow=True)
    assert answer.redirect_chain == [(URL, 302)]
    assert "are being deleted" in answer.text
    assert not Feed.objects.exists()
    assert not UsageLog.objects.exists()


def test_without_a_queue_it_says_that_nothing_happened(feed, monkeypatch):
    def refuse(pk):
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.delete_feed, "delay", refuse)
    answer = sign_in("mira", role="admin").post(delete_url(feed), follow=True)
    assert "Nothing was deleted" in answer.text
    assert Feed.objects.exists()


@pytest.mark.parametrize("role", ["member", "finance"])
def test_nobody_else_may(feed, role, worker):
    client = sign_in(role=role)
    assert client.get(delete_url(feed)).status_code == 404
    assert client.post(delete_url(feed)).status_code == 404
    assert Feed.objects.exists()


def test_what_somebody_watches_cannot_be_deleted(feed, worker):
    make_connection(make_user("bob"), feed)
    assert sign_in("mira", role="admin").post(delete_url(feed)).status_code == 404
    assert UsageLog.objects.exists()


def test_the_number_of_queries_does_not_grow(django_assert_num_queries, settings):
    settings.TOLLBOOK_TIME_ZONE = "UTC"  # else it is asked for now and then
    admin = sign_in("mira", role="admin")
    queries = [
        "session",
        "person",
        "their groups",
        "connections",
        "feeds that nobody watches",
        "their rows and days",
        "permissions of the person",
        "permissions of the groups",
    ]
    for number in range(4):
        make_log(make_feed(account=str(number)))
        if number in (0, 3):
            with django_assert_num_queries(len(queries)):
                admin.get(URL)
