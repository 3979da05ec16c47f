import base64
import hmac
import re
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core import mail
from django.urls import reverse

from accounts import two_factor
from tests.factories import PASSWORD

LOGIN = {"login": "alice@example.com", "password": PASSWORD}
OTHER_KEY = base64.urlsafe_b64encode(b"1" * 32).decode()


def code_of(secret):
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def confirm(client):
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def turn_on(client):
    """Walk the pages as a person does; the secret is the answer."""
    confirm(client)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r"<code>(\w+)</code>", page)[1]
    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    return secret


def test_it_asks_for_the_password_before_it_changes_anything(alice_client):
    answer = alice_client.get(reverse("mfa_activate_totp"))
    assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_it_is_turned_on_with_a_code_and_shows_recovery_codes(alice_client):
    turn_on(alice_client)
    assert Authenticator.objects.filter(type="totp").exists()
    page = alice_client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert len(re.findall(r"<li><code>\w+</code>", page)) == 10


def test_a_wrong_code_turns_nothing_on(alice_client):
    confirm(alice_client)
    alice_client.get(reverse("mfa_activate_totp"))
    page = alice_client.post(reverse("mfa_activate_totp"), {"code": "000000"}).content.decode()
    assert "This code is not right." in page
    assert not Authenticator.objects.exists()


def test_the_login_then_has_a_second_step(alice_client, client):
    secret = turn_on(alice_client)
    answer = client.post("/login/", LOGIN)
    assert answer["Location"] == reverse("mfa_authenticate")
    assert client.get("/me/").status_code == 302
    assert "Second step" in client.get(reverse("mfa_authenticate")).content.decode()
    answer = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert answer["Location"] == "/"
    assert client.get("/me/").status_code == 200


def test_a_code_works_once(alice_client, client):
    code = code_of(turn_on(alice_client))
    for expected in (200, 302):
        client.post("/login/", LOGIN)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert client.get("/me/").status_code == expected
        client.post("/logout/")


def test_a_recovery_code_stands_in_once(alice_client, client):
    turn_on(alice_client)
    recovery = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    for expected in (200, 302):
        client.post("/login/", LOGIN)
        client.post(reverse("mfa_authenticate"), {"code": recovery})
        assert client.get("/me/").status_code == expected
        client.post("/logout/")


def test_the_second_step_can_be_given_up(alice_client, client):
    turn_on(alice_client)
    client.post("/login/", LOGIN)
    client.post("/logout/")
    assert client.get("/login/").status_code == 200


def test_it_is_turned_off_again(alice_client):
    turn_on(alice_client)
    assert alice_client.get(reverse("mfa_deactivate_totp")).status_code == 200
    alice_client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert "turned off for your account" in mail.outbox[0].body
    assert "Address: 127.0.0.1" in mail.outbox[0].body


def test_every_page_of_it_is_ours(alice_client):
    turn_on(alice_client)
    names = ["mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"]
    for name in [*names, "mfa_reauthenticate", "account_reauthenticate"]:
        assert "css/app.css" in alice_client.get(reverse(name)).content.decode()


def test_seeds_are_not_stored_in_clear(alice_client):
    secret = turn_on(alice_client)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored


def test_seeds_move_to_a_new_key(alice_client, settings):
    secret = turn_on(alice_client)
    old = settings.TOLLBOOK_CREDENTIAL_KEYS
    settings.TOLLBOOK_CREDENTIAL_KEYS = [OTHER_KEY, *old]
    assert two_factor.rotate() == 2
    settings.TOLLBOOK_CREDENTIAL_KEYS = [OTHER_KEY]
    encrypted = Authenticator.objects.get(type="totp").data["secret"]
    assert two_factor.TwoFactorAdapter().decrypt(encrypted) == secret
    settings.TOLLBOOK_CREDENTIAL_KEYS = old
    with pytest.raises(InvalidToken):
        two_factor.TwoFactorAdapter().decrypt(encrypted)
