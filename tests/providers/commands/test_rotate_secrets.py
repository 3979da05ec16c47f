import base64

import pytest

from providers import secrets
from providers.adapters.records import Secret
from providers.models import Connection
from tests.factories import make_user
from tests.factories_usage import make_connection

pytestmark = pytest.mark.django_db
OLD, NEW, THIRD = (base64.urlsafe_b64encode(bytes([n]) * 32).decode() for n in (1, 2, 3))
TEXT = "test-access-token"


def make_sealed(name):
    connection = make_connection(make_user(name))
    connection.sealed = secrets.seal(Secret(TEXT), connection)
    connection.save(update_fields=["sealed"])
    return connection


def test_it_seals_every_secret_with_the_first_key(run, settings):
    settings.TOLLBOOK_CREDENTIAL_KEYS = [OLD]
    connection = make_sealed("alice")
    settings.TOLLBOOK_CREDENTIAL_KEYS = [NEW, OLD]
    assert run("rotate_secrets", "--json").json == {"resealed": 1, "kept": 0, "unreadable": []}
    assert run("rotate_secrets", "--json").json == {"resealed": 0, "kept": 1, "unreadable": []}
    settings.TOLLBOOK_CREDENTIAL_KEYS = [NEW]
    connection.refresh_from_db()
    assert secrets.open_secret(connection).reveal() == TEXT


def test_it_names_what_no_key_opens_and_goes_on(run, settings):
    settings.TOLLBOOK_CREDENTIAL_KEYS = [THIRD]
    lost = make_sealed("alice")
    settings.TOLLBOOK_CREDENTIAL_KEYS = [OLD]
    make_sealed("bob")
    settings.TOLLBOOK_CREDENTIAL_KEYS = [NEW, OLD]
    before = Connection.objects.get(pk=lost.pk).sealed
    ran = run("rotate_secrets")
    assert str(lost.pk) in ran.error
    assert ran.out.startswith("1 sealed anew")
    assert Connection.objects.get(pk=lost.pk).sealed == before
    assert TEXT not in ran.out + ran.error
