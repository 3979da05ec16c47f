"""What a drill has to know of a provider's double. A new provider adds one class to KINDS."""

from dataclasses import dataclass, field

from tests.drill.histories import KEEPER, LAB, history, mirrored, truth
from tests.upstream import World, start_double

BEYOND_SETTLING = 120  # seconds; by then the youngest row may be covered by a window


@dataclass(frozen=True)
class Access:
    """What a person types to connect one account."""

    account: int
    name: str
    secret: str = field(repr=False)


class NewApi:
    """A gateway with two accounts, whose histories take a while to be read."""

    kind = "new_api"

    def __init__(self, *, rows, profile="new-api-v0.13.2"):
        of_keeper = history(rows // 4, days=20, newest=600, user_id=KEEPER, username="keeper")
        world = World().add([*history(rows, days=20, newest=600), *of_keeper])
        self.double = start_double(profile, world=world)
        self.url = self.double.url
        self.accesses = [
            Access(LAB, "lab", self.double.token("lab")),
            Access(KEEPER, "keeper", self.double.token("keeper")),
        ]

    def be_slow(self, seconds):
        """With each answer, so that a blow falls into many a request."""
        self.double.fault("drip", path="/api/*", size=100_000, pause=seconds)

    def grow(self, per_second):
        users = [access.account for access in self.accesses]
        self.double.grow(per_second, late_share=0.05, late_by=20, user_ids=users)

    def set_clock(self, offset):
        self.double.set_clock(offset=offset)

    def settle(self):
        """Nothing comes any more, and what came is old enough: the site's clock steps ahead."""
        self.double.grow(0)
        self.double.clear_faults()
        self.double.set_clock(offset=BEYOND_SETTLING)

    def truth(self, account):
        return truth(self.double, account)

    @staticmethod
    def mirrored(exported):
        return mirrored(exported)

    def stop(self):
        self.double.stop()


KINDS = {NewApi.kind: NewApi}
