"""Databases that live as long as a run: SQLite files, and a PostgreSQL cluster of our own."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAMES = ("own", "floor")
OPTIONS = "-c listen_addresses=127.0.0.1 -c shared_buffers=256MB -c max_wal_size=4GB"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two empty databases of one kind: one for the product, one for what it is held against."""

    name: str
    folder: Path
    own_url: str
    floor_url: str


def kinds() -> list[str]:
    return ["sqlite", "postgresql"] if binaries() else ["sqlite"]


@contextlib.contextmanager
def pair(kind: str) -> Iterator[Pair]:
    with tempfile.TemporaryDirectory(prefix="tollbook-bench-") as folder:
        made = _sqlite if kind == "sqlite" else _postgresql
        with made(Path(folder)) as urls:
            yield Pair(name=kind, folder=Path(folder), own_url=urls[0], floor_url=urls[1])


def binaries() -> Path | None:
    """Where PostgreSQL's programs are; distributions do not put them on the path."""
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    paths = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    newest = max(paths, key=lambda path: float(path.parts[-3]), default=None)
    return newest.parent if newest else None


@contextlib.contextmanager
def _sqlite(folder: Path) -> Iterator[tuple[str, str]]:
    own, floor = (f"sqlite:///{folder}/{name}.sqlite3" for name in NAMES)
    yield own, floor


@contextlib.contextmanager
def _postgresql(folder: Path) -> Iterator[tuple[str, str]]:
    programs, port = binaries(), _free_port()
    assert programs is not None
    who = _not_root(folder)
    cluster = folder / "cluster"

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(cluster), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **who)

    run("initdb", "-U", "app", "-A", "trust", "-N", "--no-locale", "-E", "UTF8")
    options = f"{OPTIONS} -p {port} -c unix_socket_directories={folder}"
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        for name in NAMES:
            address = ["-h", "127.0.0.1", "-p", str(port), "-U", "app", name]
            subprocess.run([programs / "createdb", *address], check=True, cwd=folder, **who)
        own, floor = (f"postgres://app@127.0.0.1:{port}/{name}" for name in NAMES)
        yield own, floor
    finally:
        run("pg_ctl", "-m", "immediate", "stop")


def _not_root(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root; its package has a user for it."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
