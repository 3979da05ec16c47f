"""The whole product on a data directory and a port of its own: start it, visit it, kill it."""

import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
import redis

from dashboard.supervisor import leftovers

ROOT = Path(__file__).parent.parent
STARTS_WITHIN = 60
RECOVERS_WITHIN = 30
OUTER = {"SECRET_KEY", "TOLLBOOK_CREDENTIAL_KEYS", "DATABASE_URL", "REDIS_URL"}
PASSWORD = "correct horse battery staple"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Installation:
    """A data directory and a port, on which Tollbook may be started."""

    def __init__(self, folder, **environment):
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.log_file = folder.parent / f"{folder.name}.log"
        self.running = []
        self.visitors = []
        self.environment = {k: v for k, v in os.environ.items() if k not in OUTER} | {
            "TOLLBOOK_DATA_DIR": str(folder),
            "TOLLBOOK_BIND": f"127.0.0.1:{self.port}",
            "TOLLBOOK_WORKERS": "1",
            **environment,
        }

    # --- Its processes

    def start(self):
        with self.log_file.open("a+") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "run"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
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

    def pids(self):
        try:
            return {
                name: pid for name, pid, _ in json.loads((self.folder / "run.json").read_text())
            }
        except FileNotFoundError:
            return {}

    def kill(self, name):
        """kill -9 of one part with its pool, and wait until there is another one in its place."""
        before = self.pids()[name]
        os.killpg(before, signal.SIGKILL)
        wait(lambda: self.pids().get(name, before) != before, RECOVERS_WITHIN, self.log)

    def kill_everything(self):
        for process in self.running:
            process.kill()
        self.kill_children()
        for process in self.running:
            process.wait()
        wait(lambda: not self.children(), RECOVERS_WITHIN)

    def kill_children(self):
        for child in self.children():
            child.signal(signal.SIGKILL)

    def children(self):
        """Those that run; the numbers of others may be somebody else's by now."""
        return [child for child in leftovers.read(self.folder / "run.json") if child.is_alive]

    def end(self):
        for visitor in self.visitors:
            visitor.close()
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(60)
        self.kill_children()

    # --- What it says

    def log(self):
        return self.log_file.read_text() if self.log_file.exists() else ""

    def is_well(self):
        try:
            return httpx.get(f"{self.address}/healthz", timeout=5, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def manage(self, *arguments, timeout=60, **options):
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            **options,
        )

    def started_command(self, *arguments):
        with self.log_file.open("a") as log:
            return subprocess.Popen(
                [sys.executable, "manage.py", *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def ask(self, *arguments, **options):
        """The object with which a command answers that went well."""
        ran = self.manage(*arguments, "--json", **options)
        assert ran.returncode == 0, ran.stderr + ran.stdout
        return json.loads(ran.stdout)

    def exported(self, connection):
        ran = self.manage("export_logs", "--connection", connection, "--format", "jsonl")
        assert ran.returncode == 0, ran.stderr
        return [json.loads(line) for line in ran.stdout.split("\n") if line]

    # --- What it keeps

    def query(self, sql):
        """Past our own code: what is in the database, on either kind."""
        with self.database() as database:
            return list(map(tuple, database.execute(sql).fetchall()))

    def change(self, sql):
        with self.database() as database:
            database.execute(sql)
            database.commit()

    def database(self):
        url = self.environment.get("DATABASE_URL")
        opened = psycopg.connect(url) if url else sqlite3.connect(self.folder / "tollbook.sqlite3")
        return contextlib.closing(opened)

    # --- Its people

    def visitor(self):
        self.visitors.append(Visitor(self.address))
        return self.visitors[-1]

    def first_admin(self, email="root@example.com"):
        path = re.findall(rf"{self.address}(/setup/[\w-]+/)", self.log())[-1]
        visitor = self.visitor()
        visitor.fill(path, email=email, name="Root", **both(PASSWORD), time_zone="Asia/Shanghai")
        return visitor

    def invited(self, admin, email, role):
        page = admin.fill("/team/members/", to="/team/members/invite/", email=email, role=role)
        link = re.search(r'id="invitation-link"[^>]* value="([^"]+)"', page.text)[1]
        visitor = self.visitor()
        visitor.fill(urlsplit(link).path, name=role.title(), **both(PASSWORD))
        return visitor


class Visitor(httpx.Client):
    """A browser without looks: cookies, redirects and forms."""

    def __init__(self, address):
        super().__init__(base_url=address, follow_redirects=True, timeout=60, trust_env=False)

    def fill(self, path, *, to=None, **fields):
        """Send the form of a page."""
        page = self.get(path)
        assert page.is_success, page.text
        token = TOKEN.search(page.text)[1]
        return self.post(to or path, data=fields | {"csrfmiddlewaretoken": token})

    def add_connection(self, double, *, username="lab", user_id=2, secret="", **fields):
        typed = {
            "url": double.url,
            "secret": secret or double.token(username),
            "user_id": user_id,
            "scope": "own",
            "wish": "save",
        }
        return self.fill("/connections/add/", **typed | fields)


def both(password):
    return {"password": password, "password_again": password}


def services(name):
    """The environment for a database and a queue of one's own, both empty, on the servers that the
    tests were given; None where they were given none."""
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        return None
    database = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(database.geturl(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    queue = urlsplit(os.environ["REDIS_URL"])._replace(path="/7").geturl()
    with redis.Redis.from_url(queue) as client:
        client.flushdb()
    return {
        "DATABASE_URL": database._replace(path=f"/{name}").geturl(),
        "REDIS_URL": queue,
    }


def wait(condition, seconds, explain=lambda: ""):
    """The seconds that it took."""
    begun = time.monotonic()
    while time.monotonic() < begun + seconds:
        if condition():
            return time.monotonic() - begun
        time.sleep(0.1)
    return pytest.fail(f"not within {seconds} s\n{explain()[-4000:]}")


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
