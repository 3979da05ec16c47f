import pytest
from django.utils import timezone

from providers.models import Connection
from providers.secrets import open_secret
from providers.sync import conductor
from tests.factories import make_user
from tests.providers.commands.histories import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def add(run, start, tmp_path):
    """Add a connection of alice; the secret file holds lab's token unless a text is given."""

    def call(*words, url=None, secret=None, double=None):
        double = double or start()
        file = tmp_path / "secret"
        file.write_text(double.token("lab") + "\n" if secret is None else secret)
        make_user("alice")
        about = ["--owner", "Alice@example.com", "--user-id", "2", "--secret-file", file]
        return run("connection_add", *about, "--url", url or double.url, *words)

    return call


def test_it_stores_what_proved_itself(add, start):
    double = start()
    ran = add("--name", "Lab", "--json", double=double, url=f"{double.url}/console/log")
    connection = Connection.objects.get(pk=ran.json["id"])
    assert connection.name == "Lab"
    assert connection.owner.email == "alice@example.com"
    assert connection.site.base_url == double.url
    assert connection.feed.account == "2"
    assert open_secret(connection).reveal() == double.token("lab")
    assert ran.json["account"] == {"id": "2", "name": "lab"}


def test_it_tells_people_what_was_found(add):
    ran = add()
    assert "Account: lab (2)" in ran.out
    assert str(Connection.objects.get().pk) in ran.out


def test_it_reads_the_secret_from_standard_input(run, start, monkeypatch, tmp_path):
    make_user("alice")
    double = start()
    file = tmp_path / "secret"
    file.write_text(double.token("lab"))
    about = ["--owner", "alice@example.com", "--url", double.url, "--user-id", "2"]
    with file.open() as opened:
        monkeypatch.setattr("sys.stdin", opened)
        assert run("connection_add", *about, "--secret-file", "-").error is None
    assert Connection.objects.count() == 1


def test_it_stores_nothing_that_did_not_prove_itself(add):
    ran = add("--json", secret="test-access-token-of-nobody")
    assert ran.json["id"] is None
    assert ran.json["findings"][-1]["ok"] is False
    assert ran.error.startswith("Not saved")
    assert not Connection.objects.exists()


def test_it_stores_it_anyway_if_asked(add):
    ran = add("--save-anyway", "--json", secret="test-access-token-of-nobody")
    connection = Connection.objects.get(pk=ran.json["id"])
    assert connection.feed is None
    assert ran.error is None


def test_what_was_stored_anyway_is_due_until_the_site_names_the_account(add, start, run):
    double = start(history=rows(30))
    double.fault("status", status=502)
    add("--save-anyway", double=double)
    connection = Connection.objects.get()
    assert conductor.is_due(connection.site, timezone.now())
    double.clear_faults()
    assert run("sync", "--wait", "--strict").error is None
    assert connection.site.feeds.get().account == "2"


def test_a_forbidden_address_is_stored_for_nobody(add, settings):
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = []
    ran = add("--save-anyway")
    assert "TOLLBOOK_ALLOWED_PRIVATE_NETWORKS" in ran.out
    assert ran.error
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--scope", "all"], "are for admins; alice@example.com is none"),
        (["--owner", "bob@example.com"], "bob@example.com"),
        (["--secret-file", "/nowhere"], "/nowhere cannot be read"),
        (["--url", "not an address"], "not the address of a site"),
    ],
)
def test_it_refuses_with_a_sentence(add, words, sentence):
    assert sentence in add(*words).error
    assert not Connection.objects.exists()


@pytest.mark.parametrize("content", ["", "\n", "one\ntwo", "x" * 20_000])
def test_a_secret_file_holds_a_secret_and_nothing_else(add, content):
    assert "nothing else" in add(secret=content).error


@pytest.mark.parametrize("secret", ["sk-0123456789abcdefghijklmn", "garbled-é-token"])
def test_the_secret_is_never_shown(add, secret, caplog):
    ran = add("--save-anyway", "--json", secret=secret)
    assert secret not in f"{ran.out}{ran.error}{caplog.text}"
