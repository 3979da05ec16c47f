import os
import signal
import sys
import time

import pytest

from dashboard.supervisor.child import MOST_STARTS, WINDOW_SECONDS, Child

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]
ENDS = [sys.executable, "-c", "raise SystemExit(3)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('x', file=open(sys.argv[1], 'w')); time.sleep(60)",
]


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def child():
    made = []

    def make(argv, **options):
        made.append(Child("thing", argv, **{"grace": 5, **options}))
        return made[-1]

    yield make
    for one in made:
        one.stop(lambda: True)


def until(condition, seconds=5):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_it_runs_until_it_is_stopped(child):
    one = child(SLEEPS)
    one.start()
    assert one.is_running
    assert one.stop(lambda: False) is False
    assert not one.is_running


def test_it_is_in_a_session_of_its_own(child):
    one = child(SLEEPS)
    one.start()
    assert os.getsid(one.pid) == one.pid != os.getsid(0)


def test_one_that_does_not_listen_is_killed_after_its_grace(child, tmp_path):
    one = child([*STUBBORN, str(tmp_path / "up")], grace=0.2)
    one.start()
    assert until((tmp_path / "up").exists)
    assert one.stop(lambda: False) is True


def test_a_second_request_to_stop_does_not_wait(child, tmp_path):
    one = child([*STUBBORN, str(tmp_path / "up")], grace=60)
    one.start()
    assert until((tmp_path / "up").exists)
    assert one.stop(lambda: True) is True


def end_once(one):
    one.start()
    one.process.wait()
    return one.note_end()


def test_pauses_grow_and_are_bounded(child, clock):
    one = child(ENDS, clock=clock)
    pauses = [end_once(one)[1] for _ in range(6)]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0]


def test_it_is_due_only_after_the_pause(child, clock):
    one = child(ENDS, clock=clock)
    assert one.is_due
    status, pause = end_once(one)
    assert status == 3
    assert not one.is_due
    clock.now += pause
    assert one.is_due


def test_it_keeps_failing_when_it_was_started_often_within_a_minute(child, clock):
    one = child(ENDS, clock=clock)
    for _ in range(MOST_STARTS):
        assert not one.keeps_failing
        end_once(one)
    assert one.keeps_failing
    clock.now += WINDOW_SECONDS + 1
    assert not one.keeps_failing


def test_an_old_failure_does_not_lengthen_the_pause(child, clock):
    one = child(ENDS, clock=clock)
    end_once(one)
    clock.now += WINDOW_SECONDS + 1
    assert end_once(one)[1] == 0.5


def test_what_a_killed_one_leaves_behind_is_killed(child, tmp_path):
    forks = (
        "import subprocess, sys, time; p = subprocess.Popen(['sleep', '60']);"
        "open(sys.argv[1], 'w').write(str(p.pid)); time.sleep(60)"
    )
    note = tmp_path / "pid"
    one = child([sys.executable, "-c", forks, str(note)])
    one.start()
    assert until(lambda: note.exists() and note.read_text())
    os.kill(one.pid, signal.SIGKILL)
    one.process.wait()
    one.note_end()
    assert until(lambda: is_gone(int(note.read_text())))


def is_gone(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
