import re

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

URL = "/login/"


def answers(email="alice@example.com", password=PASSWORD):
    return {"login": email, "password": password}


def test_it_signs_in_with_the_email_however_it_is_typed(client):
    make_user()
    answer = client.post(URL, answers("Alice@Example.COM"))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/me/").status_code == 200


def test_it_leads_to_the_page_that_was_asked_for(client):
    make_user()
    place = "/me/?a=1"
    answer = client.post(f"{client.get(place)['Location']}", answers())
    assert answer["Location"] == place


def test_it_tells_neither_which_half_was_wrong_nor_who_has_an_account(client):
    make_user()
    wrong, unknown = (
        client.post(URL, answers(email, "not the password")).content.decode()
        for email in ("alice@example.com", "nobody@example.com")
    )
    assert "E-mail and password do not match." in wrong
    assert "E-mail and password do not match." in unknown


def test_guessing_one_persons_password_is_slowed_down(client):
    make_user()
    for _ in range(5):
        client.post(URL, answers(password="not the password"))
    answer = client.post(URL, answers())
    assert "Too many tries." in answer.content.decode()
    assert client.get("/me/").status_code == 302


def test_guessing_from_one_address_is_answered_with_429(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    for _ in range(2):
        assert client.post(URL, answers("nobody@example.com")).status_code == 200
    answer = client.post(URL, answers("nobody@example.com"))
    assert answer.status_code == 429
    assert "Wait a minute" in answer.content.decode()


def test_a_deactivated_person_stays_outside(client):
    make_user(is_active=False)
    answer = client.post(URL, answers(), follow=True)
    assert "This account is deactivated" in answer.content.decode()
    assert client.get("/me/").status_code == 302


def test_a_person_who_is_deactivated_meanwhile_is_outside(alice_client, alice):
    User.objects.update(is_active=False)
    assert alice_client.get("/me/").status_code == 302


def test_signing_out(alice_client):
    assert alice_client.get("/logout/").status_code == 200
    assert alice_client.post("/logout/")["Location"] == URL
    assert alice_client.get("/me/").status_code == 302


@pytest.mark.parametrize(
    "path", ["/signup/", "/email/", "/confirm-email/", "/password/set/", "/social/", "/admin/"]
)
def test_what_is_not_offered_does_not_exist(alice_client, path):
    assert alice_client.get(path).status_code == 404


def test_a_forgotten_password_is_replaced_by_mail(client, settings):
    settings.PUBLIC_URL = "https://tollbook.example.com"
    make_user()
    client.post(reverse("account_reset_password"), {"email": "ALICE@example.com"})
    path = re.search(r"https://tollbook\.example\.com(\S+)", mail.outbox[0].body)[1]
    form = client.get(path, follow=True).redirect_chain[-1][0]
    new = "another horse battery"
    client.post(form, {"password1": new, "password2": new})
    assert User.objects.get().check_password(new)
    assert "does not work any more" in client.get(path, follow=True).content.decode()


def test_a_mail_carries_no_upstream_words_of_the_library(client):
    make_user()
    client.post(reverse("account_reset_password"), {"email": "alice@example.com"})
    assert "Thank you for using" not in mail.outbox[0].body


def test_asking_for_a_stranger_looks_the_same_and_sends_nothing(client):
    make_user()
    known, unknown = (
        client.post(reverse("account_reset_password"), {"email": email}, follow=True)
        for email in ("alice@example.com", "nobody@example.com")
    )
    assert known.redirect_chain == unknown.redirect_chain
    assert [message.to for message in mail.outbox] == [["alice@example.com"]]


def test_a_password_is_changed_and_the_person_is_told(alice_client):
    new = "another horse battery"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    alice_client.post(reverse("account_change_password"), form)
    assert User.objects.get().check_password(new)
    assert "Your password was changed." in mail.outbox[0].body


def test_changing_the_password_needs_the_current_one(alice_client):
    form = {"oldpassword": "guess", "password1": "x" * 20, "password2": "x" * 20}
    page = alice_client.post(reverse("account_change_password"), form).content.decode()
    assert "This is not your current password." in page
    assert User.objects.get().check_password(PASSWORD)
