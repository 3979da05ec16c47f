import pytest

from providers.models import Connection

pytestmark = pytest.mark.django_db


def test_it_tells_what_was_found(run, mirror_of):
    mirror = mirror_of()
    ran = run("connection_test", "--connection", mirror.connection.pk, "--json")
    assert ran.error is None
    assert ran.json["ok"]


def test_it_fails_where_the_token_was_taken_back(run, mirror_of):
    mirror = mirror_of()
    mirror.double.change_account(2, token="another")
    ran = run("connection_test", "--connection", mirror.connection.pk)
    assert "PROBLEM" in ran.out
    assert ran.error


def test_it_says_that_no_key_opens_the_secret(run, mirror_of):
    mirror = mirror_of()
    Connection.objects.update(sealed="v1:00000000:AAAA")
    ran = run("connection_test", "--connection", mirror.connection.pk)
    assert "installation's keys" in ran.error


def test_it_says_that_there_is_no_such_connection(run):
    nobody = "00000000-0000-0000-0000-000000000000"
    assert nobody in run("connection_test", "--connection", nobody).error
