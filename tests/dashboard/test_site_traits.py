from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import User
from providers.models import SiteTrait
from tests.dashboard.watching import NOW, make_connection, make_feed, sign_in

pytestmark = pytest.mark.django_db
BEFORE = NOW - timedelta(days=3)


@pytest.fixture
def client():
    return sign_in()


@pytest.fixture
def connection(client):
    return make_connection(User.objects.get(), make_feed())


@pytest.fixture
def trait(connection):
    def make(code, value, seen_at=BEFORE, **fields):
        fields |= {"site": connection.site, "code": code, "value": value, "seen_at": seen_at}
        return SiteTrait.objects.create(**fields)

    return make


def shown(client, connection):
    return client.get(reverse("connection", args=[connection.pk])).content.decode()


def test_the_page_says_what_the_doctor_found(client, connection, trait):
    trait("version", "v0.13.2")
    trait("dialect", "new-api")
    trait("ids", "rank")
    trait("row_fields", "id quota")
    page = shown(client, connection)
    assert "What this site does" in page
    assert "the place in the list" in page
    assert "id quota" in page


def test_before_the_doctor_came_there_is_nothing(client, connection, trait):
    trait("version", "v0.13.2")
    trait("dialect", "new-api")
    assert "What this site does" not in shown(client, connection)


def test_an_upgrade_is_told_and_makes_findings_old(client, connection, trait):
    trait("ids", "small")
    trait("dialect", "new-api")
    change = {"former": "v0.6.8", "changed_at": NOW - timedelta(hours=1)}
    trait("version", "<v0.13.2>", seen_at=NOW, **change)
    page = shown(client, connection)
    assert "the site changed. Version: &lt;v0.13.2&gt;, before v0.6.8." in page
    assert "Found out before the site changed." in page


def test_an_old_upgrade_is_no_news(client, connection, trait):
    trait("version", "v0.13.2", former="v0.6.8", changed_at=NOW - timedelta(days=30))
    assert "the site changed" not in shown(client, connection)


def test_a_value_without_words_is_shown_as_it_is(client, connection, trait):
    for code in ("version", "dialect", "page_size"):
        trait(code, "37")
    assert "<dd>37</dd>" in shown(client, connection)
