"""Show the product on a made-up team: its own data directory, its own made-up sites."""

import contextlib
import os
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import connection

from accounts.models import User
from dashboard.demo import fate, team
from dashboard.demo.fill import fill
from dashboard.demo.plan import Plan
from dashboard.environment import BASE_DIR
from dashboard.management.commands import run
from dashboard.supervisor import leftovers
from dashboard.supervisor.child import Child
from dashboard.supervisor.supervisor import Supervisor
from providers.models import Site

LOOPBACK = "127.0.0.0/8"
SYNC_SECONDS = "60"
UNLIMITED = "TOLLBOOK_SITE_REQUESTS_PER_MINUTE=1000000"  # while the made-up past is read
GRACE_SECONDS = 5.0

NO_SITES = "The made-up sites (tests/demo) come with a checkout of the source; they are not here."
OTHER_DATA = "{} holds data that no demonstration made. Set TOLLBOOK_DEMO_DIR to another directory."
NOT_FILLED = "The demonstration could not be filled; the message is above."
FILLING = "Making up a year of a team. Half a minute, please ..."
LOGIN = "Log in as {person.email} ({person.role}) with the password {password}"
OTHERS = "The same password opens {people}."


class Command(run.Command):
    help = "Run everything on a made-up team with a year of usage; no account is needed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bind", metavar="HOST:PORT", help="in place of TOLLBOOK_BIND")
        parser.add_argument("--fill-only", action="store_true", help="the command calls itself so")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["fill_only"]:
            fill(Plan.read(self.plan_path))
            return
        if options["bind"]:
            os.environ["TOLLBOOK_BIND"] = options["bind"]  # the settings were read without it
            os.execv(sys.executable, myself())
        self.refuse_other_data()
        os.environ["TOLLBOOK_ALLOWED_PRIVATE_NETWORKS"] = LOOPBACK
        os.environ.setdefault("TOLLBOOK_SYNC_SECONDS", SYNC_SECONDS)
        super().handle(*args, **options)

    @property
    def plan_path(self) -> Path:
        return Path(settings.DATA_DIR, "demo.json")

    @property
    def database(self) -> Path:
        return Path(connection.settings_dict["NAME"])

    def refuse_other_data(self) -> None:
        if not Path(BASE_DIR, "tests", "demo").is_dir():
            raise CommandError(NO_SITES)
        if self.database.exists() and not self.plan_path.exists():
            raise CommandError(OTHER_DATA.format(settings.DATA_DIR))

    def supervisor(self, web_socket: socket.socket) -> Supervisor:
        supervisor = super().supervisor(web_socket)
        self.plan = self.planned()
        sites = Child(
            "made-up sites",
            [sys.executable, "-m", "tests.demo", str(self.plan_path)],
            grace=GRACE_SECONDS,
        )
        hold_back_worker(self.children, self.plan)
        self.children.insert(0, sites)
        if not self.plan.is_filled:
            self.fill()
        return supervisor

    def planned(self) -> Plan:
        """The plan of the first start, with ports that are free now."""
        now = int(time.time())
        known = Plan.read(self.plan_path) if self.plan_path.exists() else Plan.new(now)
        current = known if known.is_current else known.anew(now)
        plan = current.with_free_ports().write(self.plan_path)
        for site in team.SITES[: len(known.ports)]:
            Site.objects.filter(base_url=known.url(site)).update(base_url=plan.url(site))
        return plan

    def fill(self) -> None:
        """With the broker and the made-up sites running, before anything else is."""
        self.stdout.write(FILLING)
        self.stdout.flush()
        if User.objects.exists():
            self.start_over()
        early = self.children[:2]
        filling = Child("filling", ["env", UNLIMITED, *myself("--fill-only")], grace=GRACE_SECONDS)
        with contextlib.ExitStack() as started:
            for child in early:
                child.start()
                started.callback(child.stop, lambda: False)
            filling.start()
            started.callback(filling.stop, lambda: False)
            leftovers.record(self.record, [*early, filling])
            status, _ = filling.note_end()
            if status != 0:
                raise CommandError(NOT_FILLED)
            started.pop_all()  # the supervisor has the others from here on
        self.plan = self.plan.filled().write(self.plan_path)

    def start_over(self) -> None:
        """An earlier start was ended before it had filled the database, or other code did it."""
        connection.close()
        for path in self.database.parent.glob(f"{self.database.name}*"):
            path.unlink()
        call_command("migrate", interactive=False, verbosity=0)

    def announce(self) -> None:
        was_announced = self.is_announced
        super().announce()
        if self.is_announced and not was_announced:
            admin, *others = team.PEOPLE
            people = ", ".join(f"{person.email} ({person.role})" for person in others)
            self.stdout.write(LOGIN.format(person=admin, password=self.plan.password))
            self.stdout.write(OTHERS.format(people=people))
            self.stdout.flush()


def myself(*arguments: str) -> list[str]:
    return [sys.executable, str(Path(BASE_DIR, "manage.py")), "demo", *arguments]


def hold_back_worker(children: Sequence[Child], plan: Plan) -> None:
    """Until the sites are up: else its first words would be about sites that are down."""
    worker = next(child for child in children if child.name == "worker")
    is_ready = worker.is_ready
    worker.is_ready = lambda: fate.are_up(plan) and is_ready()
