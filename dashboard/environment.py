"""What differs between installations, read from the environment. Refuses rather than guesses."""

import base64
import binascii
import hashlib
import ipaddress
import os
import secrets
import tempfile
import zoneinfo
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
BOOLEANS = {"true": True, "false": False}
CREDENTIAL_KEY_BYTES = 32
LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
LONGEST_SOCKET_PATH = 100
ANY_ADDRESS = {"0.0.0.0", "[::]"}


class Bind(NamedTuple):
    host: str
    port: int


def prepare(arguments: Sequence[str]) -> None:
    """Before settings load: `run` and `demo` may make keys, and `demo` keeps to its own data."""
    command = arguments[0] if arguments else ""
    if command == "demo":
        os.environ["TOLLBOOK_DATA_DIR"] = os.environ.get("TOLLBOOK_DEMO_DIR", "data-demo")
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
    if command in {"run", "demo"}:
        make_keys(data_dir() / "keys")


def make_keys(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_once(folder / "secret_key", secrets.token_urlsafe(50))
    key = base64.urlsafe_b64encode(secrets.token_bytes(CREDENTIAL_KEY_BYTES))
    write_once(folder / "credential_keys", key.decode())


def write_once(path: Path, content: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(content + "\n")


def data_dir() -> Path:
    folder = BASE_DIR / text("TOLLBOOK_DATA_DIR", "data")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def broker_socket(folder: Path) -> Path:
    """Where the embedded broker listens; the system allows about 104 bytes for such a path."""
    path = folder / "broker" / "broker.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir(), f"tollbook-{os.geteuid()}-{name}", "broker.sock")


def static_root(folder: Path) -> Path:
    """The collected files: in an image they are not in the data directory."""
    return BASE_DIR / text("TOLLBOOK_STATIC_DIR", str(folder / "static"))


def text(name: str, default: str = "") -> str:
    """Read NAME, or the file that NAME_FILE names."""
    path = os.environ.get(f"{name}_FILE", "")
    if not path:
        return os.environ.get(name, "").strip() or default
    try:
        return Path(path).read_text().strip() or default
    except (OSError, ValueError) as problem:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {problem}") from None


def flag(name: str, default: bool) -> bool:
    value = text(name, str(default)).lower()
    if value not in BOOLEANS:
        raise ImproperlyConfigured(f"{name} must be True or False.")
    return BOOLEANS[value]


def number(name: str, default: int, *, least: int = 1) -> int:
    value = text(name, str(default))
    if not value.isdecimal() or int(value) < least:
        raise ImproperlyConfigured(f"{name} must be a whole number, {least} or more.")
    return int(value)


def words(name: str) -> list[str]:
    """Split at commas and line ends."""
    return [word.strip() for word in text(name).replace("\n", ",").split(",") if word.strip()]


def secret(name: str, file: Path) -> str:
    """Take a secret from the environment, else from the file that `run` made."""
    value = text(name) or (file.read_text().strip() if file.exists() else "")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. Set {name} or {name}_FILE; on one machine, start once with "
            f"`python3 boot.py run`, which makes {file}."
        )
    return value


def credential_keys(file: Path) -> list[str]:
    """The first key encrypts, all of them decrypt."""
    name = "TOLLBOOK_CREDENTIAL_KEYS"
    keys = secret(name, file).replace(",", " ").split()
    if not all(map(is_credential_key, keys)):
        raise ImproperlyConfigured(f"Each key in {name} must be 32 bytes in URL-safe base64.")
    return keys


def is_credential_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, altchars=b"-_", validate=True)) == CREDENTIAL_KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def bind(name: str, default: str) -> Bind:
    host, _, port = text(name, default).rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ImproperlyConfigured(f"{name} must look like 127.0.0.1:8000.")
    return Bind(host, int(port))


def public_url(name: str) -> str:
    """The address that people type, without a slash at the end; empty when there is none."""
    url = text(name).rstrip("/")
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.path):
        raise ImproperlyConfigured(f"{name} must look like https://tollbook.example.org.")
    return url


def allowed_hosts(address: Bind, url: str) -> list[str]:
    """Loopback is always allowed, so that a health check needs no setting."""
    own = [] if address.host in ANY_ADDRESS else [address.host]
    public = [urlsplit(url).hostname or ""] if url else []
    return list(dict.fromkeys([*LOOPBACK_HOSTS, *(words("ALLOWED_HOSTS") or own), *public]))


def networks(name: str) -> list[str]:
    return checked(name, words(name), ipaddress.ip_network, "networks like 10.1.2.0/24")


def time_zone(name: str) -> str:
    zones = checked(name, [text(name)], zone_or_empty, "a time zone like Asia/Shanghai")
    return zones[0]


def zone_or_empty(name: str) -> zoneinfo.ZoneInfo | None:
    return zoneinfo.ZoneInfo(name) if name else None


def checked(name: str, values: list[str], parse: Callable[[str], object], wanted: str) -> list[str]:
    for value in values:
        try:
            parse(value)
        except (ValueError, zoneinfo.ZoneInfoNotFoundError):
            raise ImproperlyConfigured(f"{name} must name {wanted}, not {value!r}.") from None
    return values
