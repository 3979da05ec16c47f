from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.completeness import State
from dashboard.periods import Range
from dashboard.progress import Progress, progress_of
from dashboard.strips import GridDay, grid_day, last_days, strips_of, until
from providers.models import Feed
from tests.dashboard.watching import NOW, make_connection, make_feed, make_window
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def progress(feed):
    return progress_of([feed], NOW)[feed.pk]


def strip(feed, hours=24):
    shown = Range(since=NOW - timedelta(hours=hours), until=NOW)
    segments = strips_of([feed], progress_of([feed], NOW), shown, NOW)[feed.pk]
    return [(part.state, part.seconds) for part in segments]


def test_nothing_is_known_of_a_feed_without_windows():
    assert progress(make_feed(backfilled_at=None)) == Progress()


def test_it_says_how_far_a_feed_is_mirrored_and_verified():
    feed = make_feed()
    newest = make_window(feed, state="mirrored", reason="renamed")
    older = make_window(feed, hours_ago=2)
    found = progress(feed)
    assert (found.mirrored_to, found.verified_to) == (newest.until, older.until)
    assert (found.windows, found.verified, found.differing) == (2, 1, 0)
    assert found.unverified_for == "renamed"


def test_a_gap_between_windows_is_missing():
    feed = make_feed()
    make_window(feed)
    make_window(feed, hours_ago=5)
    assert progress(feed).missing_seconds == 3 * 3600
    assert not progress(feed).is_whole


def test_whole_is_what_is_backfilled_without_a_gap():
    feed = make_feed()
    make_window(feed)
    make_window(feed, hours_ago=2)
    assert progress(feed).is_whole


@pytest.mark.parametrize(
    ("rows", "left", "percent"), [(0, 100, 0), (50, 50, 50), (999, 1, 99), (0, 0, None)]
)
def test_a_hundred_per_cent_is_only_what_is_whole(rows, left, percent):
    assert Progress(rows=rows, rows_left=left).percent == percent


def test_the_percentage_is_unknown_until_the_site_has_counted():
    assert Progress(rows=10).percent is None


def test_the_estimate_follows_the_budget(settings):
    """40 requests a minute last 32: a window of 1000 rows costs ten pages and a statistic."""
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 40
    feed = make_feed(backfilled_at=None, rows_left=10_000)
    make_window(feed, rows=1_000)
    assert progress(feed).seconds_left == pytest.approx(10 * 11 * 60 / 32, abs=1)


def test_feeds_of_one_site_share_its_budget():
    feeds = [make_feed(str(number), backfilled_at=None, rows_left=10_000) for number in range(2)]
    make_window(feeds[0])
    make_connection(make_user(), feeds[0])
    alone = progress(feeds[0]).seconds_left
    make_connection(make_user("bob"), feeds[1])
    assert progress(feeds[0]).seconds_left == pytest.approx(2 * alone, abs=1)


def test_the_estimate_doubles_after_a_limit():
    feed = make_feed(backfilled_at=None, rows_left=10_000)
    make_window(feed)
    usual = progress(feed).seconds_left
    feed.site.slow_until = NOW.timestamp() + 60
    assert progress(feed).seconds_left == pytest.approx(2 * usual, abs=1)


def test_a_feed_is_late_after_three_missed_turns():
    assert replace(Progress(), mirrored_to=NOW - timedelta(minutes=16)).is_late(NOW)
    assert not replace(Progress(), mirrored_to=NOW - timedelta(minutes=14)).is_late(NOW)


def test_what_is_not_read_yet_is_blank_and_what_lies_between_is_missing():
    feed = make_feed(backfilled_at=None)
    make_window(feed)
    make_window(feed, hours_ago=3, state="differs")
    assert strip(feed) == [
        (State.DIFFERS, 3600),
        (State.MISSING, 3600),
        (State.VERIFIED, 3600),
        (State.RUNNING, 60),
    ]


def test_a_strip_begins_with_its_range():
    feed = make_feed()
    make_window(feed, hours=48)
    assert strip(feed, hours=24)[0] == (State.VERIFIED, 24 * 3600 - 60)


def test_what_was_not_read_for_long_is_missing():
    feed = make_feed()
    make_window(feed, hours_ago=3)
    assert strip(feed)[-1] == (State.MISSING, 2 * 3600 + 60)


def test_where_nobody_reads_nothing_is_missing():
    feed = make_feed()
    window = make_window(feed, hours_ago=3)
    shown = Range(since=NOW - timedelta(hours=24), until=NOW)
    segments = strips_of([feed], progress_of([feed], NOW), shown, NOW)[feed.pk]
    assert [part.state for part in until(segments, window.until)] == [State.VERIFIED]


def test_the_worst_state_of_an_hour_counts():
    feed = make_feed()
    make_window(feed, hours_ago=1, hours=3)
    make_window(feed, hours_ago=4, hours=1, state="differs")
    zone = ZoneInfo("UTC")
    shown = last_days(2, NOW, zone)
    segments = strips_of([feed], progress_of([feed], NOW), shown, NOW)[feed.pk]
    days = [grid_day(segments, day_of(day, zone), 0, NOW) for day in shown.days()]
    states = [hour.state for day in days for hour in day.hours]
    assert states.count(State.DIFFERS) == 2  # the window touches two hours of the clock


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25)])
def test_a_day_has_as_many_hours_as_the_clock_says(day, hours):
    zone = ZoneInfo("Europe/Berlin")
    found: GridDay = grid_day([], day_of(datetime(*day, tzinfo=UTC).date(), zone), 0, NOW)
    assert found.until - found.since == hours * 3600


def day_of(day, zone):
    since = datetime(day.year, day.month, day.day, tzinfo=zone)
    later = day + timedelta(days=1)
    return Range(since=since, until=datetime(later.year, later.month, later.day, tzinfo=zone))


def test_it_reads_each_feed_once(django_assert_num_queries):
    feeds = [make_feed(str(number), backfilled_at=None) for number in range(4)]
    for feed in feeds:
        make_window(feed)
    stored = list(Feed.objects.select_related("site"))
    with django_assert_num_queries(3):  # windows, rows, backfills at once
        progress_of(stored, NOW)
