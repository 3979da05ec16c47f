"""The demonstration: the same past with each start, by the product's own road into a database."""

import contextlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from dashboard.demo import team
from dashboard.demo.plan import Plan, free_ports
from tests.demo.calls import day_of, rows_of_day
from tests.demo.sites import Gateway

ROOT = Path(__file__).parent.parent.parent
NOW = 1_780_000_000
READY_WITHIN = 180  # a third of it where nothing else runs
STOPS_WITHIN = 40
PLAN = Plan(founded_at=NOW, password="a-made-up-password", source="")


def test_the_rows_of_a_day_are_always_the_same():
    (account,) = team.CELLAR.accounts
    day = day_of(NOW) - 3
    assert rows_of_day(account, day, NOW) == rows_of_day(account, day, NOW) != []


def test_a_site_that_was_started_earlier_holds_the_same_rows():
    early, late = Gateway(team.CELLAR, PLAN, NOW), Gateway(team.CELLAR, PLAN, NOW + 2 * team.DAY)
    for second in range(NOW, NOW + 2 * team.DAY + 1, 3600):
        early.go_on(second)
    early.go_on(NOW + 2 * team.DAY)
    assert early.site.everybody.rows == late.site.everybody.rows
    assert early.site.accounts == late.site.accounts


def test_nothing_comes_from_the_future():
    rows = Gateway(team.CELLAR, PLAN, NOW).site.everybody.rows
    assert NOW - 4 * team.DAY < max(row.created_at for row in rows) <= NOW


def test_a_plan_is_written_for_its_owner_only(tmp_path):
    path = tmp_path / "demo.json"
    plan = Plan.new(NOW).with_free_ports().write(path)
    assert Plan.read(path).filled().password == plan.password
    assert path.stat().st_mode & 0o077 == 0


def test_no_two_demonstrations_share_a_password():
    assert Plan.new(NOW).password != Plan.new(NOW).password


def test_rows_of_other_code_are_made_up_anew_and_the_password_stays():
    assert Plan.new(NOW).is_current
    assert not PLAN.is_current
    assert PLAN.anew(NOW).password == PLAN.password


def demo(folder, *arguments, **options):
    outer = {"SECRET_KEY", "TOLLBOOK_CREDENTIAL_KEYS", "DATABASE_URL", "REDIS_URL"}
    environment = {name: value for name, value in os.environ.items() if name not in outer}
    command = [sys.executable, "manage.py", "demo", *arguments]
    environment |= {"TOLLBOOK_DEMO_DIR": str(folder), "TOLLBOOK_WORKERS": "1"}
    environment |= {"TOLLBOOK_DEMO_SHARE": "0.1"}
    return subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **options)


def test_it_keeps_away_from_data_that_it_did_not_make(tmp_path):
    (tmp_path / "tollbook.sqlite3").write_text("precious")
    with demo(tmp_path, stderr=subprocess.PIPE) as process:
        assert "Set TOLLBOOK_DEMO_DIR to another directory" in process.stderr.read()
    assert process.returncode == 1
    assert (tmp_path / "tollbook.sqlite3").read_text() == "precious"


@contextlib.contextmanager
def started(folder, port):
    """What it prints until it is ready."""
    process = demo(
        folder,
        "--bind",
        f"127.0.0.1:{port}",
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        lines = []
        while not lines or "same password" not in lines[-1]:
            lines.append(process.stdout.readline())
            assert lines[-1], "it ended"
        yield "".join(lines)
        hurry(process)
        assert process.wait(STOPS_WITHIN) == 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()
        process.wait()


def hurry(process):
    """Two signals: the worker may be waiting for its turn to ask a site."""
    process.send_signal(signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(2)
        return
    process.send_signal(signal.SIGINT)


def log_in(address, email, password):
    """The page that a person sees first."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    page = browser.open(f"{address}/")  # leads to the login
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[1]
    form = {"csrfmiddlewaretoken": token, "login": email, "password": password}
    return browser.open(page.url, urllib.parse.urlencode(form).encode()).read().decode()


def ask(folder, statement):
    with contextlib.closing(sqlite3.connect(folder / "tollbook.sqlite3")) as database:
        return database.execute(statement).fetchall()


@pytest.mark.real
def test_it_shows_a_team_and_keeps_it(tmp_path):
    (port,) = free_ports(1)
    begun = time.monotonic()
    with started(tmp_path, port) as said:
        assert time.monotonic() - begun < READY_WITHIN
        password = re.search(r"with the password (\S+)", said)[1]
        page = log_in(f"http://127.0.0.1:{port}", team.ADMIN.email, password)
        assert team.ADMIN.name in page
        assert "differs" in page
    rows = ask(tmp_path, "SELECT count(*) FROM providers_usagelog")[0][0]
    assert rows > 10_000
    states = dict(ask(tmp_path, "SELECT state, count(*) FROM providers_window GROUP BY state"))
    assert states.keys() == {"verified", "differs", "pruned"}
    (older,) = ask(
        tmp_path,
        "SELECT count(*) FROM providers_quotapoint"
        " WHERE hour < (SELECT min(time) FROM providers_usagelog) - 86400",
    )
    assert older[0] > 0
    with started(tmp_path, port) as said:
        assert password in said
        assert "Making up" not in said
    assert ask(tmp_path, "SELECT count(*) FROM providers_usagelog")[0][0] >= rows
    assert not ask(tmp_path, "SELECT 1 FROM providers_feed WHERE waits_for_person != ''")
    assert json.loads((tmp_path / "run.json").read_text()) == []
