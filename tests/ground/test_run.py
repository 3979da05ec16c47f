"""`manage.py run` for real: processes are killed, and everything is as it was."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

pytestmark = pytest.mark.real

ROOT = Path(__file__).parent.parent.parent
STARTS_WITHIN = 60
RECOVERS_WITHIN = 30
NAMES = {"broker", "worker", "scheduler", "web"}


class Installation:
    """A data directory and a port, on which Tollbook may be started."""

    def __init__(self, folder):
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.running = []
        outer = {"SECRET_KEY", "TOLLBOOK_CREDENTIAL_KEYS", "DATABASE_URL", "REDIS_URL"}
        self.environment = {k: v for k, v in os.environ.items() if k not in outer} | {
            "TOLLBOOK_DATA_DIR": str(folder),
            "TOLLBOOK_BIND": f"127.0.0.1:{self.port}",
            "TOLLBOOK_WORKERS": "1",
        }

    def start(self):
        log = (self.folder.parent / f"{self.folder.name}.log").open("a+")
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run"],
            cwd=ROOT,
            env=self.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        log.close()
        self.running.append(process)
        return process

    def started(self):
        earlier = self.log().count("is ready")
        process = self.start()
        wait(
            lambda: self.log().count("is ready") > earlier and self.is_well(),
            STARTS_WITHIN,
            self.log,
        )
        return process

    def log(self):
        path = self.folder.parent / f"{self.folder.name}.log"
        return path.read_text() if path.exists() else ""

    def is_well(self):
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:
                return json.load(answer)["status"] == "ok"
        except (OSError, urllib.error.URLError):
            return False

    def pids(self):
        try:
            return {
                name: pid for name, pid, _ in json.loads((self.folder / "run.json").read_text())
            }
        except FileNotFoundError:
            return {}

    def manage(self, *arguments, timeout=60):
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def end(self):
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(60)
        for pid in self.pids().values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)


def wait(condition, seconds, explain=lambda: ""):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.1)
    pytest.fail(f"not within {seconds} s\n{explain()[-4000:]}")


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def installation(tmp_path):
    made = Installation(tmp_path / "data")
    yield made
    made.end()


def test_a_life(installation):
    """Start, be refused, lose each child, stop: one start serves all, for it takes seconds."""
    supervisor = installation.started()
    pids = installation.pids()
    assert set(pids) == NAMES
    assert re.search(rf"{installation.address}/setup/[\w-]+/", installation.log())

    second = installation.manage("run")
    assert second.returncode == 1
    assert "already running" in second.stderr

    for name in sorted(NAMES):
        os.kill(pids[name], signal.SIGKILL)
    wait(
        lambda: (
            set(installation.pids()) == NAMES
            and not set(installation.pids().values()) & set(pids.values())
            and installation.is_well()
        ),
        RECOVERS_WITHIN,
        installation.log,
    )

    last, said = installation.pids(), len(installation.log())
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(30) == 0
    assert "Traceback" not in installation.log()[said:]
    assert not any(map(is_alive, [*pids.values(), *last.values()]))


def test_a_killed_supervisor_takes_its_children_along_and_can_be_started_again(installation):
    supervisor = installation.started()
    first = installation.pids()
    supervisor.kill()
    supervisor.wait()
    installation.started()
    assert not any(map(is_alive, first.values()))
    assert set(installation.pids()) == NAMES


def test_what_is_written_is_nobody_elses(installation):
    installation.started()
    written = [path for path in installation.folder.rglob("*") if path.is_file()]
    private = [path for path in written if "static" not in path.parts]
    assert [path for path in private if path.stat().st_mode & 0o077] == []


@pytest.fixture
def services():
    """A database and a queue of their own on the servers that the tests were given."""
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        pytest.skip("needs DATABASE_URL and REDIS_URL")
    database = urlsplit(os.environ["DATABASE_URL"])
    redis = urlsplit(os.environ["REDIS_URL"])
    with psycopg.connect(database.geturl(), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS tollbook_run WITH (FORCE)")
        connection.execute("CREATE DATABASE tollbook_run")
    return {
        "DATABASE_URL": database._replace(path="/tollbook_run").geturl(),
        "REDIS_URL": redis._replace(path="/7").geturl(),
    }


@pytest.mark.postgres
@pytest.mark.redis
def test_it_uses_the_services_that_are_named(installation, services):
    installation.environment |= services
    supervisor = installation.started()
    assert set(installation.pids()) == NAMES - {"broker"}
    assert not list(installation.folder.glob("*.sqlite3"))
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(30) == 0


def test_other_processes_refuse_an_unmigrated_database(installation):
    installation.environment |= {
        "SECRET_KEY": "x" * 60,
        "TOLLBOOK_CREDENTIAL_KEYS": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    }
    web = [sys.executable, "-c", "import dashboard.wsgi"]
    worker = [sys.executable, "-m", "celery", "--app", "dashboard", "worker"]
    for command in (web, worker):
        ended = subprocess.run(
            command,
            cwd=ROOT,
            env=installation.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert ended.returncode == 1
        assert "boot.py manage migrate" in ended.stderr


def test_without_keys_nothing_else_starts(installation):
    ended = installation.manage("check")
    assert ended.returncode == 1
    assert "SECRET_KEY is not set" in ended.stderr or "TOLLBOOK_CREDENTIAL_KEYS" in ended.stderr
    assert "boot.py run" in ended.stderr
