"""An admin's mirror of everybody's rows: the same promises, of the rows of several people."""

from dataclasses import replace
from operator import itemgetter

from providers.models import Feed
from providers.sync import hourly
from tests.properties.events import Spoil
from tests.properties.gateways import GatewayScene
from tests.properties.scene import LAB
from tests.providers.sync.mirrors import make_mirror
from tests.upstream import World

LING, KEEPER = 3, 4
PEOPLE = (LAB, LING, KEEPER)
PATHS = {
    "/api/log/self": "/api/log/",
    "/api/log/self/stat": "/api/log/stat",
    "/api/data/self": "/api/data/",
}


class EverybodyScene(GatewayScene):
    def make_mirror(self):
        mirror = make_mirror(self.double, user_id=KEEPER, username="keeper", scope="all")
        Feed.objects.update(hourly_silence=hourly.MOST_SILENCE)  # that history is not looked for
        return mirror

    def begin_with(self, batches):
        rows = [
            row | {"created_at": self.now - batch.late - place * batch.apart, "user_id": owner}
            for number, batch in enumerate(batches)
            for place, row in enumerate(batch.rows)
            for owner in [PEOPLE[(number + place) % len(PEOPLE)]]
        ]
        rows.sort(key=itemgetter("created_at"))
        self.double.load(World().add(rows))
        self.pass_time(0)

    def append(self, batch):
        second = self.now + self.skew - batch.late
        rows = [self.possible(row, batch.late) | {"created_at": second} for row in batch.rows]
        arrived = []
        for place, owner in enumerate(PEOPLE):
            arrived += self.double.append(owner, rows[place :: len(PEOPLE)])
        self.late |= {row["id"]: batch.late for row in arrived}
        return arrived

    def snapshot(self):
        rows = {row["id"]: self.stable(row) for row in self.double.truth()}
        self.ever |= rows
        return rows

    def happen(self, event):
        if isinstance(event, Spoil) and (path := event.ways.get("path")) in PATHS:
            event = replace(event, ways=event.ways | {"path": PATHS[path]})
        super().happen(event)
