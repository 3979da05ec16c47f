"""Whatever the cursor of a numbered log counts, the mirror is the log."""

import time

import pytest
from django.utils import timezone

from providers import names
from providers.models import BalanceJump, Connection, Cursor, QuarantinedRow, UsageLog
from providers.sync import cursor_feeds
from tests.providers.sync import hk
from tests.providers.sync.hk import LAB, rows
from tests.upstream.openai_hk.profiles import OPENAI_HK

pytestmark = pytest.mark.django_db

LOG = "/openai/sk/log"
PAGE = 20  # so that a few rows are several pages
NEWEST, OLDEST, BY_ID = "offset-newest", "offset-oldest", "after-id"


@pytest.fixture(autouse=True)
def _installation(settings, monkeypatch):
    hk.install(settings)
    monkeypatch.setattr("providers.adapters.openai_hk.LARGEST_PAGE", PAGE)
    names.forget()


@pytest.fixture(scope="module")
def running():
    with hk.start() as double:
        yield double


@pytest.fixture
def mirror_of(running):
    def start(profile=NEWEST, given=None, **settings):
        given = rows(70) if given is None else given
        return hk.load(running, given, meaning=profile, **settings)

    return start


every_meaning = pytest.mark.parametrize(
    "profile", [name.removeprefix("openai-hk-") for name in OPENAI_HK]
)
each_end = pytest.mark.parametrize("profile", [NEWEST, OLDEST, BY_ID])


def assert_whole(mirror):
    assert mirror.rows() == mirror.truth()
    assert {state for state, _ in mirror.windows()} == {"verified"}
    assert not mirror.overlaps()
    assert not mirror.feed.has_gaps
    assert mirror.feed.backfilled_at is not None


@every_meaning
def test_the_mirror_is_the_log(mirror_of, profile):
    mirror = mirror_of(profile)
    mirror.sync()
    assert_whole(mirror)
    assert not BalanceJump.objects.exists()
    mirror.sync()
    assert_whole(mirror)


@each_end
@pytest.mark.parametrize("count", [0, 1, 2, PAGE, PAGE + 1])
def test_a_short_log_is_mirrored_whole(mirror_of, profile, count):
    mirror = mirror_of(profile, rows(count))
    mirror.sync()
    assert mirror.rows() == mirror.truth()
    mirror.double.append(LAB, [{"quota": 2, "created_at": int(time.time()) - 100}])
    mirror.sync()
    assert_whole(mirror)


@every_meaning
def test_rows_that_come_later_are_read(mirror_of, profile):
    mirror = mirror_of(profile)
    mirror.sync()
    for batch in (3, 50):
        now = int(time.time())
        mirror.double.append(LAB, [{"quota": n, "created_at": now - 100} for n in range(batch)])
        mirror.sync()
        assert_whole(mirror)


@each_end
def test_young_rows_are_there_but_not_settled(mirror_of, profile):
    mirror = mirror_of(profile, rows(50, every=2, ago=1))
    mirror.sync()
    assert mirror.rows() == mirror.truth()
    assert max(window.until for window in mirror.feed.windows.all()).timestamp() < time.time() - 59
    mirror.sync()
    assert mirror.rows() == mirror.truth()


@each_end
@pytest.mark.parametrize(
    "kind", ["short_page", "empty_page", "items_null", "trailing_comma", "numbers"]
)
def test_a_passing_fault_does_no_harm(mirror_of, profile, kind):
    mirror = mirror_of(profile)
    mirror.double.fault(kind, path=LOG, skip=1, times=1)
    mirror.sync()
    assert_whole(mirror)


@each_end
def test_it_goes_on_where_it_was_cut_off(mirror_of, profile):
    mirror = mirror_of(profile)
    for skip in range(4):
        mirror.double.fault("reset", path=LOG, skip=skip, times=1)
        mirror.go_on(1)
    mirror.sync()
    assert_whole(mirror)


@each_end
def test_rows_deleted_in_between_leave_no_gap(mirror_of, profile):
    mirror = mirror_of(profile)
    ids = [row["id"] for row in mirror.double.truth(LAB)]
    before = mirror.truth()
    mirror.double.fault("deletion", path=LOG, skip=2, times=1, ids=ids[30:40])
    mirror.sync()
    assert not mirror.truth() - mirror.rows()
    assert not mirror.rows() - before
    assert not mirror.feed.has_gaps


@each_end
def test_a_clean_up_of_old_rows_takes_nothing_from_the_mirror(mirror_of, profile):
    mirror = mirror_of(profile)
    mirror.sync()
    before = mirror.truth()
    mirror.double.delete_before(int(time.time()) - 300 - 60 * 10)
    mirror.double.append(LAB, [{"quota": 5, "created_at": int(time.time()) - 90}] * 30)
    mirror.sync()
    assert mirror.rows() == before | mirror.truth()
    assert {state for state, _ in mirror.windows()} == {"verified"}


@pytest.mark.parametrize(
    ("profile", "is_newest_first", "counts_ids"),
    [
        (NEWEST, True, False),
        (OLDEST, False, False),
        (BY_ID, False, True),
        ("before-id", True, True),
    ],
)
def test_what_the_cursor_counts_is_remembered(mirror_of, profile, is_newest_first, counts_ids):
    mirror = mirror_of(profile)
    mirror.sync()
    assert mirror.cursor.is_newest_first is is_newest_first
    assert mirror.cursor.counts_ids is counts_ids


@pytest.mark.parametrize(("before", "after"), [(NEWEST, OLDEST), (BY_ID, NEWEST), (OLDEST, BY_ID)])
def test_it_is_found_out_again_each_day(mirror_of, before, after):
    mirror = mirror_of(before)
    mirror.sync()
    mirror.double.switch(f"openai-hk-{after}")
    mirror.double.append(LAB, [{"quota": 3, "created_at": hk.ago(90)}] * 45)
    Cursor.objects.update(looked_back_at=timezone.now() - cursor_feeds.LOOK_BACK)
    mirror.sync()
    assert_whole(mirror)


def test_a_charge_without_a_row_is_found(mirror_of):
    given = rows(40)
    mirror = mirror_of(given=given)
    gone = mirror.double.truth(LAB)[20]
    mirror.double.delete([gone["id"]])
    mirror.sync()
    (broken,) = mirror.feed.windows.filter(state="differs")
    assert broken.reason == "balance"
    assert broken.site_units - broken.units == gone["quota"]
    assert broken.since.timestamp() <= gone["created_at"] < broken.until.timestamp()
    assert broken.rows == 1  # the row after it, where the chain is broken


@each_end
def test_a_top_up_breaks_nothing(mirror_of, profile):
    mirror = mirror_of(profile)
    mirror.sync()
    mirror.double.top_up(LAB, 5000)
    mirror.double.append(LAB, [{"quota": 5, "created_at": int(time.time()) - 90}])
    mirror.sync()
    assert_whole(mirror)
    (jump,) = BalanceJump.objects.all()
    assert jump.units == 5000


@each_end
def test_what_came_between_rows_stays_known_while_more_come(mirror_of, profile):
    mirror = mirror_of(profile, rows(10))
    mirror.sync()
    moved = []
    for number in range(1, 5):
        if number % 2:
            mirror.double.top_up(LAB, 5000)
        else:
            mirror.double.charge(LAB, 70)
        moved.append(5000 if number % 2 else -70)
        mirror.double.set_clock(offset=2000 * number)
        mirror.double.append(LAB, [{"quota": 3}])
        mirror.double.set_clock(offset=2000 * number + 500)
        mirror.sync()
    assert list(BalanceJump.objects.order_by("time").values_list("units", flat=True)) == moved
    assert mirror.feed.windows.filter(state="differs").count() == 2


@each_end
def test_a_clock_that_is_set_back_breaks_nothing(mirror_of, profile):
    """Rows of two different hours have the same seconds; what was charged without a row in the
    second of them is found all the same."""
    mirror = mirror_of(profile, rows(60, every=60))
    mirror.sync()
    for minute in range(20):
        mirror.double.set_clock(offset=60 * minute - 3600)
        if minute == 10:
            mirror.double.charge(LAB, 70)
        mirror.double.append(LAB, [{"quota": 1 + minute % 5}] * 2)
        mirror.sync()
    mirror.double.set_clock(offset=120)
    mirror.double.append(LAB, [{"quota": 4}])
    mirror.double.set_clock(offset=300)
    mirror.sync()
    assert mirror.rows() == mirror.truth()
    assert [jump.units for jump in BalanceJump.objects.all()] == [-70]
    (broken,) = mirror.feed.windows.filter(state="differs")
    assert broken.site_units - broken.units == 70
    assert len(mirror.feed.clock_steps) == 1


@pytest.mark.parametrize("first", [1, 2])
def test_two_keys_tell_of_one_step_of_the_clock(mirror_of, first):
    """Calls of both, charged in another order, come right after it."""
    given = rows(30)
    for number, row in enumerate(given):
        row.token_id = 1 + number % 2
    mirror = mirror_of(given=given, log_per_key=True)
    other = hk.make_mirror(mirror.double, key=2)
    mirror.sync()
    mirror.double.set_clock(offset=-3600)
    calls = [{"quota": 3 + number, "token_id": key} for number, key in enumerate([2, 2, 1, 2, 1])]
    mirror.double.append(LAB, calls, charged_in=[4, 2, 0, 3, 1])
    mirror.double.set_clock(offset=-3400)
    Connection.objects.exclude(pk=(mirror, other)[first - 1].connection.pk).update(state="paused")
    mirror.sync()
    Connection.objects.update(state="active")
    mirror.double.set_clock(offset=100)
    mirror.double.append(LAB, calls, charged_in=[4, 2, 0, 3, 1])
    mirror.double.set_clock(offset=300)
    mirror.sync()
    assert mirror.rows() == mirror.truth()
    assert {state for state, _ in mirror.windows()} == {"verified"}
    assert len(mirror.feed.clock_steps) == 1
    assert not BalanceJump.objects.exists()


def test_balances_may_stand_there_before_the_charge(mirror_of):
    mirror = mirror_of(balance_before=True)
    mirror.sync()
    assert {state for state, _ in mirror.windows()} == {"verified"}
    assert mirror.feed.balance_is_before


def test_calls_at_the_same_time_are_no_break(mirror_of):
    mirror = mirror_of(given=[])
    at = int(time.time()) - 100
    calls = [{"quota": cost, "created_at": at + late} for cost, late in [(1, 0), (10, 0), (3, 2)]]
    mirror.double.append(LAB, [{"quota": 2, "created_at": at - 9}])
    mirror.double.append(LAB, calls, charged_in=[2, 0, 1])
    mirror.double.append(LAB, [{"quota": 2, "created_at": at + 9}])
    mirror.sync()
    assert_whole(mirror)


def test_an_amount_that_is_no_whole_number_is_kept_aside(mirror_of):
    mirror = mirror_of(decimals=2)
    mirror.sync()
    assert QuarantinedRow.objects.count() > 0
    assert UsageLog.objects.count() + QuarantinedRow.objects.count() == 70
    assert ("mirrored", "quarantine") in mirror.windows()


def test_each_key_of_an_account_is_walked(mirror_of):
    given = rows(50)
    for number, row in enumerate(given):
        row.token_id = 1 + number % 2
    first = mirror_of(given=given, log_per_key=True)
    first.sync()
    assert first.feed.windows.filter(state="differs").exists()
    second = hk.make_mirror(first.double, key=2)
    second.sync()
    assert_whole(second)


@pytest.mark.parametrize("theirs", [0, 30])
def test_the_log_of_one_key_may_begin_later_or_have_no_row(mirror_of, theirs):
    given = rows(50)
    for row in given[len(given) - theirs :]:
        row.token_id = 2
    first = mirror_of(given=given, log_per_key=True)
    hk.make_mirror(first.double, key=2)
    first.sync()
    assert_whole(first)
    first.double.append(LAB, [{"token_id": 1, "created_at": int(time.time()) - 100}])
    first.sync()
    assert_whole(first)
    oldest = first.feed.windows.order_by("since").first()
    assert int(oldest.since.timestamp()) == given[0].created_at


@each_end
def test_a_row_that_came_late_under_an_older_id_is_found_by_looking_back(mirror_of, profile):
    mirror = mirror_of(profile)
    mirror.sync()
    late = mirror.double.truth(LAB)[40]
    UsageLog.objects.filter(detail__upstream_id=late["id"]).delete()
    mirror.sync()
    assert mirror.rows() != mirror.truth()
    Cursor.objects.update(looked_back_at=timezone.now() - cursor_feeds.LOOK_BACK)
    mirror.sync()
    assert mirror.rows() == mirror.truth()
