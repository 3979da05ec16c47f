import random

import pytest

from providers import pacing
from providers.adapters.records import Span
from providers.sync import plan


def span(since, until):
    return Span(since=since, until=until)


@pytest.mark.parametrize(
    ("covered", "expected"),
    [
        ([], [(0, 100)]),
        ([(0, 100)], []),
        ([(50, 100)], [(0, 50)]),
        ([(50, 90)], [(90, 100), (0, 50)]),
        ([(10, 20), (50, 90), (40, 50)], [(90, 100), (20, 40), (0, 10)]),
        ([(50, 120)], [(0, 50)]),
        ([(40, 80), (50, 60)], [(80, 100), (0, 40)]),
    ],
)
def test_gaps_are_what_no_window_covers_newest_first(covered, expected):
    found = plan.gaps([span(*ends) for ends in covered], until=100)
    assert [(gap.since, gap.until) for gap in found] == expected


@pytest.mark.parametrize("seed", range(50))
def test_gaps_and_windows_together_are_every_second_once(seed):
    rng = random.Random(seed)
    windows = [span(since, since + rng.randrange(1, 20)) for since in rng.choices(range(80), k=6)]
    free = [
        second for gap in plan.gaps(windows, until=100) for second in range(gap.since, gap.until)
    ]
    taken = {second for window in windows for second in range(window.since, window.until)}
    assert sorted(free) == sorted(set(range(100)) - taken)


@pytest.mark.parametrize(("since", "until"), [(0, 2), (0, 3), (5, 3605)])
def test_halves_leave_no_second_out(since, until):
    newer, older = plan.halves(span(since, until))
    assert (older.since, older.until, newer.until) == (since, newer.since, until)
    assert older.seconds >= 1
    assert newer.seconds >= 1


def test_a_second_is_not_halved():
    with pytest.raises(ValueError, match="halved"):
        plan.halves(span(7, 8))


@pytest.mark.parametrize(
    ("rows", "answered_in", "expected"),
    [
        (0, 0.1, 7200),
        (499, 0.1, 7200),
        (500, 0.1, 3600),
        (1000, 0.1, 3600),
        (1001, 0.1, 1800),
        (0, 6.0, 1800),
    ],
)
def test_the_width_follows_what_a_window_held(rows, answered_in, expected):
    width = plan.next_width(3600, rows=rows, most=2000, answered_in=answered_in)
    assert width == expected


def test_the_width_has_its_bounds():
    widest = plan.next_width(plan.WIDEST, rows=0, most=2000, answered_in=0.1)
    assert widest == plan.WIDEST
    assert plan.next_width(1, rows=5000, most=2000, answered_in=0.1) == 1


@pytest.mark.parametrize(
    ("width", "rows", "expected"), [(3600, 2001, 1799), (3600, 180_000, 20), (3, 180_000, 1)]
)
def test_a_window_with_too_many_rows_is_narrowed_at_once(width, rows, expected):
    assert plan.narrower(width, rows=rows, most=2000) == expected


@pytest.mark.parametrize(
    ("per_minute", "rows"), [(1, 200), (2, 500), (5, 1400), (40, 2000), (1_000_000, 2000)]
)
def test_a_window_is_read_three_times_within_a_task(per_minute, rows, settings):
    interval = pacing.Budget(per_minute).interval
    assert plan.most_rows(100, interval) == rows
    assert 3 * rows / 100 * interval < settings.CELERY_TASK_SOFT_TIME_LIMIT


def test_a_page_is_the_least():
    assert plan.most_rows(10, 3600.0) == 10


def test_the_newest_rows_reach_back_to_settled_seconds():
    hour = span(0, 3600)
    assert plan.newest_rows(hour, rows=36_000, wanted=6000) == span(3000, 3600)
    assert plan.newest_rows(hour, rows=10**6, wanted=100) == span(3480, 3600)


def test_a_part_does_not_pass_the_gap():
    assert plan.newest_part(span(50, 100), 20) == span(80, 100)
    assert plan.newest_part(span(50, 100), 80) == span(50, 100)


def test_only_settled_seconds_are_covered():
    assert plan.settled_until(1000) < plan.readable_until(1000) < 1000
