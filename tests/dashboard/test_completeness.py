from datetime import timedelta

from dashboard.completeness import Segment, State, coarse, completeness, together
from dashboard.periods import Range
from dashboard.scope import connections_of, scope_of
from tests.dashboard.conftest import NOW
from tests.factories_usage import make_connection, make_feed, make_log, make_point, make_window

V, M, R, P, X, D = State  # verified, mirrored, running, pruned, missing, differs
HOUR = timedelta(hours=1)


def seen(alice, hours=24):
    scope = scope_of(alice, connections_of(alice), NOW.tzinfo)
    return completeness(scope, Range(since=NOW - hours * HOUR, until=NOW + 10 * HOUR), NOW)


def states(segments):
    """The state and the hours of each segment."""
    return [(part.state, round(part.seconds / 3600, 1)) for part in segments]


def windows(connection, *hours_and_states):
    """Windows that follow each other up to now; None leaves a gap."""
    until = NOW - sum(hours for hours, _state in hours_and_states) * HOUR
    for hours, state in hours_and_states:
        since, until = until, until + hours * HOUR
        if state:
            make_window(connection, since, until, state)


def test_each_stretch_has_its_state(alice):
    connection = make_connection(alice)
    windows(connection, (12, "verified"), (2, None), (4, "differs"), (5.9, "mirrored"), (0.1, None))
    found = seen(alice)
    assert states(found.segments) == [(V, 12), (X, 2), (D, 4), (M, 5.9), (R, 0.1)]
    assert found.complete_to == NOW - 0.1 * HOUR
    assert found.differing == 1
    assert found.missing[0].missing_seconds == 7200


def test_the_last_stretch_is_missing_once_it_is_late(alice):
    windows(make_connection(alice), (22, "verified"), (2, None))
    assert states(seen(alice).segments) == [(V, 22), (X, 2)]


def test_before_the_oldest_window_there_is_nothing_once_the_backfill_ended(alice):
    windows(make_connection(alice), (10, "verified"))
    assert states(seen(alice).segments) == [(M, 14), (V, 10)]


def test_before_the_oldest_window_rows_are_missing_during_the_backfill(alice):
    windows(make_connection(alice, make_feed(backfilled_at=None)), (10, "verified"))
    assert states(seen(alice).segments) == [(X, 14), (V, 10)]


def test_history_that_only_the_statistic_has_was_pruned(alice):
    connection = make_connection(alice)
    windows(connection, (10, "verified"))
    make_point(connection, (NOW - 20 * HOUR).replace(minute=5))
    assert states(seen(alice).segments) == [(M, 4), (P, 10), (V, 10)]


def test_the_hour_in_which_the_rows_begin_was_not_pruned(alice):
    connection = make_connection(alice)
    windows(connection, (10, "verified"))
    make_point(connection, (NOW - 10 * HOUR).replace(minute=0))
    assert states(seen(alice).segments) == [(M, 14), (V, 10)]


def test_an_old_range_does_not_count_as_unread(alice):
    windows(make_connection(alice), (10, "verified"))
    scope = scope_of(alice, connections_of(alice), NOW.tzinfo)
    shown = Range(since=NOW - 50 * HOUR, until=NOW - 40 * HOUR)
    assert states(completeness(scope, shown, NOW).segments) == [(M, 10)]


def test_a_feed_that_was_never_read_is_missing(alice):
    connection = make_connection(alice, make_feed(backfilled_at=None))
    found = seen(alice)
    assert states(found.segments) == [(X, 24)]
    assert found.complete_to is None
    assert [feed.label for feed in found.unread] == [connection.name]


def test_of_two_feeds_the_worse_counts(alice):
    windows(make_connection(alice), (24, "verified"))
    windows(make_connection(alice), (12, "verified"), (6, "mirrored"), (6, "differs"))
    assert states(seen(alice).segments) == [(V, 12), (M, 6), (D, 6)]


def test_another_persons_windows_are_not_seen(alice, django_user_model):
    other = django_user_model.objects.create_user("bob@example.com")
    windows(make_connection(other), (24, "differs"))
    windows(make_connection(alice), (24, "verified"))
    assert states(seen(alice).segments) == [(V, 24)]


def test_many_segments_are_drawn_as_few_and_the_worst_stays():
    segments = [Segment(second, second + 1, State(second % 2)) for second in range(5000)]
    segments[2500] = Segment(2500, 2501, D)
    drawn = coarse(segments, 100)
    assert len(drawn) <= 100
    assert (drawn[0].since, drawn[-1].until) == (0, 5000)
    assert D in {part.state for part in drawn}


def test_nothing_together_is_nothing():
    assert together([]) == []


def test_queries_do_not_grow_with_windows(alice, django_assert_num_queries):
    connection = make_connection(alice)
    make_log(connection, time=NOW)
    windows(connection, *[(0.1, "verified")] * 50)
    with django_assert_num_queries(6):  # connections, feeds, belongings, units, groups, windows
        seen(alice)
