import pytest
from django.test import Client

from accounts import zone
from tests.factories import make_user


@pytest.fixture(autouse=True)
def _fresh_zone():
    zone.forget()
    yield
    zone.forget()


@pytest.fixture
def alice(db):
    return make_user("alice")


@pytest.fixture
def alice_client(alice):
    return sign_in(alice)


@pytest.fixture
def admin(db):
    return make_user("root", role="admin")


@pytest.fixture
def admin_client(admin):
    return sign_in(admin)


def sign_in(user):
    client = Client()
    client.force_login(user)
    return client
