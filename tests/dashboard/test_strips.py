from datetime import timedelta
from zoneinfo import ZoneInfo

from dashboard.completeness import State
from dashboard.periods import Range
from dashboard.progress import progress_of, reach_of
from dashboard.strips import strips_of
from tests.dashboard.conftest import NOW
from tests.factories_usage import make_feed, make_window

V, M, R, P, X, D = State
HOUR = timedelta(hours=1)


def windows(feed, *hours_and_states):
    """Windows that follow each other up to now; None leaves a gap."""
    until = NOW - sum(hours for hours, _state in hours_and_states) * HOUR
    for hours, state in hours_and_states:
        since, until = until, until + hours * HOUR
        if state:
            make_window(feed, since, until, state)


def strips(*feeds, first=48, last=0):
    """What is drawn of the hours between `first` and `last`, both before now."""
    zone = ZoneInfo("UTC")
    shown = Range(since=(NOW - first * HOUR).astimezone(zone), until=NOW - last * HOUR)
    reach = reach_of(feeds)
    assert strips_of(feeds, progress_of(feeds, NOW), shown, NOW) == strips_of(
        feeds, reach, shown, NOW
    )
    drawn = strips_of(feeds, reach, shown, NOW)
    return [[(part.state, part.seconds / 3600) for part in drawn[feed.pk]] for feed in feeds]


def test_neighbours_of_one_state_become_one(db):
    feed = make_feed()
    hours = [(1, "verified")] * 5 + [(1, "differs")] + [(1, "verified")] * 3
    windows(feed, *hours)
    assert strips(feed) == [[(V, 5), (D, 1), (V, 3)]]


def test_what_no_window_covers_is_missing_between_windows_of_one_state(db):
    feed = make_feed()
    two = [(1, "verified")] * 2
    windows(feed, *two, (3, None), *two, (1, None))
    assert strips(feed) == [[(V, 2), (X, 3), (V, 2), (X, 1)]]


def test_the_youngest_seconds_are_running(db):
    feed = make_feed()
    windows(feed, (2, "verified"), (0.05, None))
    assert [state for state, _ in strips(feed)[0]] == [V, R]


def test_a_range_in_the_past_ends_where_it_ends(db):
    feed = make_feed()
    windows(feed, (10, "verified"), (10, None), (10, "mirrored"))
    assert strips(feed, first=25, last=15) == [[(V, 5), (X, 5)]]
    assert strips(feed, first=9, last=2) == [[(M, 7)]]
    assert strips(feed, first=60, last=40) == [[]]


def test_feeds_do_not_mix(db):
    feeds = [make_feed(), make_feed(), make_feed()]
    windows(feeds[0], (2, "verified"), (2, "pruned"))
    windows(feeds[1], (4, "verified"))
    assert strips(*feeds) == [[(V, 2), (P, 2)], [(V, 4)], []]
