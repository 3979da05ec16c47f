"""What units are worth where a site does not say so."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils.timezone import now

from accounts.models import AuditEvent, User
from dashboard import money
from providers.models import SiteUnit
from tests.dashboard.watching import sign_in
from tests.factories_usage import make_connection, make_feed, make_log, make_site

pytestmark = pytest.mark.django_db
PAID = {
    "units": 50_000,
    "amount": "100",
    "currency": "CNY",
    "usd_rate": "7.1",
    "since": "2026-05-01",
}


@pytest.fixture
def client():
    return sign_in("lin")


@pytest.fixture
def connection(client):
    site = make_site(kind="openai_hk", facts_read_at=now())
    SiteUnit.objects.all().delete()
    return make_connection(User.objects.get(), make_feed(site))


def post(client, connection, **fields):
    url = reverse("connection_worth", args=[connection.pk])
    return client.post(url, PAID | fields, follow=True)


def rates(connection):
    return money.rates_of([connection.site_id], ZoneInfo("UTC"))[connection.site_id]


def test_units_become_money_once_somebody_says_what_was_paid(client, connection):
    make_log(connection, units=3550)
    assert "$1.00" not in client.get("/logs/?period=30d").content.decode()
    assert "as money" in post(client, connection).content.decode()
    assert rates(connection) == (money.Rate(None, Decimal(3550)),)
    assert "$1.00" in client.get("/logs/?period=30d").content.decode()
    event = AuditEvent.objects.get()
    assert event.action == "worth_told"
    assert "100 CNY for 50000, 7.1 to the dollar" in event.details


def test_it_is_dated(client, connection):
    post(client, connection, currency="USD", usd_rate=1, amount=10, since="2026-05-01")
    post(client, connection, currency="USD", usd_rate=1, amount=20, since="2026-06-01")
    assert rates(connection) == (
        money.Rate(None, Decimal(5000)),
        money.Rate(date(2026, 6, 1), Decimal(2500)),
    )
    last = SiteUnit.objects.order_by("-read_at").first()
    client.post(reverse("worth_remove", args=[connection.pk, last.pk]))
    assert rates(connection) == (money.Rate(None, Decimal(5000)),)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("units", "0", "greater than or equal to 1"),
        ("units", "1.5", "whole number"),
        ("amount", "0", "greater than or equal to"),
        ("currency", "yuan", "Three capital letters"),
        ("usd_rate", "", "required"),
        ("since", "soon", "valid date"),
    ],
)
def test_what_cannot_be_meant_is_told_and_loses_nothing(client, connection, field, value, words):
    text = post(client, connection, **{field: value}).content.decode()
    assert words in text
    assert not SiteUnit.objects.exists()
    assert 'value="50000"' in text or field == "units"


def test_a_dollar_is_a_dollar(client, connection):
    assert "one US dollar." in post(client, connection, currency="USD").content.decode()


def test_a_site_that_tells_itself_is_believed(client):
    site = make_site(facts_read_at=now())
    owned = make_connection(User.objects.get(), make_feed(site))
    url = reverse("connection_worth", args=[owned.pk])
    assert client.get(url).status_code == 404
    assert client.post(url, PAID).status_code == 404
    assert "Enter what was paid" not in client.get(f"/connections/{owned.pk}/").content.decode()


def test_the_connection_leads_there(client, connection):
    text = client.get(f"/connections/{connection.pk}/").content.decode()
    assert reverse("connection_worth", args=[connection.pk]) in text
