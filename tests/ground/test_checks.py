import pytest

from dashboard import checks
from dashboard.environment import Bind


def ids(check):
    return [message.id for message in check()]


def test_a_usual_installation_has_nothing_to_complain_about():
    assert ids(checks.hosts_are_named) == []
    assert ids(checks.debugging_stays_at_home) == []
    assert ids(checks.keys_are_private) == []
    assert ids(checks.sqlite_is_on_a_local_disk) == []
    assert ids(checks.passwords_travel_encrypted) == []
    assert ids(checks.allowed_networks_are_private) == []


def test_a_wildcard_host_is_an_error(settings):
    settings.ALLOWED_HOSTS = ["*"]
    assert ids(checks.hosts_are_named) == ["tollbook.E001"]


def test_debugging_in_public_is_an_error(settings):
    settings.DEBUG = True
    settings.BIND = Bind("0.0.0.0", 8000)
    assert ids(checks.debugging_stays_at_home) == ["tollbook.E002"]


def test_a_key_that_others_can_read_is_an_error(settings, tmp_path):
    settings.KEYS_DIR = tmp_path
    (tmp_path / "secret_key").write_text("x")
    (tmp_path / "secret_key").chmod(0o640)
    assert ids(checks.keys_are_private) == ["tollbook.E003"]


def test_sqlite_on_a_network_is_an_error(settings, tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    mounts.write_text("disk / ext4 rw 0 0\nserver:/share /mnt/share nfs4 rw 0 0\n")
    monkeypatch.setattr(checks, "MOUNTS", mounts)
    database = {"ENGINE": checks.SQLITE, "NAME": "/mnt/share/data/tollbook.sqlite3"}
    monkeypatch.setitem(settings.DATABASES, "default", database)
    assert ids(checks.sqlite_is_on_a_local_disk) == ["tollbook.E004"]
    database["NAME"] = "/mnt/shared/tollbook.sqlite3"
    assert ids(checks.sqlite_is_on_a_local_disk) == []


def test_pages_for_others_without_tls_are_a_warning(settings):
    settings.BIND = Bind("10.0.0.5", 8000)
    assert ids(checks.passwords_travel_encrypted) == ["tollbook.W001"]
    settings.IS_HTTPS = True
    assert ids(checks.passwords_travel_encrypted) == []


@pytest.mark.parametrize(
    ("network", "found"),
    [("0.0.0.0/0", ["tollbook.W002"]), ("10.0.0.0/8", []), ("::/0", ["tollbook.W002"])],
)
def test_allowing_everything_is_a_warning(settings, network, found):
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = [network]
    assert ids(checks.allowed_networks_are_private) == found
