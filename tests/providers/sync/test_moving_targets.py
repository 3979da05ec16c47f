"""The site changes while and after it is read: the mirror is right, or says what is wrong."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from providers import names
from providers.adapters.records import Span
from providers.models import QuarantinedRow, SiteUnit, UsageLog, Window
from providers.models import Site as StoredSite
from providers.sync import differences
from tests.providers.sync.mirrors import make_mirror
from tests.upstream import World, start_double

pytestmark = pytest.mark.django_db

HOUR, DAY = 3600, 86400
LIST = "/api/log/self"
TOTALS = ("new-api-v0.13.2", "one-hub")
ALL = ("one-api", *TOTALS, "new-api-v0.6.8")


@pytest.fixture(autouse=True)
def _installation(settings):
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 1_000_000
    names.forget()


@pytest.fixture
def mirror_of():
    doubles = []

    def start(profile="new-api-v0.13.2", history=()):
        double = start_double(profile, world=World().add(history, user_id=2))
        doubles.append(double)
        return make_mirror(double)

    yield start
    for double in doubles:
        double.stop()


def rows(count, *, newest=120, step=500, **columns):
    """Oldest first, each with a charge of its own."""
    now = int(time.time())
    return [
        {"created_at": now - newest - n * step, "quota": n + 1, "token_id": 1, **columns}
        for n in reversed(range(count))
    ]


def ago(seconds):
    return int(time.time()) - seconds


def states(mirror):
    return {state for state, _ in mirror.windows()}


def assert_right(mirror):
    assert mirror.rows() == mirror.truth()
    assert states(mirror) == {"verified"}
    assert mirror.connection.error_code == ""


@pytest.mark.parametrize("profile", ALL)
def test_rows_that_arrive_in_the_middle_of_a_walk(mirror_of, profile):
    mirror = mirror_of(profile, rows(250, step=9))
    late = [{"created_at": ago(300), "quota": 7000 + n} for n in range(3)]
    for skip in (1, 4):
        mirror.double.fault("arrival", path=LIST, skip=skip, times=1, user_id=2, rows=late)
    mirror.sync()
    mirror.sync()
    assert_right(mirror)


@pytest.mark.parametrize("profile", ALL)
def test_a_site_that_grows_while_it_is_read(mirror_of, profile):
    mirror = mirror_of(profile, rows(150, step=60))
    mirror.double.grow(60, late_share=0.2, late_by=20, user_ids=[2])
    while len(mirror.double.truth()) < 190:
        mirror.sync(turns=3)
    mirror.double.grow(0)
    mirror.double.set_clock(offset=60)  # the last rows become readable
    mirror.sync()
    assert_right(mirror)


@pytest.mark.parametrize("late_by", [5, 45, 1800])
def test_a_row_that_is_late_within_the_hours_of_the_tail(mirror_of, late_by):
    mirror = mirror_of(history=rows(60, step=100))
    mirror.sync()
    mirror.double.append(2, [{"created_at": ago(late_by), "quota": 5}])
    mirror.sync()
    assert_right(mirror)


def test_a_row_that_is_days_late_is_found_where_windows_are_compared(mirror_of):
    mirror = mirror_of(history=rows(100, step=8000))
    mirror.sync()
    late = ago(8 * DAY)
    mirror.double.append(2, [{"created_at": late, "quota": 5}])
    mirror.sync()
    assert mirror.truth() - mirror.rows() == Counter(
        {key: 1 for key in mirror.truth() if key[0] == late}
    )
    span = Span(since=late - DAY, until=late + DAY)
    found = list(differences.compare(mirror.connection, mirror.feed, [span]))
    assert [(d.side, d.units) for part in found for d in part.differences] == [("missing_here", 5)]


@pytest.mark.parametrize("profile", ["one-api", *TOTALS])
def test_a_second_with_more_rows_than_a_page_and_a_window_may_have(mirror_of, profile):
    """Before it a silence, and at the front of the list a row that came late: it promises a silence
    up to itself."""
    count = 350 if profile == "one-api" else 2300
    crowd = [{"created_at": ago(5000), "quota": n % 2} for n in range(count)]
    mirror = mirror_of(profile, [*rows(20, newest=6000), *crowd, *rows(20)])
    mirror.sync()
    assert_right(mirror)


@pytest.mark.parametrize("profile", ["one-api", *TOTALS])
def test_identical_rows_in_one_second(mirror_of, profile):
    twins = [{"created_at": ago(5000), "quota": 5, "content": "twin"}] * 30
    mirror = mirror_of(profile, [*twins, *rows(20)])
    mirror.sync()
    mirror.double.append(2, twins[:2])
    Window.objects.update(checked_at=timezone.now() - timedelta(days=2))
    mirror.sync()
    assert_right(mirror)
    assert UsageLog.objects.filter(detail__content="twin").count() == 32


def test_rows_written_in_batches_long_after_their_calls(mirror_of):
    mirror = mirror_of("one-hub", rows(30))
    mirror.double.grow(30, batch_seconds=2, user_ids=[2])
    end = time.monotonic() + 5
    while time.monotonic() < end:
        mirror.sync(turns=2)
    mirror.double.grow(0)
    mirror.double.set_clock(offset=60)
    mirror.sync()
    assert_right(mirror)


@pytest.mark.parametrize("profile", ["one-api", *TOTALS])
def test_the_clean_up_of_a_site_takes_nothing_away_here(mirror_of, profile):
    mirror = mirror_of(profile, rows(200, step=3000))
    mirror.sync()
    before = mirror.rows()
    mirror.double.delete_before(ago(DAY))
    Window.objects.update(checked_at=timezone.now() - timedelta(days=2))
    mirror.sync()
    assert mirror.rows() == before
    assert "pruned" in states(mirror)
    assert states(mirror) <= {"pruned", "verified"}


@pytest.mark.parametrize("profile", ["one-api", *TOTALS])
def test_a_clean_up_that_leaves_nothing(mirror_of, profile):
    mirror = mirror_of(profile, rows(60, step=60))
    mirror.sync()
    before = mirror.rows()
    mirror.double.delete_before(ago(0))
    Window.objects.update(checked_at=timezone.now() - timedelta(days=2))
    mirror.sync()
    assert mirror.rows() == before
    assert "pruned" in states(mirror)
    assert states(mirror) <= {"pruned", "verified"}


@pytest.mark.parametrize("profile", ["one-api", *TOTALS])
def test_new_rows_after_a_clean_up_that_left_nothing(mirror_of, profile):
    mirror = mirror_of(profile, rows(60, step=60))
    mirror.sync()
    before = mirror.rows()
    mirror.double.delete_before(ago(0))
    mirror.double.append(2, [{"created_at": ago(10), "quota": 8}] * 2)
    mirror.sync()
    assert mirror.rows() == before + mirror.truth()
    assert mirror.feed.waits_for_person == ""
    assert "pruned" in states(mirror)


def test_rows_that_vanish_in_the_middle_of_a_walk(mirror_of):
    mirror = mirror_of(history=rows(600, step=1000))
    mirror.double.fault("deletion", path=LIST, skip=5, times=1, before=ago(3 * DAY))
    mirror.sync()
    assert not mirror.truth() - mirror.rows()
    assert "differs" not in states(mirror)


def test_a_database_that_was_moved_with_its_ids_begun_again(mirror_of):
    mirror = mirror_of(history=rows(300, step=1000))
    mirror.sync()
    before = mirror.rows()
    mirror.double.move_database(kept_since=ago(DAY))
    mirror.double.append(2, [{"quota": 1, "created_at": ago(10)}])
    Window.objects.update(checked_at=timezone.now() - timedelta(days=2))
    mirror.sync()
    assert mirror.rows() == before + (mirror.truth() - before)
    assert states(mirror) <= {"pruned", "verified"}
    assert mirror.feed.waits_for_person == ""


@pytest.mark.parametrize("minutes", [-45, -7, 7, 45])
def test_a_clock_that_is_off_by_minutes(mirror_of, minutes):
    mirror = mirror_of()
    mirror.double.set_clock(offset=60 * minutes)
    shift = 60 * minutes
    mirror.double.append(2, rows(40, newest=5 - shift, step=60))
    mirror.sync()
    mirror.double.append(2, [{"quota": 9, "created_at": ago(10) + shift}])
    mirror.sync()
    assert_right(mirror)


def test_a_clock_that_jumps_in_the_middle_of_a_walk(mirror_of):
    mirror = mirror_of(history=rows(400, step=600))
    mirror.double.fault("clock", path=LIST, skip=3, times=1, offset=2 * HOUR)
    mirror.double.fault("clock", path=LIST, skip=6, times=1, offset=0)
    mirror.sync()
    mirror.sync()
    assert_right(mirror)


def test_the_worth_of_a_unit_changes(mirror_of):
    mirror = mirror_of(history=rows(30))
    mirror.sync()
    before = mirror.rows()
    mirror.double.set_status(quota_per_unit=250_000)
    StoredSite.objects.update(facts_read_at=timezone.now() - timedelta(hours=2))
    mirror.sync()
    worths = SiteUnit.objects.order_by("read_at").values_list("units_per_usd", flat=True)
    assert list(worths) == [500_000, 250_000]
    assert mirror.rows() == before


def test_an_account_is_renamed(mirror_of):
    mirror = mirror_of(history=rows(120, step=600))
    mirror.sync(turns=1)
    mirror.double.rename(2, "studio")
    mirror.double.append(2, [{"quota": 5, "created_at": ago(5)}])
    mirror.sync()
    mirror.sync()
    assert mirror.rows() == mirror.truth()
    assert set(mirror.windows()) <= {("verified", ""), ("mirrored", "renamed")}
    assert mirror.feed.account_name == "studio"


def test_an_account_is_renamed_in_the_middle_of_a_walk(mirror_of):
    mirror = mirror_of(history=rows(300, step=600))
    mirror.double.fault("rename", path="/api/log/self*", skip=4, times=1, user_id=2, username="x")
    mirror.sync()
    mirror.sync()
    assert mirror.rows() == mirror.truth()
    assert "differs" not in states(mirror)


def test_a_key_is_renamed(mirror_of):
    mirror = mirror_of(history=rows(10, token_name="team-a"))
    mirror.sync()
    mirror.double.rename_key(1, "team-z")
    mirror.double.append(2, [{"token_id": 1, "token_name": "team-z", "created_at": ago(5)}])
    mirror.sync()
    assert_right(mirror)
    keys = UsageLog.objects.values_list("key__text", flat=True)
    assert Counter(keys) == {"team-a": 10, "team-z": 1}
    assert not QuarantinedRow.objects.exists()
