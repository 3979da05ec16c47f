"""One example: a made-up site, its mirror, and the clock of both."""

import math
from collections import Counter
from operator import itemgetter

import time_machine
from django.apps import apps
from django.utils import timezone

from accounts.models import User
from providers import names
from providers.models import Connection, Feed, Window
from tests.properties import checks, workers
from tests.properties.events import Arrive, CatchUp, Delete, Jump, Rival, Spoil, Turn, Wait
from tests.properties.workers import Broken, Stage
from tests.upstream import World
from tests.upstream.profiles import PROFILES

BEGIN = 1_782_000_000  # 2026-06-21 00:00 UTC
HOUR, DAY = 3600, 86400
MOST_TURNS = 60
LEASE_RUNS_OUT = 91  # seconds; of a worker that died on another machine
LAB = 2
OF_ROWS = {"edit_rows", "text_quota", "fraction_quota", "null_quota", "null_time", "text_time"}
OF_ROWS |= {"object_model", "infinite_quota", "long_quota"}


def forget_everything():
    """Much quicker than emptying every table; no constraint holds the rows of a log."""
    Connection.objects.all().delete()
    for model in reversed(list(apps.get_app_config("providers").get_models())):
        model.objects.all().delete()
    User.objects.all().delete()


class Scene:
    """`excuses` are what the site or a hand in the database did that no mirror can make good: it
    then need not be right, but has to show that something is wrong. What depends on the product is
    left to its own scene."""

    columns = checks.COMMON

    def __init__(self, double, profile):
        self.double, self.profile = double, PROFILES[profile]
        self.now, self.skew = BEGIN, 0
        self.began = BEGIN  # of the last turn
        self.excuses = set()
        self.ever = {}  # whatever the site held, by its real id
        self.late = {}  # by how many seconds each of the arrived was
        self.is_broken = False
        self._traveller = time_machine.travel(BEGIN, tick=False)
        self.stage = Stage(self.happen, lambda: self.now, self.pass_time)
        self._begin()

    def _begin(self):
        names.forget()
        self._clock = self._traveller.start()
        workers.stages.append(self.stage)
        self.double.reset()
        self.pass_time(1)
        self.mirror = self.make_mirror()

    def end(self):
        workers.stages.pop()
        self._traveller.stop()
        forget_everything()

    @property
    def feed(self):
        return Feed.objects.get(pk=self.mirror.connection.feed_id)

    @property
    def connection(self):
        return Connection.objects.get(pk=self.mirror.connection.pk)

    @property
    def connections(self):
        return list(Connection.objects.filter(feed=self.mirror.connection.feed_id))

    def require(self, is_kept, promise):
        if not is_kept:
            self.is_broken = True
            raise Broken(promise)

    # --- What a product's own scene says

    def make_mirror(self):
        raise NotImplementedError

    def possible(self, row, late):
        """The columns of a row that can be promised anything of."""
        return row

    def excuse_for(self, fault):
        """None where a mirror has to get over it."""
        raise NotImplementedError

    def happen_there(self, event):
        """What happens at sites of this product only."""
        raise NotImplementedError

    def check_settled(self):
        raise NotImplementedError

    # --- What happens

    def pass_time(self, seconds):
        self.now += seconds
        self._clock.move_to(self.now, tick=False)
        self.double.set_clock(at=self.now + self.skew, is_stopped=True)

    def begin_with(self, batches):
        """A history, of which nobody knows how late it was; a batch is `late` seconds old."""
        rows = [
            row | {"created_at": self.now - batch.late - place * batch.apart}
            for batch in batches
            for place, row in enumerate(batch.rows)
        ]
        rows.sort(key=itemgetter("created_at"))
        self.double.load(World().add(rows, user_id=LAB))
        self.pass_time(0)

    def happen(self, event):
        match event:
            case Turn():
                self.work(event)
            case CatchUp():
                self.catch_up()
            case Wait():
                self.pass_time(event.seconds)
            case Rival():
                self.pass_time(event.pause)
                self.stage.work(self.mirror.connection.site_id, event.turn)
            case Arrive():
                self.append(event.batch)
            case Spoil():
                self.excuses |= {self.excuse_for(event)} - {None}
                self.double.fault(event.kind, **event.ways)
            case Jump():
                self._jump(event.seconds)
            case Delete():
                self.excuses.add("deleted")
                self.snapshot()
                self.double.delete_before(self.now - event.age)
            case _:
                self.happen_there(event)

    def append(self, batch):
        second = self.now + self.skew - batch.late
        rows = [self.possible(row, batch.late) | {"created_at": second} for row in batch.rows]
        arrived = self.double.append(LAB, rows, charged_in=batch.charged_in)
        self.late |= {row["id"]: batch.late for row in arrived}
        return arrived

    def _jump(self, seconds):
        if seconds != self.skew:
            self.excuses.add("clock")
            self.skew = seconds
            self.pass_time(0)

    # --- What the mirror does about it

    def stable(self, row):
        """What it should have of a row of the site."""
        return tuple(row[name] for name in self.columns)

    def snapshot(self):
        """What the site holds now, by its real ids."""
        rows = {row["id"]: self.stable(row) for row in self.double.truth(LAB)}
        self.ever |= rows
        return rows

    def work(self, turn):
        before, self.began = self.snapshot(), self.now
        known = set(Window.objects.values_list("pk", flat=True))
        rest = self._run(turn)
        after = self.snapshot()
        lasting = Counter(row for number, row in before.items() if number in after)
        checks.after_turn(self, lasting, known)
        return rest

    def _run(self, turn):
        self.is_broken = True
        Feed.objects.update(sync_asked_at=timezone.now())
        rest = self.stage.work(self.mirror.connection.site_id, turn)
        self.is_broken = False
        return rest

    def catch_up(self):
        """Faults are over; work until nothing is due."""
        self.double.clear_faults()
        Feed.objects.update(sync_asked_at=timezone.now())
        for _ in range(MOST_TURNS):
            rest = self.work(Turn())
            pause = self._pause() if rest is None else math.ceil(rest)
            if pause is None:
                checks.after_sync(self)
                return
            self.pass_time(pause)
        self.require(False, "it comes to an end")

    def _pause(self):
        """Seconds until the next try; None where there is nothing more to try."""
        feed, connections = self.feed, self.connections
        stopped = [one for one in connections if one.state != Connection.State.ACTIVE]
        for connection in stopped:
            connection.resume()
        if stopped:
            return 1
        has_error = any(connection.error_code for connection in connections)
        if feed.waits_for_person or (not has_error and not feed.sync_asked_at):
            return None
        due = [one.retry_at for one in connections if one.retry_at is not None]
        seconds = self._seconds_to(min(due)) if due else 0
        return seconds if seconds > 0 else LEASE_RUNS_OUT

    def _seconds_to(self, moment):
        return math.ceil(moment.timestamp() - self.now)

    def settle(self):
        """All that went wrong is over, and the days pass in which a mirror looks again."""
        self._jump(0)
        for pause in (HOUR, DAY + HOUR, HOUR):
            self.pass_time(pause)
            self.catch_up()
        self.check_settled()
