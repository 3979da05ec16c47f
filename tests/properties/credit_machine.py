"""The search where a log is read by a cursor and proven by balances."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.properties.credits import KEYS
from tests.properties.events import Arrive, Batch, CatchUp, Delete, Jump, Move, Turn
from tests.properties.machine import (
    BY_EVENTS,
    NASTY,
    OTHER_TEXT,
    Machine,
    answer_seconds,
    at,
    deaths,
    one_of,
    rivals,
    spoiling,
    waits,
)
from tests.properties.scene import DAY, HOUR
from tests.upstream.faults import KINDS, STATISTICS

OF_GATEWAYS = {"total_off"} | {kind for kind, how in KINDS.items() if how.path == STATISTICS}
PATH = "/openai/sk/log"

calls = st.fixed_dictionaries(
    {
        "quota": st.sampled_from([0, 0, 1, 5, 1000]),
        "model_name": st.sampled_from(["gpt-4o", "GPT-4o", "o3"]),
        "token_id": st.sampled_from(KEYS),
        "prompt_tokens": st.sampled_from([0, 7]),
        "content": st.sampled_from(NASTY),
    }
)
copies = st.sampled_from([1, 1, 2, 3, 11, 50])
groups = st.builds(lambda row, n: (row,) * n, calls, copies)
rows = st.lists(groups, min_size=1, max_size=3).map(lambda found: sum(found, ()))
orders = st.randoms(use_true_random=False)


def shuffled(rows, rng, late):
    return Batch(rows, late, charged_in=tuple(rng.sample(range(len(rows)), len(rows))))


ages = one_of(*(st.integers(0, age) for age in (200, 2 * HOUR, 2 * DAY, 60 * DAY)))
histories = st.lists(st.builds(Batch, rows, ages, st.sampled_from([0, 0, 1])), max_size=8)
arrivals = st.one_of(
    st.builds(Batch, rows, st.just(0)), st.builds(shuffled, rows, orders, st.just(0))
)
# No sum of costs and no other move is one of them.
moves = st.integers(1, 10**4).map(lambda n: 10**9 * n + n)
moves = st.builds(Move, one_of(moves, moves.map(lambda units: -units)))
meanwhile = at(one_of(st.builds(Arrive, arrivals), moves), "request")
incidents = one_of(deaths, deaths, rivals, rivals, meanwhile, meanwhile)
turns = st.builds(Turn, st.lists(incidents, max_size=3).map(tuple), answer_seconds)

faults = st.sampled_from(sorted(set(KINDS) - BY_EVENTS - OTHER_TEXT - OF_GATEWAYS)).flatmap(
    lambda kind: spoiling(kind, st.sampled_from([None, PATH]))
)
changes = one_of(
    st.builds(Jump, st.sampled_from([-300, 0, 300])),
    st.builds(Delete, st.sampled_from([2 * HOUR, DAY, 10 * DAY])),
)
troubles = one_of(faults, faults, faults, moves, moves, changes)
happenings = one_of(turns, turns, turns, st.builds(Arrive, arrivals), waits, troubles, troubles)
happenings = one_of(*[happenings] * 5, st.just(CatchUp()))


class CreditMachine(Machine):
    @initialize(history=histories, turn=turns, is_before=st.booleans(), log_per_key=st.booleans())
    def begin(self, history, turn, is_before, log_per_key):
        self.scene.begin_with(history)
        self.scene.set_habits(is_before=is_before, log_per_key=log_per_key)
        self.scene.happen(turn)

    @rule(event=happenings)
    def happen(self, event):
        self.scene.happen(event)
