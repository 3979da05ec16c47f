from dataclasses import replace
from itertools import permutations

import pytest

from providers.sync import epochs
from providers.sync.chain import Entry, Jump, jumps, tells_before


def charged(*charges, balance=100, is_before=False):
    """Entries of what happened one after the other: a second and units, or units of a top-up."""
    entries = []
    for charge in charges:
        if isinstance(charge, int):
            balance += charge
            continue
        second, units = charge
        entries.append(Entry(second, units, balance if is_before else balance - units))
        balance -= units
    return entries


ORDERS = list(permutations(range(3)))


@pytest.mark.parametrize("is_before", [False, True])
@pytest.mark.parametrize("order", ORDERS)
def test_seconds_are_whole_whatever_the_order_in_which_their_rows_are_written(order, is_before):
    entries = []
    chain = charged(*((t, c) for t in (10, 500, 900) for c in (1, 0, 2)), is_before=is_before)
    for place in (0, 3, 6):
        entries += [chain[place + turn] for turn in order]
    assert jumps(entries, is_before=is_before) == []


@pytest.mark.parametrize("order", ORDERS)
def test_a_charge_without_a_row_shows_once(order):
    chain = charged((10, 1), -5, (500, 1), (500, 0), (500, 2), (900, 1))
    entries = [chain[0], *(chain[1 + turn] for turn in order), chain[-1]]
    assert jumps(entries, is_before=False) == [Jump(10, 500, -5)]


def test_a_top_up_within_a_second():
    entries = charged((10, 1), (500, 1), 50, (500, 2), (900, 1))
    assert jumps(entries, is_before=False) == [Jump(500, 500, 50)]


@pytest.mark.parametrize("is_before", [False, True])
@pytest.mark.parametrize("order", ORDERS)
def test_small_costs_in_any_order_tell_where_a_balance_stands(order, is_before):
    entries = []
    for chain in zip(*[iter(small_costs(is_before))] * 3, strict=True):
        entries += [chain[turn] for turn in order]
    assert tells_before(entries) is is_before


def small_costs(is_before):
    return charged(*((t, c) for t in range(0, 9000, 500) for c in (1, 0, 2)), is_before=is_before)


@pytest.mark.parametrize("order", ORDERS)
def test_a_chain_may_begin_with_calls_at_the_same_time(order):
    chain = charged((500, 0), (500, 1), (500, 1), (900, 1), (2000, 2))
    leads = [replace(chain[turn], is_lead=True) for turn in order]
    assert jumps([*leads, *chain[3:]], is_before=False) == []


def test_what_leads_to_the_others_is_no_link_itself():
    first, second, third = charged((10, 1), -5, (500, 1), -7, (900, 1))
    entries = [first, replace(second, is_lead=True), third]
    assert jumps(entries, is_before=False) == [Jump(500, 900, -7)]


@pytest.mark.parametrize(
    ("page", "steps"),
    [
        ([(1, 100), (2, 200), (3, 200)], []),
        ([(3, 100), (2, 2000), (1, 1000)], [(3, 100)]),
        ([(1, 1000), (2, 950), (3, 1100)], []),
        ([(1, 1000), (2, 100), (3, 200), (4, 1500), (5, 300)], [(2, 100), (5, 300)]),
    ],
)
def test_where_a_clock_was_set_back(page, steps):
    assert epochs._steps(sorted(page)) == steps


def test_equal_costs_tell_nothing():
    assert tells_before(charged((1, 5), (2, 5), (3, 5))) is None
