import pytest

from providers.models import Connection
from tests.providers.commands.histories import rows

pytestmark = pytest.mark.django_db


def test_it_says_how_to_begin(run):
    assert "connection_add" in run("connection_list").out


def test_it_lists_how_far_each_mirror_is(run, mirror_of):
    mirror = mirror_of(rows(30))
    mirror.sync()
    (listed,) = run("connection_list", "--json").json["connections"]
    assert listed["id"] == str(mirror.connection.pk)
    assert (listed["rows"], listed["is_whole"]) == (30, True)
    assert listed["mirrored_until"].endswith("Z")
    assert str(mirror.connection.pk) in run("connection_list").out


def test_it_lists_what_was_never_read(run, mirror_of):
    mirror_of()
    (listed,) = run("connection_list", "--json").json["connections"]
    assert (listed["rows"], listed["mirrored_until"], listed["is_whole"]) == (0, None, False)


def test_it_says_what_stands_in_the_way(run, mirror_of):
    mirror_of()
    Connection.objects.update(feed=None, error_code="token_invalid", state="stopped")
    assert "Copy the system access token again" in run("connection_list").out
