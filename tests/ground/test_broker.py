"""The embedded broker with a real worker: what is killed loses no work."""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import pytest
from django.conf import settings

from dashboard.supervisor.broker import Broker
from dashboard.supervisor.child import Child
from tests.ground import jobs

pytestmark = pytest.mark.real

SLOW_SECONDS = 3
PATIENCE_SECONDS = 60


class Queue:
    """A broker and a worker, each under a Child as `run` has them."""

    def __init__(self, folder, monkeypatch):
        self.notes = folder / "notes"
        self.said = []
        socket = folder / "broker" / "broker.sock"
        address = f"redis+socket://{socket}?virtual_host=0"
        monkeypatch.setenv("CELERY_BROKER_URL", address)  # Celery's own variable, before settings
        self.broker = Broker(
            socket=socket, folder=folder / "data", app=jobs.app, say=self.said.append
        )
        argv = [sys.executable, "-m", "celery", "--app", "tests.ground.jobs", "--quiet"]
        argv += ["worker", "--concurrency", "1", "--without-mingle"]
        self.worker = Child("worker", argv, grace=10, is_ready=self.broker.hand_back)

    def start(self):
        self.broker.child.start()
        self.start_worker()

    def start_worker(self):
        until(self.worker.is_ready)
        self.worker.start()

    def publish(self, seconds):
        with jobs.app.connection_for_write() as connection:
            jobs.note.apply_async([str(self.notes), seconds], connection=connection)

    def count(self, word):
        return self.notes.read_text().count(word) if self.notes.exists() else 0

    def stop(self):
        self.worker.stop(lambda: True)
        self.broker.child.stop(lambda: False)


def until(condition):
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.05)


def kill(child):
    os.kill(child.pid, signal.SIGKILL)
    child.process.wait()
    child.note_end()


@pytest.fixture
def queue(monkeypatch):
    with tempfile.TemporaryDirectory(prefix="tollbook-") as folder:
        os.chmod(folder, 0o700)
        queue = Queue(Path(folder), monkeypatch)
        yield queue
        queue.stop()


def test_what_a_killed_worker_had_begun_is_done_by_the_next(queue):
    queue.start()
    queue.publish(SLOW_SECONDS)
    until(lambda: queue.count("began") == 1)
    kill(queue.worker)
    queue.start_worker()
    until(lambda: queue.count("done") == 1)
    assert queue.said == ["handed 1 unfinished task(s) back to the queue"]


def test_a_worker_outlives_a_broker_that_is_killed_during_a_task(queue):
    queue.start()
    queue.publish(SLOW_SECONDS)
    until(lambda: queue.count("began") == 1)
    kill(queue.broker.child)
    queue.broker.child.start()
    until(lambda: queue.count("done") == 1)
    queue.publish(0)
    until(lambda: queue.count("done") >= 2)
    assert queue.worker.is_running


def test_what_was_queued_survives_a_killed_broker(queue):
    queue.broker.child.start()
    until(queue.broker.hand_back)
    for _ in range(5):
        queue.publish(0)
    time.sleep(1.5)  # it writes to disk each second
    kill(queue.broker.child)
    queue.broker.child.start()
    queue.start_worker()
    until(lambda: queue.count("done") == 5)


def test_there_is_nothing_to_hand_back_without_a_broker(queue):
    assert queue.broker.hand_back() is False


def test_the_queue_has_the_settings_of_the_product():
    assert jobs.app.conf.task_acks_late is settings.CELERY_TASK_ACKS_LATE is True
    assert jobs.app.conf.worker_prefetch_multiplier == 1
