"""What a drill has to know of a provider's double. A new provider adds one class to KINDS."""

from dataclasses import dataclass, field

from tests.drill import histories
from tests.drill.histories import KEEPER, LAB, history
from tests.upstream import World, start_double
from tests.upstream.openai_hk.worlds import of_credits

BEYOND_SETTLING = 120  # seconds; by then the youngest row may be covered by a window


@dataclass(frozen=True)
class Access:
    """What a person types to connect one account."""

    account: int
    name: str
    secret: str = field(repr=False)
    has_user_id: bool = True

    @property
    def words(self):
        user_id = ["--user-id", self.account] if self.has_user_id else []
        return [*user_id, "--name", self.name]


class Upstream:
    """A double with two accounts, whose histories take a while to be read."""

    pace = {}  # how its rows come

    def __init__(self, *, rows, profile=None):
        self.double = start_double(profile or self.profile, world=self.world(rows))
        self.url = self.double.url

    @staticmethod
    def world(rows):
        of_keeper = history(rows // 4, days=20, newest=600, user_id=KEEPER, username="keeper")
        return World().add([*history(rows, days=20, newest=600), *of_keeper])

    def be_slow(self, seconds):
        """With each answer, so that a blow falls into many a request."""
        self.double.fault("drip", path=self.paths, size=100_000, pause=seconds)

    def grow(self, per_second):
        self.double.grow(per_second, user_ids=[LAB, KEEPER], **self.pace)

    def set_clock(self, offset):
        self.double.set_clock(offset=offset)

    def settle(self):
        """Nothing comes any more, and what came is old enough: the site's clock steps ahead."""
        self.double.grow(0)
        self.double.clear_faults()
        self.double.set_clock(offset=BEYOND_SETTLING)

    def truth(self, account):
        return histories.truth(self.double, account, self.columns)

    def mirrored(self, exported):
        return histories.mirrored(exported, self.columns)

    def stop(self):
        self.double.stop()


class NewApi(Upstream):
    kind, profile = "new_api", "new-api-v0.13.2"
    paths = "/api/*"
    columns = histories.GATEWAY_COLUMNS
    pace = {"late_share": 0.05, "late_by": 20}

    @property
    def accesses(self):
        return [
            Access(account, name, self.double.token(name))
            for account, name in ((LAB, "lab"), (KEEPER, "keeper"))
        ]


class OpenaiHk(Upstream):
    """One of its accounts has two keys, which are one feed."""

    kind, profile = "openai_hk", "openai-hk-offset-newest"
    paths = "/openai/*"
    columns = histories.CREDIT_COLUMNS
    pace = {"is_shuffled": True, "top_up_share": 0.02}

    @staticmethod
    def world(rows):
        return of_credits(Upstream.world(rows))

    @property
    def accesses(self):
        keys = ((1, LAB, "lab"), (2, LAB, "lab again"), (6, KEEPER, "keeper"))
        return [
            Access(account, name, self.double.hk_key(key), has_user_id=False)
            for key, account, name in keys
        ]

    def mirrored(self, exported):
        """An empty note is none."""
        return super().mirrored(row | {"content": row["content"] or ""} for row in exported)


KINDS = {upstream.kind: upstream for upstream in (NewApi, OpenaiHk)}
