"""A search for a history that breaks the mirror: whatever may happen, in any order."""

from itertools import chain

from hypothesis import seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from providers.sync.plan import SETTLE_SECONDS
from tests.properties import damage
from tests.properties.events import (
    Arrive,
    At,
    Batch,
    CatchUp,
    Delete,
    Die,
    Harm,
    Jump,
    MoveDatabase,
    Namesake,
    Rename,
    Rival,
    Spoil,
    Turn,
    Upgrade,
    Wait,
)
from tests.properties.gateways import GatewayScene
from tests.properties.scene import DAY, HOUR
from tests.upstream.faults import KINDS, LOGS, STATISTICS

AT_ONCE = 8  # examples of one seed; after ten, hypothesis repeats them with small changes
LIST, STATISTIC = "/api/log/self", "/api/log/self/stat"
PATHS = [None, LIST, LIST, STATISTIC, "/api/user/self", "/api/status", "/api/data/self"]
OF_CURSORS = {"short_page", "empty_page", "numbers", "trailing_comma", "lost"}  # another product's
BY_EVENTS = {"arrival", "deletion", "upgrade", "clock", "rename"}  # they are events here
OTHER_TEXT = {"nul_text", "html_text", "surrogate_text"}  # here rows have it themselves, for good
NASTY = ["", "plain", "nul \0", "<script>", "half \ufdd0", "中文 🚀"]


def one_of(*strategies):
    """As likely as often as it is named; hypothesis takes what is named twice for once."""
    return st.integers(0, len(strategies) - 1).flatmap(strategies.__getitem__)


# --- Rows

calls = st.fixed_dictionaries(
    {
        "type": st.sampled_from([2, 2, 2, 2, 5, 6]),
        "quota": st.sampled_from([0, 0, 1, 5, 1000]),
        "model_name": st.sampled_from(["gpt-4o", "GPT-4o", "o3"]),
        "token_name": st.sampled_from(["team-a", "100%_sure", ""]),
        "token_id": st.integers(0, 2),
        "prompt_tokens": st.sampled_from([0, 7]),
        "content": st.sampled_from(NASTY),
    }
)
top_ups = st.just({"type": 1, "quota": 5000, "content": "top-up"})
copies = st.sampled_from([1, 1, 2, 3, 11, 120, 120])
groups = st.builds(lambda row, n: [row] * n, one_of(calls, calls, calls, top_ups), copies)
batches = st.lists(groups, min_size=1, max_size=3).map(lambda found: tuple(chain(*found)))
at_ends = st.builds(  # of windows, where all is read at once
    lambda hours, seconds: hours * HOUR + SETTLE_SECONDS + seconds,
    st.sampled_from([0, 1, 1, 2, 4, 8, 16]),
    st.integers(-1, 1),
)
ages = one_of(at_ends, *(st.integers(0, age) for age in (200, 2 * HOUR, 2 * DAY, 60 * DAY)))
histories = st.lists(st.builds(Batch, batches, ages, st.sampled_from([0, 0, 1])), max_size=8)
in_time = st.builds(Batch, batches, st.integers(0, 55))
arrivals = st.builds(
    Batch, batches, one_of(st.just(0), st.integers(0, 55), st.integers(56, 50 * 60))
)

# --- Workers

NUMBERS = {  # most turns are short
    "statement": one_of(*(st.integers(1, most) for most in (25, 80, 400))),
    "write": one_of(*(st.integers(1, most) for most in (8, 25, 120))),
    "request": one_of(*(st.integers(1, most) for most in (4, 8, 40))),
}
answer_seconds = st.sampled_from([0, 1, 25, 25])


def at(events, *units):
    return st.sampled_from(units).flatmap(
        lambda unit: st.builds(At, st.just(unit), NUMBERS[unit], events)
    )


deaths = at(st.builds(Die, st.booleans()), "write", "write", "request")  # reads change nothing
mortals = st.builds(Turn, one_of(st.just(()), st.tuples(deaths)), answer_seconds)
rivals = at(st.builds(Rival, mortals, st.sampled_from([0, 0, 100])), "statement", "request")
meanwhile = at(st.builds(Arrive, in_time), "request")
upgrades = st.builds(Upgrade, st.integers(1, 9))
incidents = one_of(deaths, deaths, rivals, rivals, meanwhile, meanwhile, at(upgrades, "request"))
turns = st.builds(Turn, st.lists(incidents, max_size=3).map(tuple), answer_seconds)

# --- Troubles

WAYS = {
    "status": {"status": st.sampled_from([401, 403, 429, 500, 502, 503, 504])},
    "stall": {"seconds": st.just(0.01)},
    "drip": {"size": st.just(5000), "pause": st.just(0.001)},
    "edit_rows": {"edits": st.just({"quota": '"much"'})},
    "stat_off": {"by": st.sampled_from([-1, 7])},
    "oversize": {"size": st.just(1000)},
}
WHERE = {"skip": st.sampled_from([0, 0, 1, 2, 4, 8]), "times": st.integers(1, 6)}
OWN_PATHS = {LOGS: st.just(LIST), STATISTICS: st.just(STATISTIC), "*": st.sampled_from(PATHS)}


def spoiling(kind, paths=None):
    own = OWN_PATHS[KINDS[kind].path] if paths is None else paths
    ways = WHERE | {"path": own} | WAYS.get(kind, {})
    return st.builds(Spoil, st.just(kind), st.fixed_dictionaries(ways))


faults = st.sampled_from(sorted(set(KINDS) - BY_EVENTS - OTHER_TEXT - OF_CURSORS)).flatmap(spoiling)
wrong_walks = st.sampled_from(["repeated_row", "repeated_row", "total_off", "items_null"]).flatmap(
    spoiling
)
harms = st.builds(Harm, st.sampled_from(damage.HARMS), st.integers(0, 3))
other_names = one_of(
    st.builds(Rename, st.sampled_from(["lab", "lab two", "100%"])),
    st.builds(Namesake, batches),
    st.just(MoveDatabase()),
)
changes = one_of(
    st.builds(Jump, st.sampled_from([-300, 0, 300])),
    st.builds(Delete, st.sampled_from([2 * HOUR, DAY, 10 * DAY])),
    st.just(None).flatmap(lambda _: other_names),  # one of three: else each were one of five
)
troubles = one_of(faults, faults, wrong_walks, upgrades, harms, changes)

waits = st.builds(Wait, one_of(st.integers(1, 100), st.integers(1, 3 * HOUR)))
events = one_of(turns, turns, turns, st.builds(Arrive, arrivals), waits, troubles, troubles)
events = one_of(events, events, events, events, events, st.just(CatchUp()))


class Machine(RuleBasedStateMachine):
    """Of a profile and a double that runs; see `machine_of`."""

    def __init__(self):
        super().__init__()
        self.scene = self.scene_of(self.double, self.profile)

    def teardown(self):
        try:
            if not self.scene.is_broken:
                self.scene.settle()
        finally:
            self.scene.end()


class GatewayMachine(Machine):
    @initialize(history=histories, turn=turns)
    def begin(self, history, turn):
        self.scene.begin_with(history)
        self.scene.happen(turn)

    @rule(event=events)
    def happen(self, event):
        self.scene.happen(event)


def machine_of(profile, double, scene_of=GatewayScene, machine=GatewayMachine):
    members = {"profile": profile, "double": double, "scene_of": scene_of}
    return type("MachineOf", (machine,), members)


def search(machine, *, examples, first_seed=0, **options):
    """The same seeds find the same again."""
    for number in range(-(-examples // AT_ONCE)):
        count = min(AT_ONCE, examples - number * AT_ONCE)
        run_state_machine_as_test(
            seed(first_seed + number)(machine), settings=settings(max_examples=count, **options)
        )
