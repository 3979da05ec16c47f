import pytest
import redis
from django.db import OperationalError, connection

URL = "/healthz"


@pytest.fixture
def a_broker(monkeypatch):
    monkeypatch.setattr(redis.Redis, "ping", lambda client: True)


@pytest.mark.django_db
def test_it_is_well_and_needs_no_login(client, a_broker):
    answer = client.get(URL)
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "broker": "ok"}


@pytest.mark.django_db
def test_it_says_when_there_is_no_broker(client, settings, tmp_path):
    settings.REDIS_URL = ""
    settings.BROKER_SOCKET = tmp_path / "nothing.sock"
    answer = client.get(URL)
    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "database": "ok", "broker": "unavailable"}


def test_it_says_when_there_is_no_database(client, a_broker, monkeypatch):
    def fail():
        raise OperationalError("secret address of the database")

    monkeypatch.setattr(connection, "cursor", fail)
    answer = client.get(URL)
    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "database": "unavailable", "broker": "ok"}


@pytest.mark.django_db
def test_it_asks_the_database_once(client, a_broker, django_assert_num_queries):
    with django_assert_num_queries(1):  # SELECT 1
        client.get(URL)


def test_it_is_only_read(client):
    assert client.post(URL).status_code == 405
