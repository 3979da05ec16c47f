"""Run web, worker, scheduler and, where REDIS_URL names none, the broker, until Ctrl-C."""

import contextlib
import fcntl
import http.client
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts import setup
from dashboard.celery import app
from dashboard.supervisor import leftovers
from dashboard.supervisor.broker import Broker, BrokerUnusable
from dashboard.supervisor.child import Child, always
from dashboard.supervisor.supervisor import Supervisor

WEB_GRACE_SECONDS = 8.0
BEAT_GRACE_SECONDS = 5.0
WORKER_GRACE_SECONDS = 30.0
PROBE_SECONDS = 0.5


class Command(BaseCommand):
    help = "Run web, worker, scheduler and broker on this machine until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)  # what is written here is nobody else's
        with only_one(settings.DATA_DIR / "run.lock"):
            leftovers.end(self.record, self.say)
            with listening(settings.BIND.host, settings.BIND.port) as web_socket:
                call_command("migrate", interactive=False, verbosity=0)
                call_command("collectstatic", interactive=False, verbosity=0)
                is_stopped = self.supervisor(web_socket).run()
        if not is_stopped:
            sys.exit(1)

    @property
    def record(self) -> Path:
        return Path(settings.DATA_DIR, "run.json")

    def supervisor(self, web_socket: socket.socket) -> Supervisor:
        self.is_announced = False
        broker = self.broker() if settings.HAS_OWN_BROKER else None
        self.children = [broker.child] if broker else []
        self.children += [worker(broker), beat(), web(web_socket)]
        return Supervisor(self.children, record=self.record, say=self.say, every_tick=self.announce)

    def broker(self) -> Broker:
        folder = settings.DATA_DIR / "broker"
        try:
            return Broker(socket=settings.BROKER_SOCKET, folder=folder, app=app, say=self.say)
        except BrokerUnusable as problem:
            raise CommandError(str(problem)) from None

    def say(self, message: str) -> None:
        with contextlib.suppress(OSError):  # what it is written to may be a full disk
            self.stderr.write(f"{time.strftime('%H:%M:%S')} tollbook: {message}")

    def announce(self) -> None:
        """Print the address once the pages answer, and the set-up link while nobody has used it."""
        if self.is_announced or not all(child.is_running for child in self.children):
            return
        if not answers(settings.BIND.host, settings.BIND.port):
            return
        self.is_announced = True
        address = settings.PUBLIC_URL or f"http://{settings.BIND.host}:{settings.BIND.port}"
        lines = [f"Tollbook is ready: {address}/  (Ctrl-C stops it)"]
        if path := setup.pending_setup_path():
            lines.append(f"Create the first admin here, once: {address}{path}")
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Two supervisors on one data directory would start everything twice."""
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(f"Tollbook is already running on {path.parent}.") from None
        yield


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Hold the web server's socket here, so that a request waits while the server restarts."""
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    try:
        opened = socket.create_server((host.strip("[]"), port), family=family, backlog=128)
    except OSError as problem:
        reason = f"{host}:{port} cannot be used: {problem.strerror}."
        raise CommandError(f"{reason} Set TOLLBOOK_BIND to another address.") from None
    with opened:
        yield opened


def worker(broker: Broker | None) -> Child:
    argv = [*celery("worker"), "--concurrency", str(settings.WORKER_PROCESSES)]
    argv += ["--hostname", "embedded@%h", "--without-gossip", "--without-mingle"]
    is_ready = broker.hand_back if broker else always
    return Child("worker", argv, grace=WORKER_GRACE_SECONDS, is_ready=is_ready)


def beat() -> Child:
    # Without a pid file: one that a killed scheduler left would stop the next.
    return Child("scheduler", [*celery("beat"), "--pidfile="], grace=BEAT_GRACE_SECONDS)


def celery(program: str) -> list[str]:
    return [sys.executable, "-m", "celery", "--app", "dashboard", "--quiet", program]


def web(opened: socket.socket) -> Child:
    argv = [sys.executable, "-m", "gunicorn", "--config", "python:dashboard.gunicorn"]
    argv += ["--bind", f"fd://{opened.fileno()}", "--log-level", "warning", "dashboard.wsgi"]
    return Child("web", argv, grace=WEB_GRACE_SECONDS, pass_fds=[opened.fileno()])


def answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host.strip("[]"), port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
