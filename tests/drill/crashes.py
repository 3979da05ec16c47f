"""Strike the parts of a running product at random moments, let it settle, and say what is wrong."""

import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import contextmanager

import httpx

from tests.installation import RECOVERS_WITHIN, wait

ALL, SUPERVISOR = "everything", "supervisor"
# How often each is chosen: most is at stake where the worker is.
TARGETS = {"worker": 5, "broker": 3, "web": 2, "scheduler": 2, SUPERVISOR: 1, ALL: 1}
LONGEST_PAUSE = 3.0  # before the next blow, which may fall before the last one is got over
PAGES = ("/", "/logs/", "/connections/", "/healthz")
BETWEEN_PAGES = 0.3
FIRST_ROWS_WITHIN, SETTLES_WITHIN = 60, 900
ROLLUPS = {
    "providers_modelday": "feed_id, day, type, user_id, model_id",
    "providers_keyday": "feed_id, day, type, user_id, key_id",
}


class Drill:
    def __init__(self, installation, upstream, *, seed):
        self.installation, self.upstream = installation, upstream
        self.rng = random.Random(seed)
        self.blows = Counter()
        self.answers = Counter()  # of pages, by status

    def connect(self, admin_email="root@example.com"):
        """All accounts of the upstream; some rows of each are there afterwards."""
        self.visitor = self.installation.first_admin(admin_email)
        words = ["--owner", admin_email, "--kind", self.upstream.kind, "--url", self.upstream.url]
        for access in self.upstream.accesses:
            given = [*words, *access.words, "--secret-file", "-"]
            self.installation.ask("connection_add", *given, input=access.secret)
        wait(lambda: self.row_count() > 0, FIRST_ROWS_WITHIN, self.installation.log)

    def row_count(self):
        return self.installation.query("SELECT count(*) FROM providers_usagelog")[0][0]

    # --- Blows

    def strike_often(self, count):
        for _ in range(count):
            time.sleep(self.rng.uniform(0, LONGEST_PAUSE))
            self.strike(self.rng.choices(list(TARGETS), TARGETS.values())[0])

    def strike(self, target):
        """kill -9, and no care for what comes of it; but somebody starts what has ended."""
        self.blows[target] += 1
        if target == ALL:
            self.installation.kill_everything()
        elif target == SUPERVISOR:
            self.installation.running[-1].kill()
            self.installation.running[-1].wait()
        else:
            self.kill_part(target)
        if self.installation.running[-1].poll() is not None:
            self.installation.start()

    def kill_part(self, name):
        wait(
            lambda: name in self.living() or self.has_ended(),
            RECOVERS_WITHIN,
            self.installation.log,
        )
        if child := self.living().get(name):
            child.signal(signal.SIGKILL)

    def living(self):
        return {child.name: child for child in self.installation.children()}

    def has_ended(self):
        """What was struck too often within a minute is given up."""
        return self.installation.running[-1].poll() is not None

    @contextmanager
    def visited(self):
        """Somebody looks at pages all the while."""
        is_over = threading.Event()
        thread = threading.Thread(target=self._visit, args=[is_over], daemon=True)
        thread.start()
        yield
        is_over.set()
        thread.join()

    def _visit(self, is_over):
        turn = 0
        while not is_over.wait(BETWEEN_PAGES):
            turn += 1
            try:
                answer = self.visitor.get(PAGES[turn % len(PAGES)])
                self.answers[answer.status_code] += 1
            except httpx.HTTPError as problem:
                self.answers[type(problem).__name__] += 1

    # --- What is left

    def get_up(self):
        if self.has_ended():
            self.installation.start()
        wait(self.installation.is_well, FIRST_ROWS_WITHIN, self.installation.log)

    def settle(self):
        """Until nothing is due; what `sync` says then."""
        self.get_up()
        self.upstream.settle()
        return self.installation.ask("sync", "--wait", "--strict", timeout=SETTLES_WITHIN)

    def wrongs(self):
        """Sentences, none if the mirror is right in every row, window and sum."""
        answer = self.settle()
        found = [] if answer["ok"] else [f"sync is not content: {answer}"]
        for connection in answer["connections"]:
            found += self.wrongs_of(connection)
        before = self.rollups()
        self.installation.ask("rebuild_rollups")
        if self.rollups() != before:
            found.append("the rollups are not the sums of the rows")
        return found

    def wrongs_of(self, connection):
        name = connection["name"]
        access = next(one for one in self.upstream.accesses if one.name == name)
        upstream = self.upstream.truth(access.account)
        here = self.upstream.mirrored(self.installation.exported(connection["id"]))
        if connection["windows"].keys() != {"verified"}:
            yield f"{name}: windows {connection['windows']}"
        if upstream != here:
            missing, surplus = upstream - here, here - upstream
            yield f"{name}: {missing.total()} rows are missing, {surplus.total()} too many"
            yield f"{name}: {list(missing)[:3]} {list(surplus)[:3]}"

    def rollups(self):
        """Without their ids."""
        query = self.installation.query
        return {
            table: [row[1:] for row in query(f"SELECT * FROM {table} ORDER BY {key}")]
            for table, key in ROLLUPS.items()
        }


def new_seed():
    return int.from_bytes(os.urandom(4))
