import base64

import pytest

from providers import secrets
from providers.adapters.records import Secret
from providers.models import Connection

KEYS = [base64.urlsafe_b64encode(bytes([n]) * 32).decode() for n in range(3)]
TOKEN = "test-access-token-of-lab"


def sealed(text=TOKEN):
    connection = Connection()
    connection.sealed = secrets.seal(Secret(text), connection)
    return connection


def test_it_opens_what_it_sealed():
    assert secrets.open_secret(sealed()).reveal() == TOKEN


def test_the_sealed_form_does_not_hold_the_secret():
    assert TOKEN not in sealed().sealed


def test_two_seals_of_one_secret_differ():
    connection = sealed()
    assert secrets.seal(Secret(TOKEN), connection) != connection.sealed


def test_it_belongs_to_its_row():
    stranger = Connection(sealed=sealed().sealed)
    with pytest.raises(secrets.SecretUnreadable):
        secrets.open_secret(stranger)


@pytest.mark.parametrize("damaged", ["", "v1", "v1:00000000:AAAA", "v2:x:y", "plain"])
def test_damage_is_told_and_never_used_as_a_secret(damaged):
    with pytest.raises(secrets.SecretUnreadable):
        secrets.open_secret(Connection(sealed=damaged))


def test_an_older_key_opens_and_the_first_seals(settings):
    settings.TOLLBOOK_CREDENTIAL_KEYS = KEYS[:1]
    connection = sealed()
    settings.TOLLBOOK_CREDENTIAL_KEYS = [KEYS[1], KEYS[0]]
    assert secrets.open_secret(connection).reveal() == TOKEN
    assert not secrets.is_sealed_with_first_key(connection)
    connection.sealed = secrets.seal(secrets.open_secret(connection), connection)
    settings.TOLLBOOK_CREDENTIAL_KEYS = KEYS[1:2]
    assert secrets.open_secret(connection).reveal() == TOKEN


def test_without_the_key_it_is_unreadable(settings):
    settings.TOLLBOOK_CREDENTIAL_KEYS = KEYS[:1]
    connection = sealed()
    settings.TOLLBOOK_CREDENTIAL_KEYS = KEYS[2:]
    with pytest.raises(secrets.SecretUnreadable):
        secrets.open_secret(connection)
