import pytest

from providers.models import Connection, Opening
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def double(start):
    return start("openai-hk-offset-newest")


@pytest.fixture
def owner():
    return make_user("otto")


def create(run, double, owner, *words):
    known = ("--kind", "openai_hk", "--owner", owner.email, "--url", double.url)
    return run("account_create", *known, *words)


def test_it_opens_and_connects_an_account(run, double, owner):
    ran = create(run, double, owner, "--yes", "--json")
    connection = Connection.objects.get(owner=owner)
    assert (ran.error, ran.json["state"]) == (None, "opened")
    assert ran.json["connection"] == str(connection.pk)
    assert "hk-" not in ran.out


def test_it_wants_a_yes(run, double, owner):
    before = len(double.accounts())
    ran = create(run, double, owner)
    assert "--yes" in ran.error
    assert len(double.accounts()) == before
    assert not Opening.objects.exists()


def test_a_refusal_is_told_in_the_site_s_words(run, double, owner):
    double.set(may_create=["192.0.2.9"])
    ran = create(run, double, owner, "--yes")
    assert "127.0.0.1" in ran.error
    assert Opening.objects.get().state == "unread"
