"""What sites of the New API family may do, and what a mirror of them has to promise."""

from providers.models import Feed
from providers.sync import hourly
from tests.properties import checks, damage
from tests.properties.events import Harm, MoveDatabase, Namesake, Rename, Upgrade
from tests.properties.scene import DAY, LAB, OF_ROWS, Scene
from tests.providers.sync.mirrors import make_mirror
from tests.upstream.profiles import GATEWAYS

NEW_API = [name for name in GATEWAYS if name.startswith("new-api")]
LIES = {"repeated_row"}
LIES_WITHOUT_TOTAL = {"items_null", "wrong_shape"}  # null is an empty page there
NAMESAKE = 3
OF_STATISTIC = {"stat_off", "stat_zero", "database_broken"}


class GatewayScene(Scene):
    columns = checks.OF_GATEWAYS

    def __init__(self, double, profile):
        super().__init__(double, profile)
        self.was_zero = self.profile.stat_forgets_quota  # its statistic, at some time

    def make_mirror(self):
        mirror = make_mirror(self.double)
        Feed.objects.update(hourly_silence=hourly.MOST_SILENCE)  # that history is not looked for
        return mirror

    def possible(self, row, late):
        """Without a total nothing tells of a late row that costs nothing."""
        if self.profile.paging.envelope or late <= checks.SURELY_SETTLED:
            return row
        return row | {"type": 2, "quota": row["quota"] or 1}

    def excuse_for(self, fault):
        lies = LIES if self.profile.paging.envelope else LIES | LIES_WITHOUT_TOTAL
        for excuse, kinds in {"lied": lies, "statistic": OF_STATISTIC, "edited": OF_ROWS}.items():
            if fault.kind in kinds:
                return excuse
        return None

    def happen_there(self, event):
        match event:
            case Upgrade():
                self._upgrade(event.steps)
            case Harm():
                self._harm(event)
            case Rename():
                self.excuses.add("renamed")
                self.double.rename(LAB, event.name)
            case MoveDatabase():
                self._move()
            case Namesake():
                self._share_name(event.rows)

    def _upgrade(self, steps):
        place = NEW_API.index(self.profile.name) if self.profile.name in NEW_API else -1
        newer = NEW_API[place + 1 :]
        if newer and self.profile.name in ("one-api", *NEW_API):
            self.profile = GATEWAYS[newer[min(steps, len(newer)) - 1]]
            self.double.switch(self.profile.name)
            self.was_zero |= self.profile.stat_forgets_quota

    def _move(self):
        """All rows in their order: each has another id from then on."""
        former = sorted(self.snapshot())
        self.double.move_database()
        self.ever = {}
        numbers = dict(zip(former, sorted(self.snapshot()), strict=True))
        self.late = {numbers[old]: late for old, late in self.late.items() if old in numbers}

    def _share_name(self, rows):
        self.excuses.add("shared")
        name = next(one["username"] for one in self.double.accounts() if one["id"] == LAB)
        self.double.rename(NAMESAKE, name)
        second = self.now + self.skew
        self.double.append(NAMESAKE, [row | {"created_at": second} for row in rows])

    def _harm(self, harm):
        if damage.do(harm.kind, self.feed, since=self.now - DAY // 2, place=harm.place):
            self.excuses.add(harm.kind)

    def check_settled(self):
        checks.when_settled(self)
