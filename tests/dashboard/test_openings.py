"""Accounts that admins open for members."""

import pytest
from django.urls import reverse

from providers import names, openings, secrets, upkeep
from providers.models import Connection, Opening
from tests.factories import make_user
from tests.providers.sync import hk

pytestmark = pytest.mark.django_db

CREATE = "/openai/sk/create"


@pytest.fixture(autouse=True)
def _installation(settings):
    hk.install(settings)
    names.forget()


@pytest.fixture(scope="module")
def running():
    with hk.start() as double:
        yield double


@pytest.fixture
def double(running):
    running.reset()
    running.set(rate_limit=None)
    return running


@pytest.fixture
def admin(client):
    admin = make_user("ada", role="admin")
    client.force_login(admin)
    return admin


@pytest.fixture
def owner():
    return make_user("otto")


def post(client, double, owner, **fields):
    told = {"kind": "openai_hk", "url": double.url, "owner": owner.pk, "is_sure": "on"} | fields
    return client.post(reverse("account_open"), told, follow=True)


def stored_key():
    return secrets.open_secret(Connection.objects.get()).reveal()


def test_an_admin_opens_an_account_for_a_member(client, admin, owner, double):
    page = post(client, double, owner).content.decode()
    connection = Connection.objects.get()
    assert connection.owner == owner
    assert stored_key().startswith("hk-")
    assert str(owner) in page
    assert stored_key() not in page
    (opening,) = Opening.objects.all()
    assert (opening.state, opening.asked_by) == ("opened", admin)


def test_nothing_is_opened_without_a_confirmation(client, admin, owner, double):
    before = len(double.accounts())
    page = post(client, double, owner, is_sure="").content.decode()
    assert "Confirm that an account is to be opened." in page
    client.get(reverse("account_open"))
    assert len(double.accounts()) == before
    assert not Opening.objects.exists()


@pytest.mark.parametrize("role", ["member", "finance"])
def test_it_is_for_admins_only(client, owner, double, role):
    client.force_login(make_user("nobody", role=role))
    before = len(double.accounts())
    assert client.get(reverse("account_open")).status_code == 404
    assert post(client, double, owner).status_code == 404
    assert len(double.accounts()) == before


@pytest.mark.parametrize("kind", ["reset", "lost"])
def test_a_lost_answer_is_told_and_never_asked_for_again(client, admin, owner, double, kind):
    before = len(double.accounts())
    double.fault(kind, path=CREATE, times=1)
    page = post(client, double, owner).content.decode()
    (opening,) = Opening.objects.all()
    assert opening.state in ("lost", "unread")
    assert not Connection.objects.exists()
    assert len(double.accounts()) == before + 1
    assert "note bad" in page


def test_a_garbled_answer_is_kept_for_an_admin(client, admin, owner, double):
    garbled = '{"data":{"apikey":"hk-half'
    double.fault("lost", path=CREATE, times=1, status=200, body=garbled)
    post(client, double, owner)
    (opening,) = Opening.objects.all()
    assert opening.state == "unread"
    assert garbled not in opening.sealed
    url = reverse("opening_answer", args=[opening.pk])
    assert "hk-half" in client.post(url).content.decode()
    assert client.get(url).status_code == 405
    client.force_login(owner)
    assert client.post(url).status_code == 404


def test_the_owner_is_shown_the_key_once(client, admin, owner, double):
    post(client, double, owner)
    connection = Connection.objects.get()
    url = reverse("opened_key", args=[connection.pk])
    assert client.post(url).status_code == 404  # an admin is not its owner
    client.force_login(owner)
    page = reverse("connection", args=[connection.pk])
    assert url in client.get(page).content.decode()
    assert stored_key() in client.post(url).content.decode()
    again = client.post(url, follow=True).content.decode()
    assert stored_key() not in again
    assert url not in client.get(page).content.decode()
    assert Opening.objects.get().sealed == ""


def test_a_kept_answer_is_sealed_anew_with_the_others(admin, owner, double, settings):
    opening = openings.open_account(kind="openai_hk", base_url=double.url, owner=owner, by=admin)
    settings.TOLLBOOK_CREDENTIAL_KEYS = ["B" * 43 + "=", *settings.TOLLBOOK_CREDENTIAL_KEYS]
    assert upkeep.rotate_secrets().resealed == 2
    settings.TOLLBOOK_CREDENTIAL_KEYS = settings.TOLLBOOK_CREDENTIAL_KEYS[:1]
    opening.refresh_from_db()
    assert b"apikey" in secrets.open_answer(opening)
