import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys

import pytest
from django.core.management.base import CommandError

from dashboard.management.commands import run
from dashboard.supervisor import leftovers
from dashboard.supervisor.broker import BrokerUnusable, private_folder, server_binary
from dashboard.supervisor.child import Child
from dashboard.supervisor.supervisor import Supervisor

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]
ENDS = [sys.executable, "-c", "raise SystemExit(3)"]


@pytest.fixture
def said():
    return []


@pytest.fixture
def supervise(tmp_path, said, monkeypatch):
    made = []

    def make(*children, every_tick=lambda: None):
        supervisor = Supervisor(
            children, record=tmp_path / "run.json", say=said.append, every_tick=every_tick
        )
        monkeypatch.setattr(supervisor, "listen", lambda: None)
        made.append(supervisor)
        return supervisor

    yield make
    for supervisor in made:
        supervisor.stop()


def sleeper(name, **options):
    return Child(name, SLEEPS, grace=5, **options)


def test_it_starts_them_in_order_and_stops_them_in_the_opposite_one(supervise, monkeypatch):
    events = []
    for verb in ("start", "stop"):
        known = getattr(Child, verb)
        monkeypatch.setattr(
            Child,
            verb,
            lambda one, *a, v=verb, k=known: (events.append((v, one.name)), k(one, *a))[1],
        )
    supervisor = supervise(sleeper("one"), sleeper("two"))
    supervisor.every_tick = supervisor.ask_to_stop
    assert supervisor.run() is True
    assert events == [("start", "one"), ("start", "two"), ("stop", "two"), ("stop", "one")]


def test_it_starts_again_what_was_killed(supervise, said):
    child = sleeper("one")
    supervisor = supervise(child)
    supervisor.tend()
    first = child.pid
    os.kill(first, signal.SIGKILL)
    child.process.wait()
    supervisor.tend()
    assert said == ["one ended with -9, starting it again in 0.5 s"]
    child.due = 0
    supervisor.tend()
    assert child.is_running
    assert child.pid != first


def test_it_goes_on_with_a_full_disk_and_writes_its_record_once_there_is_room(
    supervise, said, monkeypatch
):
    disk = {"is_full": True}
    known = leftovers.record

    def record(path, children):
        if disk["is_full"]:
            raise OSError(errno.ENOSPC, "No space left on device")
        known(path, children)

    def tick():
        if disk["is_full"] and child.is_running:
            disk["is_full"] = False
        elif supervisor.is_recorded:
            supervisor.ask_to_stop()

    monkeypatch.setattr(leftovers, "record", record)
    child = sleeper("one")
    supervisor = supervise(child, every_tick=tick)
    assert supervisor.run() is True
    assert supervisor.record.exists()
    assert [text for text in said if "No space" in text] == [
        f"{supervisor.record} cannot be written: No space left on device"
    ]


def test_it_waits_until_a_child_can_be_started(supervise):
    ready = []
    child = sleeper("one", is_ready=lambda: bool(ready))
    supervisor = supervise(child)
    supervisor.tend()
    assert not child.is_running
    ready.append(1)
    supervisor.tend()
    assert child.is_running


def test_it_gives_up_on_what_cannot_be_kept_running(supervise, said):
    child = Child("one", ENDS, grace=1)
    supervisor = supervise(child, sleeper("two"))

    def hurry():
        child.due = 0

    supervisor.every_tick = hurry
    assert supervisor.run() is False
    assert "one cannot be kept running: it ended with 3, giving up" in said
    assert not any(child.is_running for child in supervisor.children)


def test_it_records_its_children(supervise, tmp_path):
    child = sleeper("one")
    supervise(child).tend()
    [row] = leftovers.read(tmp_path / "run.json")
    assert (row.name, row.pid) == ("one", child.pid)
    assert row.is_alive


def orphan():
    return subprocess.Popen(SLEEPS, start_new_session=True)


def write(path, *rows):
    path.write_text(json.dumps(rows))


def test_a_start_ends_what_a_killed_supervisor_left(tmp_path, said):
    left = orphan()
    write(tmp_path / "run.json", ["web", left.pid, leftovers.started_at(left.pid)])
    leftovers.end(tmp_path / "run.json", said.append)
    assert left.wait(5) == -signal.SIGTERM
    assert said == ["waiting for web of an earlier start"]
    assert not (tmp_path / "run.json").exists()


def test_a_start_kills_what_does_not_end(tmp_path, said):
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print(1, flush=True); time.sleep(60)"
    )
    left = subprocess.Popen(
        [sys.executable, "-c", code], start_new_session=True, stdout=subprocess.PIPE
    )
    left.stdout.readline()
    write(tmp_path / "run.json", ["web", left.pid, leftovers.started_at(left.pid)])
    leftovers.end(tmp_path / "run.json", said.append, patience=0.1)
    assert left.wait(5) == -signal.SIGKILL
    assert said[-1] == "killing web of an earlier start"
    left.stdout.close()


def test_a_start_leaves_a_stranger_with_the_same_number_alone(tmp_path, said):
    stranger = orphan()
    write(tmp_path / "run.json", ["web", stranger.pid, "12345"])
    leftovers.end(tmp_path / "run.json", said.append)
    assert stranger.poll() is None
    assert said == []
    stranger.kill()
    stranger.wait()


@pytest.mark.parametrize("content", ["", "nonsense", "[1]", '[["web"]]'])
def test_a_damaged_record_is_ignored(tmp_path, said, content):
    (tmp_path / "run.json").write_text(content)
    leftovers.end(tmp_path / "run.json", said.append)
    assert said == []


def test_a_second_supervisor_is_refused(tmp_path):
    with (
        run.only_one(tmp_path / "run.lock"),
        pytest.raises(CommandError, match="already running"),
        run.only_one(tmp_path / "run.lock"),
    ):
        pass


def test_the_lock_ends_with_its_holder(tmp_path):
    with run.only_one(tmp_path / "run.lock"):
        pass
    with (tmp_path / "run.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_an_address_in_use_is_named():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=f"127.0.0.1:{port} cannot be used.*TOLLBOOK_BIND"):
            run.listening("127.0.0.1", port).__enter__()


def test_the_wheel_brings_a_broker():
    ended = subprocess.run([server_binary(), "--version"], capture_output=True, text=True)
    assert ended.returncode == 0
    assert "Valkey" in ended.stdout


def test_the_folder_of_the_socket_is_private(tmp_path):
    folder = private_folder(tmp_path / "broker")
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_can_enter_is_refused(tmp_path):
    (tmp_path / "broker").mkdir(mode=0o755)
    with pytest.raises(BrokerUnusable, match="mode 700"):
        private_folder(tmp_path / "broker")


def test_a_link_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "broker").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BrokerUnusable, match="mode 700"):
        private_folder(tmp_path / "broker")
