"""`manage.py run` for real: processes are killed, and everything is as it was."""

import os
import re
import signal
import subprocess
import sys

import pytest

from tests.installation import RECOVERS_WITHIN, ROOT, Installation, is_alive, services, wait

pytestmark = pytest.mark.real

NAMES = {"broker", "worker", "scheduler", "web"}


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


@pytest.mark.postgres
@pytest.mark.redis
def test_it_uses_the_services_that_are_named(installation):
    named = services("tollbook_run")
    if named is None:
        pytest.skip("needs DATABASE_URL and REDIS_URL")
    installation.environment |= named
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
