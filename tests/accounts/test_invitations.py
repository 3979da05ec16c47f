from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from accounts import invitations
from accounts.models import Invitation, Role, User
from accounts.people import NewPerson
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

ANSWERS = {"name": "Lin", "password": PASSWORD, "password_again": PASSWORD}


def make_invitation(email="lin@example.com", role="member", at=None):
    by = User.objects.filter(email="root@example.com").first() or make_user("root", "admin")
    made, token = Invitation.objects.invite(email=email, role=role, by=by, now=at or now())
    return made, f"/invitation/{token}/"


def test_it_shows_who_is_invited_as_what(client):
    _, path = make_invitation(role="finance")
    page = client.get(path).content.decode()
    assert "lin@example.com" in page
    assert "Finance" in page


def test_it_creates_the_person_and_signs_them_in(client):
    made, path = make_invitation(role="finance")
    answer = client.post(path, ANSWERS)
    lin = User.objects.get(email="lin@example.com")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert (lin.name, lin.role, lin.check_password(PASSWORD)) == ("Lin", Role.FINANCE, True)
    assert client.get("/me/").status_code == 200
    made.refresh_from_db()
    assert made.accepted_at is not None


def test_it_refuses_a_password_like_the_email(client):
    _, path = make_invitation(email="somebodyspecial@example.com")
    same = {"password": "somebodyspecial", "password_again": "somebodyspecial"}
    assert "too similar" in client.post(path, ANSWERS | same).content.decode()
    assert User.objects.count() == 1


def used(made, path):
    Client().post(path, ANSWERS)


def revoked(made, path):
    Invitation.objects.revoke(now())


def expired(made, path):
    Invitation.objects.update(expires_at=now())


def replaced(made, path):
    make_invitation()


def of_somebody_with_an_account(made, path):
    make_user("lin")


@pytest.mark.parametrize("happens", [used, revoked, expired, replaced, of_somebody_with_an_account])
def test_a_link_is_dead_when(client, happens):
    made, path = make_invitation()
    happens(made, path)
    people = User.objects.count()
    for answer in (client.get(path), client.post(path, ANSWERS)):
        assert answer.status_code == 410
        assert "does not work any more" in answer.content.decode()
    assert User.objects.count() == people


def test_a_made_up_link_is_dead(client):
    assert client.get("/invitation/made-up/").status_code == 410


def test_of_two_at_the_same_time_one_gets_in():
    made, _ = make_invitation()
    lin = NewPerson(email="lin@example.com", name="Lin", language="en", password=PASSWORD)
    assert invitations.accept(made, lin, now()) is not None
    User.objects.filter(email="lin@example.com").update(email="lin@example.org")
    assert invitations.accept(made, lin, now()) is None


def test_it_works_for_a_week():
    made, _ = make_invitation(at=now() - timedelta(days=6))
    assert Invitation.objects.pending(now()).get() == made


def test_only_a_digest_of_the_token_is_stored():
    _, path = make_invitation()
    assert path.split("/")[2] not in str(Invitation.objects.values().get())
