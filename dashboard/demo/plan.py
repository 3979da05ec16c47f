"""What a demonstration must remember from start to start, in its data directory."""

import hashlib
import json
import os
import secrets
import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from dashboard.demo.team import SITES, MadeUpSite
from dashboard.environment import BASE_DIR

PASSWORD_BYTES = 9
SOURCES = ("dashboard/demo", "tests/demo", "tests/upstream")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`founded_at` decides all rows that are made up, as long as `source` is the same. `ports` are
    those of the made-up sites, in the order of `SITES`."""

    founded_at: int
    password: str
    source: str = ""
    ports: Sequence[int] = ()
    is_filled: bool = False

    @classmethod
    def new(cls, now: int) -> Self:
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        return cls(founded_at=now, password=password, source=source_digest())

    @property
    def is_current(self) -> bool:
        return self.source == source_digest()

    def anew(self, now: int) -> Self:
        """The past is made up again; who has a login keeps it."""
        return replace(self, founded_at=now, source=source_digest(), is_filled=False)

    @classmethod
    def read(cls, path: Path) -> Self:
        return cls(**json.loads(path.read_text()))

    def write(self, path: Path) -> Self:
        draft = path.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(self), file)
        draft.replace(path)
        return self

    def with_free_ports(self) -> Self:
        return replace(self, ports=free_ports(len(SITES)))

    def filled(self) -> Self:
        return replace(self, is_filled=True)

    def url(self, site: MadeUpSite) -> str:
        return f"http://127.0.0.1:{self.ports[SITES.index(site)]}"


def source_digest() -> str:
    """Of the code that makes rows up: other code makes other rows of the same days."""
    files = sorted(file for folder in SOURCES for file in Path(BASE_DIR, folder).glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports
