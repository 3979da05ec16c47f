import pytest

from providers.models import Connection, UsageLog
from providers.secrets import open_secret
from tests.providers.commands.histories import rows

pytestmark = pytest.mark.django_db


def test_it_pauses_and_goes_on(run, mirror_of):
    pk = mirror_of().connection.pk
    assert run("connection_pause", "--connection", pk, "--json").json["state"] == "paused"
    assert Connection.objects.get().state == "paused"
    assert "active" in run("connection_pause", "--connection", pk, "--resume").out
    assert Connection.objects.get().state == "active"


def test_removing_keeps_the_rows(run, mirror_of):
    mirror = mirror_of(rows(30))
    mirror.sync()
    pk = str(mirror.connection.pk)
    assert run("connection_remove", "--connection", pk, "--json").json == {"removed": pk}
    assert not Connection.objects.exists()
    assert UsageLog.objects.count() == 30


def test_a_new_secret_must_prove_itself(run, mirror_of, tmp_path):
    mirror = mirror_of()
    mirror.double.change_account(2, token="test-access-token-2")
    about = ["--connection", mirror.connection.pk, "--secret-file", tmp_path / "secret"]
    (tmp_path / "secret").write_text("test-access-token-3")
    ran = run("connection_secret", *about, "--json")
    assert (ran.json["is_saved"], ran.json["ok"]) == (False, False)
    assert ran.error.startswith("Not replaced")
    (tmp_path / "secret").write_text("test-access-token-2")
    assert run("connection_secret", *about).error is None
    assert open_secret(Connection.objects.get()).reveal() == "test-access-token-2"
