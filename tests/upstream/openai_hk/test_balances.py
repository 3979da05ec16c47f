from itertools import pairwise

from tests.upstream import Row, World, start_double
from tests.upstream.growth import TOP_UP
from tests.upstream.openai_hk.reader import BALANCE, rows_at
from tests.upstream.reader import LAB, wait_for

MOMENT = 1_780_000_000


def test_every_row_leaves_a_balance(double):
    double.append(LAB, [{"quota": 10}, {"quota": 0}])
    double.top_up(LAB, 500)
    double.append(LAB, [{"quota": 1}])
    double.charge(LAB, 70)
    double.append(LAB, [{"quota": -3}])
    left = [int(row["yufen"]) - BALANCE for row in rows_at(double)]
    assert left == [-10 + 500 - 1 - 70 + 3, -10 + 500 - 1, -10, -10]


def test_a_balance_can_be_what_was_left_before(double):
    double.set(balance_before=True)
    double.append(LAB, [{"quota": 10}, {"quota": 1}])
    assert [int(row["yufen"]) - BALANCE for row in rows_at(double)] == [-10, 0]


def test_calls_at_the_same_time_are_charged_in_another_order(double):
    double.append(LAB, [{"quota": 1}, {"quota": 10}, {"quota": 100}], charged_in=[2, 0, 1])
    left = [(int(row["fen"]), BALANCE - int(row["yufen"])) for row in rows_at(double)]
    assert left == [(100, 100), (10, 111), (1, 101)]


def test_a_history_ends_at_the_present_balance():
    world = World().add([{"quota": 5, "created_at": MOMENT}, {"quota": 7}], user_id=LAB)
    world.add([Row(quota=1, balance=9_000_000), Row(quota=2)], user_id=LAB)  # a charge between
    with start_double("openai-hk-offset-oldest", world=world) as double:
        left = [int(row["yufen"]) for row in rows_at(double)]
        assert left == [9_000_008, 9_000_001, 9_000_000, BALANCE]


def test_rows_can_be_gone_without_a_change_of_the_balance(double):
    rows = double.append(LAB, [{"quota": 1}, {"quota": 2}, {"quota": 3}])
    assert double.delete([rows[1]["id"]]) == 1
    assert [int(row["yufen"]) - BALANCE for row in rows_at(double)] == [-6, -1]
    double.fault("deletion", skip=1, times=1, ids=[rows[0]["id"]])
    assert [len(rows_at(double)) for _ in range(2)] == [2, 1]


def chain_of(rows):
    """What came without a row between one second and the next; rows are newest first."""
    seconds = {}
    for row in rows:
        spent, left = int(row["fen"]), int(row["yufen"])
        before, after, costs = seconds.get(row["ctime"], (left + spent, left, 0))
        seconds[row["ctime"]] = max(before, left + spent), min(after, left), costs + spent
    newest_first = list(seconds.values())
    assert all(before - costs == after for before, after, costs in newest_first)
    return [newer[0] - older[1] for newer, older in pairwise(newest_first)]


def test_rows_that_keep_coming_are_charged_in_any_order_and_topped_up(double):
    double.grow(400, batch_seconds=0.2, is_shuffled=True, user_ids=[LAB])
    wait_for(lambda: is_shuffled(rows_at(double)))
    assert topped_up(double) == 0
    double.grow(400, top_up_share=0.5, user_ids=[LAB])
    wait_for(lambda: topped_up(double))
    double.grow(0)
    assert topped_up(double) % TOP_UP == 0


def topped_up(double):
    (balance,) = (account["quota"] for account in double.accounts() if account["id"] == LAB)
    return balance - BALANCE + sum(row["quota"] for row in double.truth(LAB))


def is_shuffled(rows):
    """A later row of the same second left more."""
    moments = [(row["ctime"], int(row["yufen"])) for row in rows]
    return any(older[0] == newer[0] and older[1] < newer[1] for newer, older in pairwise(moments))


def test_a_made_up_history_is_a_chain_with_top_ups():
    with start_double("openai-hk-offset-newest", seed_rows=300) as double:
        rows = [row for start in (0, 300, 600) for row in rows_at(double, start)]
        steps = chain_of(rows)
        assert len(rows) == len(double.truth(LAB)) > 300
        assert {step > 0 for step in steps if step} == {True}
        assert is_shuffled(rows)
