"""The benchmarks measure what they say, and a missed ratio is an error."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import report
from benchmarks.arrivals import UNTIL, YEAR, arrivals
from benchmarks.figures import Figure, table
from benchmarks.ingest import Turn, Turns, Window

ROOT = Path(__file__).parent.parent.parent


def figure(**members):
    return Figure(**{"database": "sqlite", "what": "ingest", "value": "1"} | members)


@pytest.mark.parametrize(("ratio", "missed"), [(0.49, True), (0.5, False), (None, False)])
def test_a_ratio_below_its_target_is_missed(ratio, missed):
    assert figure(ratio=ratio, least_ratio=0.5).is_missed is missed


def test_a_figure_without_a_target_misses_nothing():
    assert not figure(ratio=0.01).is_missed


def test_the_table_marks_what_is_missed():
    lines = table([figure(ratio=0.2, least_ratio=0.5), figure(what="size")]).splitlines()
    assert ["MISSED" in line for line in lines] == [False, False, True, False]


def window(own_seconds, floor_seconds):
    return Window(rows=10, own_seconds=own_seconds, floor_seconds=floor_seconds)


def test_the_ratio_is_that_of_each_turn():
    slow, fast = (Turn([window(s * 4, s)]) for s in (5, 1))
    assert Turns([slow, fast]).ratio == 0.25


def test_a_turn_is_as_long_as_its_windows_together():
    """The window that pays for copying the log back is not left out as an exception."""
    windows = [window(2, 1), window(2, 1), window(16, 8)]
    assert Turns([Turn(windows)]).ratio == 0.5
    assert Turns([Turn(windows)]).own_rate == 1.5


@pytest.mark.parametrize(("ratio", "status"), [(0.49, 1), (0.51, 0)])
def test_the_status_says_whether_a_ratio_is_missed(ratio, status, capsys):
    measured = [figure(ratio=ratio, least_ratio=0.5)]
    assert report(measured, rows=1) == status
    assert ("MISSED" in capsys.readouterr().out) is bool(status)


def test_the_windows_of_a_feed_follow_each_other_through_the_year():
    planned = [window for window in arrivals(20_000) if window.account.number == 0]
    spans = sorted((window.span.since, window.span.until) for window in planned)
    assert (spans[0][0], spans[-1][1]) == (UNTIL - YEAR, UNTIL)
    assert all(one[1] == next_[0] for one, next_ in itertools.pairwise(spans))


def test_the_history_comes_newest_first_and_the_tails_after_it():
    planned = list(arrivals(20_000))
    history = [window.span.until for window in planned if not window.is_tail]
    assert history == sorted(history, reverse=True)
    assert all(window.is_tail for window in planned[len(history) :])


def test_the_same_seed_gives_the_same_pages():
    first, again = (next(iter(arrivals(2000))).pages() for _ in range(2))
    assert first == again


def test_a_small_run_prints_every_figure():
    """So few rows say nothing about the ratio: the status may be either."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "sqlite"],
        cwd=ROOT,
        env={**os.environ, "ROWS": "2000"},
        capture_output=True,
        text=True,
    )
    assert done.returncode in (0, 1)
    assert "load average" in done.stdout
    assert done.stdout.count("\nsqlite ") == 24
    assert "total of 30 days" in done.stdout
    assert "log page of 100 rows, whole" in done.stdout
