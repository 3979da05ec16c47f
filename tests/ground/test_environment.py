import base64
import os

import pytest
from django.core.exceptions import ImproperlyConfigured

from dashboard import databases, environment

KEY = base64.urlsafe_b64encode(bytes(range(224, 256))).decode()


@pytest.fixture
def missing(tmp_path):
    return tmp_path / "nothing"


def test_no_secret_no_start(monkeypatch, missing):
    monkeypatch.delenv("SECRET_KEY")
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY is not set.*boot\.py run"):
        environment.secret("SECRET_KEY", missing)


def test_a_secret_may_come_from_a_file(monkeypatch, tmp_path, missing):
    monkeypatch.delenv("SECRET_KEY")
    (tmp_path / "secret").write_text("from-a-file\n")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "secret"))
    assert environment.secret("SECRET_KEY", missing) == "from-a-file"


def test_a_secret_file_that_is_not_there_is_named(monkeypatch, missing):
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.setenv("SECRET_KEY_FILE", str(missing))
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE cannot be read"):
        environment.secret("SECRET_KEY", missing)


def test_the_keys_of_a_data_directory_are_made_once(tmp_path):
    environment.make_keys(tmp_path / "keys")
    first = {path.name: path.read_text() for path in (tmp_path / "keys").iterdir()}
    environment.make_keys(tmp_path / "keys")
    assert {path.name: path.read_text() for path in (tmp_path / "keys").iterdir()} == first
    assert set(first) == {"secret_key", "credential_keys"}


def test_the_keys_of_a_data_directory_are_private(tmp_path, monkeypatch):
    environment.make_keys(tmp_path / "keys")
    modes = {oct(path.stat().st_mode & 0o777) for path in (tmp_path / "keys").iterdir()}
    assert modes == {"0o600"}
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    monkeypatch.delenv("TOLLBOOK_CREDENTIAL_KEYS")
    assert len(environment.credential_keys(tmp_path / "keys" / "credential_keys")) == 1


def test_other_commands_make_no_keys(tmp_path, monkeypatch):
    monkeypatch.setenv("TOLLBOOK_DATA_DIR", str(tmp_path))
    environment.prepare(["migrate"])
    assert not (tmp_path / "keys").exists()


def test_the_demo_keeps_away_from_real_data(tmp_path, monkeypatch):
    monkeypatch.setenv("TOLLBOOK_DATA_DIR", str(tmp_path / "real"))
    monkeypatch.setenv("TOLLBOOK_DEMO_DIR", str(tmp_path / "demo"))
    monkeypatch.setenv("DATABASE_URL", "postgres://real@db/real")
    environment.prepare(["demo"])
    assert "DATABASE_URL" not in os.environ
    assert not (tmp_path / "real").exists()
    assert (tmp_path / "demo" / "keys" / "secret_key").exists()


def test_several_credential_keys_are_read_in_order(monkeypatch, missing):
    other = base64.urlsafe_b64encode(bytes(32)).decode()
    monkeypatch.setenv("TOLLBOOK_CREDENTIAL_KEYS", f"{KEY}\n{other},")
    assert environment.credential_keys(missing) == [KEY, other]


@pytest.mark.parametrize("key", ["short", KEY[:-4], KEY + "AAAA", "ключ", KEY.replace("=", "!")])
def test_a_credential_key_that_is_none_is_refused(monkeypatch, missing, key):
    monkeypatch.setenv("TOLLBOOK_CREDENTIAL_KEYS", f"{KEY},{key}")
    with pytest.raises(ImproperlyConfigured, match="32 bytes") as refusal:
        environment.credential_keys(missing)
    assert key not in str(refusal.value)


@pytest.mark.parametrize(("value", "meaning"), [("True", True), ("false", False), ("", False)])
def test_a_boolean_is_read(monkeypatch, value, meaning):
    monkeypatch.setenv("DEBUG", value)
    assert environment.flag("DEBUG", default=False) is meaning


@pytest.mark.parametrize(
    ("read", "name", "value"),
    [
        (lambda name: environment.flag(name, default=False), "DEBUG", "yes"),
        (lambda name: environment.number(name, 2), "TOLLBOOK_WORKERS", "0"),
        (lambda name: environment.number(name, 2), "TOLLBOOK_WORKERS", "two"),
        (lambda name: environment.bind(name, ""), "TOLLBOOK_BIND", "8000"),
        (lambda name: environment.bind(name, ""), "TOLLBOOK_BIND", "localhost:99999"),
        (environment.public_url, "TOLLBOOK_PUBLIC_URL", "tollbook.example.org"),
        (environment.public_url, "TOLLBOOK_PUBLIC_URL", "https://example.org/tollbook"),
        (environment.networks, "TOLLBOOK_ALLOWED_PRIVATE_NETWORKS", "10.0.0.1/8"),
        (environment.networks, "TOLLBOOK_ALLOWED_PRIVATE_NETWORKS", "office"),
        (environment.time_zone, "TOLLBOOK_TIME_ZONE", "Shanghai"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_by_name(monkeypatch, read, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=name):
        read(name)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("127.0.0.1:8000", "127.0.0.1", 8000), ("[::1]:80", "[::1]", 80), ("0.0.0.0:1", "0.0.0.0", 1)],
)
def test_an_address_to_listen_on_is_read(monkeypatch, text, host, port):
    monkeypatch.setenv("TOLLBOOK_BIND", text)
    assert environment.bind("TOLLBOOK_BIND", "") == (host, port)


@pytest.mark.parametrize(
    ("host", "url", "further"),
    [
        ("127.0.0.1", "", []),
        ("10.1.2.3", "", ["10.1.2.3"]),
        ("0.0.0.0", "", []),
        ("0.0.0.0", "https://tollbook.example.org", ["tollbook.example.org"]),
    ],
)
def test_hosts_are_named(host, url, further):
    hosts = environment.allowed_hosts(environment.Bind(host, 8000), url)
    assert hosts == ["localhost", "127.0.0.1", "[::1]", *further]


def test_a_long_data_directory_gets_a_short_socket(tmp_path):
    short = environment.broker_socket(tmp_path / "a")
    long = environment.broker_socket(tmp_path / ("b" * 90))
    assert short.parent == tmp_path / "a" / "broker"
    assert len(os.fsencode(long)) <= environment.LONGEST_SOCKET_PATH
    assert long != environment.broker_socket(tmp_path / ("c" * 90))


@pytest.fixture
def database(monkeypatch, tmp_path):
    def read(url, **variables):
        for name, value in {"DATABASE_URL": url, **variables}.items():
            monkeypatch.setenv(name, value)
        return databases.default(tmp_path)

    return read


def test_the_database_is_sqlite_in_the_data_directory(database, tmp_path):
    settings = database("")
    assert settings["NAME"] == tmp_path / "tollbook.sqlite3"
    assert settings["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_postgresql_gets_its_settings_and_keeps_those_of_the_url(database):
    settings = database("postgres://app@db/app?sslmode=require", TOLLBOOK_STATEMENT_SECONDS="5")
    assert settings["OPTIONS"]["sslmode"] == "require"
    assert "-c jit=off" in settings["OPTIONS"]["options"]
    assert "-c statement_timeout=5s" in settings["OPTIONS"]["options"]


def test_the_password_of_the_database_may_come_alone(database):
    assert database("postgres://app@db/app", DATABASE_PASSWORD="s3cret")["PASSWORD"] == "s3cret"
    assert database("postgres://app:own@db/app", DATABASE_PASSWORD="")["PASSWORD"] == "own"


def test_another_database_is_refused(database):
    with pytest.raises(ImproperlyConfigured, match="postgres:// or sqlite:///"):
        database("mysql://app@db/app")
