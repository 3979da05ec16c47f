import time
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db.models import Sum
from django.utils import timezone

from providers import names
from providers.adapters.records import utc
from providers.models import (
    Connection,
    Feed,
    ModelDay,
    QuarantinedRow,
    QuotaPoint,
    Site,
    Snapshot,
    SyncRun,
    UsageDetail,
    UsageLog,
    Window,
)
from providers.sync import conductor
from tests.providers.sync.mirrors import make_mirror
from tests.upstream import World, start_double

pytestmark = pytest.mark.django_db

PROFILES = ["one-api", "new-api-v0.6.8", "new-api-v0.10.7", "new-api-v0.13.2", "new-api-rc.24"]
HOUR, DAY = 3600, 86400
LIST, STAT, ACCOUNT = "/api/log/self", "/api/log/self/stat", "/api/user/self"


@pytest.fixture(autouse=True)
def _installation(settings):
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 1_000_000
    names.forget()


def rows(count, *, newest=120, step=500, user_id=2, username="lab"):
    """`count` rows of the last days, some of them equal, oldest first."""
    now = int(time.time())
    return [
        {
            "user_id": user_id,
            "username": username,
            "created_at": now - newest - (n // 3) * step,
            "token_name": f"key-{n % 4}",
            "token_id": n % 4,
            "model_name": f"model-{n % 5}",
            "quota": n % 2,
            "content": "",
        }
        for n in reversed(range(count))
    ]


@pytest.fixture
def mirror_of():
    doubles = []

    def start(profile="new-api-v0.13.2", history=(), **account):
        double = start_double(profile, world=World().add(history))
        doubles.append(double)
        return make_mirror(double, **account)

    yield start
    for double in doubles:
        double.stop()


@pytest.mark.parametrize("profile", PROFILES)
def test_the_mirror_equals_the_site_on_every_profile(mirror_of, profile):
    mirror = mirror_of(profile, rows(700))
    mirror.sync()
    assert mirror.rows() == mirror.truth()
    assert set(mirror.windows()) == {("verified", "")}
    assert mirror.feed.backfilled_at is not None
    assert mirror.connection.error_code == ""


def test_a_site_without_rows_is_complete(mirror_of):
    mirror = mirror_of()
    mirror.sync()
    assert mirror.feed.backfilled_at is not None
    assert set(mirror.windows()) == {("verified", "")}


def test_syncing_again_changes_nothing(mirror_of):
    mirror = mirror_of(history=rows(300))
    mirror.sync()
    before = mirror.rows()
    mirror.sync()
    assert mirror.rows() == before == mirror.truth()


def test_an_idle_connection_costs_three_requests(mirror_of):
    mirror = mirror_of(history=rows(300))
    mirror.sync()
    mirror.double.forget_requests()
    mirror.sync()
    assert [entry["path"] for entry in mirror.double.requests()] == [LIST, STAT, ACCOUNT]


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (90, 1), (250, 4)])
def test_new_rows_cost_a_request_for_each_page_of_them(mirror_of, count, pages):
    mirror = mirror_of(history=rows(150, step=60))
    mirror.sync()
    mirror.double.forget_requests()
    now = int(time.time())
    fresh = [{"created_at": now - 10, "quota": n, "username": "lab"} for n in range(count)]
    mirror.double.append(2, fresh)
    mirror.sync()
    assert mirror.rows() == mirror.truth()
    assert len(mirror.double.requests(LIST)) <= pages


def test_what_was_missed_while_nobody_read_is_filled(mirror_of):
    mirror = mirror_of(history=rows(400, step=120))
    mirror.sync()
    assert not mirror.feed.has_gaps
    gone = int(time.time()) - 4 * HOUR
    for model in (UsageDetail, UsageLog, Window):
        model.objects.all().delete()
    Window.objects.create(
        feed=mirror.feed,
        since=gone - DAY,
        until=gone,
        state="verified",
        rows=0,
        walked_at=timezone.now(),
        checked_at=timezone.now(),
    )
    mirror.sync()
    since = gone
    fresh = [row for row in mirror.double.truth(2) if row["created_at"] >= since]
    assert UsageLog.objects.filter(time__gte=since).count() == len(fresh)
    assert not mirror.feed.has_gaps


def test_a_clock_that_goes_back_stops_nothing(mirror_of):
    mirror = mirror_of(history=rows(60, step=60))
    mirror.sync()
    mirror.double.set_clock(offset=-3 * HOUR)
    mirror.sync()
    assert mirror.connection.error_code == ""
    mirror.double.set_clock(offset=0)
    mirror.sync()
    assert mirror.rows() == mirror.truth()


def test_a_late_row_of_the_last_hour_is_found(mirror_of):
    mirror = mirror_of(history=rows(400, step=30))
    mirror.sync()
    mirror.double.append(2, [{"created_at": int(time.time()) - 1800, "username": "lab"}])
    mirror.sync()
    assert mirror.rows() == mirror.truth()


def test_a_late_twin_is_a_row_of_its_own(mirror_of):
    second = int(time.time()) - 300
    twin = {"user_id": 2, "username": "lab", "created_at": second, "quota": 5}
    mirror = mirror_of(history=[twin] * 3)
    mirror.sync()
    mirror.double.append(2, [twin])
    mirror.sync()
    assert UsageLog.objects.count() == 4


def test_rows_that_keep_coming_late_hold_up_only_the_youngest(mirror_of):
    mirror = mirror_of(history=rows(3, newest=600))
    mirror.sync()
    now = int(time.time())
    calm = [{"created_at": now - 75, "quota": n, "username": "lab"} for n in range(150)]
    mirror.double.append(2, calm)
    mirror.double.grow(500, late_share=1, late_by=50, user_ids=[2])
    time.sleep(0.5)
    mirror.sync(turns=1)
    mirror.double.grow(0)
    assert mirror.connection.error_code == ""
    assert UsageLog.objects.filter(time__lt=utc(now - 60)).count() == 153


def test_parts_that_a_failure_cuts_off_never_overlap(mirror_of):
    mirror = mirror_of(history=rows(6000, step=1))
    mirror.sync()
    mirror.double.delete_before(int(time.time()) - 1000)  # what stays is too much for one walk
    mirror.double.fault("status", path=STAT, status=503, skip=1, times=1)
    mirror.sync(turns=1)
    assert mirror.connection.error_code == "unavailable"
    assert mirror.overlaps() == []
    mirror.sync()
    assert (mirror.overlaps(), mirror.feed.has_gaps) == ([], False)
    assert mirror.rows() - mirror.truth()


def test_what_only_a_window_that_had_to_go_covered_is_read_again(mirror_of):
    mirror = mirror_of(history=rows(90, step=HOUR // 2))
    mirror.sync()
    older, newer = Window.objects.filter(feed=mirror.feed).order_by("-since")[1:3][::-1]
    Window.objects.filter(pk=newer.pk).update(since=older.until - timedelta(seconds=60))
    day_ago = timezone.now() - timedelta(days=2)
    Window.objects.filter(pk=older.pk).update(checked_at=day_ago)
    late = {"created_at": older.span.since, "quota": 7, "username": "lab"}
    mirror.double.append(2, [late])
    mirror.sync()
    windows = Window.objects.filter(feed=mirror.feed).order_by("since")
    assert all(one.until == another.since for one, another in pairwise(windows))
    assert mirror.rows() == mirror.truth()


def test_rows_deleted_upstream_stay_here(mirror_of):
    mirror = mirror_of(history=rows(300, step=3000))
    mirror.sync()
    before = mirror.rows()
    mirror.double.delete_before(int(time.time()) - DAY)
    mirror.sync()
    assert mirror.rows() == before


def test_an_upgrade_in_mid_backfill_changes_nothing(mirror_of):
    mirror = mirror_of("new-api-v0.6.8", rows(900, step=2000))
    mirror.double.fault("upgrade", path=LIST, times=1, skip=6, profile="new-api-v0.10.7")
    mirror.double.fault("upgrade", path=LIST, times=1, skip=12, profile="new-api-v0.13.2")
    mirror.sync()
    mirror.double.switch("new-api-rc.24")
    mirror.sync()
    assert mirror.rows() == mirror.truth()
    assert mirror.feed.waits_for_person == ""


def test_a_site_that_begins_to_write_its_log_in_another_form_is_read_on(mirror_of):
    nothing = {"token_id": 0, "group": "", "use_time": 0}  # One API has no such columns
    mirror = mirror_of("one-api", [row | nothing for row in rows(300, step=2000)])
    mirror.double.fault("upgrade", path=LIST, times=1, skip=9, profile="new-api-v0.13.2")
    mirror.sync()
    assert mirror.connection.error_code == "bad_envelope"
    mirror.sync()
    assert mirror.connection.error_code == ""
    assert mirror.connection.site.dialect == "new-api"
    assert mirror.rows() == mirror.truth()


def test_the_form_of_the_pages_counts_more_than_what_the_site_says_of_itself(mirror_of):
    mirror = mirror_of("new-api-v0.2.0", rows(60))  # a New API that writes as One API does
    mirror.sync()
    mirror.sync()
    assert mirror.rows() == mirror.truth()
    Site.objects.update(facts_read_at=timezone.now() - 2 * conductor.FACTS_EVERY)
    mirror.sync()
    assert mirror.connection.error_code == ""
    assert mirror.connection.site.dialect == "one-api"


def test_what_types_mean_follows_the_form_of_the_pages_unless_somebody_chose(mirror_of):
    mirror = mirror_of("one-api", rows(60))
    mirror.sync()
    assert mirror.connection.site.vocabulary == "one-api"
    for chosen, expected in ((False, "new-api"), (True, "hitopen-docs")):
        if chosen:
            Site.objects.update(vocabulary="hitopen-docs", vocabulary_is_chosen=True)
        mirror.double.switch("new-api-v0.13.2")
        Site.objects.update(facts_read_at=None)
        mirror.sync()
        assert mirror.connection.site.vocabulary == expected


FAULTS = [
    *("html", "challenge", "empty_body", "invalid_json", "truncated", "reset", "database_broken"),
    *("total_off", "redirect", "wrong_shape"),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_leaves_the_mirror_right_and_is_told(mirror_of, fault):
    mirror = mirror_of(history=rows(500, step=1000))
    mirror.double.fault(fault, path=LIST, skip=4, times=4)
    mirror.sync(turns=1)
    assert mirror.connection.error_code
    assert not mirror.rows() - mirror.truth()
    mirror.double.clear_faults()
    mirror.sync()
    assert mirror.rows() == mirror.truth()
    assert mirror.connection.error_code == ""


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_site_in_trouble_is_tried_again(mirror_of, status):
    mirror = mirror_of(history=rows(50))
    mirror.double.fault("status", status=status, times=1)
    mirror.sync(turns=1)
    assert mirror.connection.error_code == "unavailable"
    assert mirror.connection.state == Connection.State.ACTIVE
    mirror.sync()
    assert mirror.rows() == mirror.truth()


def test_a_refused_token_stops_the_connection(mirror_of):
    mirror = mirror_of(history=rows(5), token="test-unknown-token-0123456789abcd")
    mirror.sync()
    assert mirror.connection.state == Connection.State.STOPPED
    assert mirror.connection.error_code == "token_invalid"
    mirror.double.forget_requests()
    mirror.sync()
    assert mirror.double.requests() == []


@pytest.mark.parametrize("skip", range(1, 6))
def test_one_answer_without_a_list_ends_no_history(mirror_of, skip):
    history = rows(60, step=9 * HOUR, newest=DAY)
    mirror = mirror_of("one-api", [row | {"quota": 1} for row in history])
    mirror.double.fault("items_null", path=LIST, skip=skip, times=1)
    mirror.sync()
    assert mirror.rows() == mirror.truth()


def test_rows_that_are_announced_and_do_not_come_are_told_once_a_turn(mirror_of):
    mirror = mirror_of(history=rows(60, step=9 * HOUR, newest=DAY))
    mirror.double.fault("items_null", path=LIST, query={"page_size": 1})
    mirror.sync(turns=1)
    assert mirror.connection.error_code == "moved"
    assert mirror.connection.retry_at is not None
    assert len(mirror.double.requests(LIST)) < 10
    mirror.double.clear_faults()
    mirror.sync()
    assert mirror.rows() == mirror.truth()


def test_rows_of_another_account_are_not_stored(mirror_of):
    mirror = mirror_of(history=rows(20, step=4))
    mirror.double.fault("edit_rows", path=LIST, at="all", edits={"user_id": "9"})
    mirror.sync()
    assert mirror.connection.error_code == "other_account"
    assert mirror.connection.state == Connection.State.STOPPED
    assert not UsageLog.objects.exists()


@pytest.mark.parametrize("edit", ["text_quota", "null_time", "infinite_quota", "surrogate_text"])
def test_a_bad_row_is_set_aside_and_stops_nothing(mirror_of, edit):
    mirror = mirror_of(history=rows(90, step=4))
    mirror.double.fault(edit, path=LIST)
    mirror.sync()
    assert QuarantinedRow.objects.count() >= 1
    assert UsageLog.objects.count() == 90 - QuarantinedRow.objects.count()
    assert ("mirrored", "quarantine") in mirror.windows()


def test_a_row_that_can_be_read_after_an_upgrade_leaves_quarantine(mirror_of):
    mirror = mirror_of(history=rows(30, step=4))
    mirror.double.fault("text_quota", path=LIST)
    mirror.sync()
    mirror.double.clear_faults()
    row = QuarantinedRow.objects.first()
    QuarantinedRow.objects.update(raw=row.raw.replace('"1250"', "0"))
    Feed.objects.update(parsed_with="0.0.1")
    mirror.go_on()
    assert not QuarantinedRow.objects.exists()
    assert UsageLog.objects.count() == 30
    assert ("mirrored", "quarantine") not in mirror.windows()


def test_a_zero_statistic_is_named(mirror_of):
    mirror = mirror_of("new-api-rc.29", rows(30))
    mirror.sync()
    assert ("mirrored", "zero_statistic") in mirror.windows()
    assert not {"differs"} & {state for state, _ in mirror.windows()}


def test_a_statistic_that_is_always_zero_has_no_window_read_twice(mirror_of):
    mirror = mirror_of("new-api-rc.29", [row | {"quota": 5} for row in rows(900, step=1000)])
    mirror.sync()
    asked = Counter(
        (entry["query"].get("start_timestamp"), entry["query"]["end_timestamp"], page)
        for entry in mirror.double.requests(LIST)
        if (page := entry["query"].get("p")) != "1"
    )
    assert asked
    assert list(asked.values()).count(2) <= 1  # of the first window


def test_a_deleted_row_is_no_matter_of_the_statistic(mirror_of):
    mirror = mirror_of("new-api-rc.29", rows(90, step=3000))
    mirror.sync()
    mirror.double.delete_before(int(time.time()) - 10 * HOUR)
    Window.objects.update(checked_at=timezone.now() - timedelta(days=2))
    mirror.sync()
    assert ("pruned", "") in mirror.windows()
    assert ("pruned", "zero_statistic") not in mirror.windows()


def test_what_differed_long_ago_is_judged_again(mirror_of):
    mirror = mirror_of(history=rows(60, step=1000, newest=20 * DAY))
    mirror.double.fault("stat_off", path=STAT, by=-1)
    mirror.sync()
    assert "differs" in {state for state, _ in mirror.windows()}
    mirror.double.clear_faults()
    Window.objects.update(checked_at=timezone.now() - timedelta(days=8))
    mirror.sync()
    assert {state for state, _ in mirror.windows()} == {"verified"}


def test_a_wrong_statistic_differs_with_both_numbers(mirror_of):
    mirror = mirror_of(history=rows(30, step=10))
    mirror.double.fault("stat_off", path=STAT, by=7)
    mirror.sync()
    assert "differs" in {state for state, _ in mirror.windows()}
    mirror.double.clear_faults()
    mirror.sync()
    assert mirror.rows() == mirror.truth()


def test_a_name_shared_with_another_account_is_proven(mirror_of):
    others = rows(60, user_id=2, username="ling", newest=20 * DAY)
    own = rows(60, user_id=3, username="ling", newest=3 * DAY)
    mirror = mirror_of(history=[*others, *own], user_id=3, username="ling")
    mirror.sync()
    assert mirror.feed.shares_its_name
    assert mirror.rows() == mirror.truth()
    assert "differs" not in {state for state, _ in mirror.windows()}


def test_two_connections_to_one_account_share_one_feed(mirror_of):
    mirror = mirror_of(history=rows(40))
    other = make_mirror(mirror.double)
    mirror.sync()
    assert other.connection.feed_id == mirror.connection.feed_id
    assert UsageLog.objects.count() == 40


def test_a_late_row_of_yesterday_is_found_the_day_after(mirror_of):
    mirror = mirror_of(history=rows(100, step=3000))
    mirror.sync()
    mirror.double.append(2, [{"created_at": int(time.time()) - DAY, "username": "lab"}])
    mirror.sync()
    assert mirror.rows() != mirror.truth()
    Window.objects.update(checked_at=timezone.now() - timedelta(days=2))
    mirror.sync()
    assert mirror.rows() == mirror.truth()


def test_a_late_row_of_no_cost_is_found_where_no_total_is_announced(mirror_of):
    mirror = mirror_of("one-api", rows(60, step=3000))
    mirror.sync()
    late = {"created_at": int(time.time()) - DAY // 2, "username": "lab", "quota": 0}
    mirror.double.append(2, [late])
    Window.objects.update(checked_at=timezone.now() - timedelta(days=2))
    mirror.sync()
    assert mirror.rows() == mirror.truth()


def test_the_site_s_hourly_statistic_is_kept(mirror_of):
    mirror = mirror_of(history=rows(90, step=1000, newest=100 * DAY))
    mirror.sync()
    assert QuotaPoint.objects.aggregate(sum=Sum("requests"))["sum"] == 90


def test_a_row_given_twice_in_place_of_another_is_noticed(mirror_of):
    history = [row | {"quota": n + 1} for n, row in enumerate(rows(500, step=1000))]
    mirror = mirror_of(history=history)
    mirror.sync(turns=1)
    mirror.double.fault("repeated_row", path=LIST, skip=1, times=1)
    mirror.sync()
    assert mirror.rows() == mirror.truth()


def test_the_balance_is_kept(mirror_of):
    mirror = mirror_of(history=rows(4))
    mirror.sync()
    assert Snapshot.objects.filter(feed=mirror.feed).exists()


def test_the_rollups_are_the_sums_of_the_rows(mirror_of):
    mirror = mirror_of(history=rows(500, step=900))
    mirror.sync()
    sums = ModelDay.objects.aggregate(units=Sum("units"), requests=Sum("requests"))
    assert sums == {"units": UsageLog.objects.aggregate(sum=Sum("units"))["sum"], "requests": 500}


def test_only_reading_requests_are_made_one_at_a_time(mirror_of):
    mirror = mirror_of(history=rows(300))
    mirror.sync()
    assert {entry["method"] for entry in mirror.double.requests()} == {"GET"}
    assert mirror.double.most_at_once() == 1
    assert "/api/user/token" not in {entry["path"] for entry in mirror.double.requests()}


def test_a_turn_is_recorded_with_what_it_asked(mirror_of):
    mirror = mirror_of(history=rows(3, newest=600))
    mirror.double.forget_requests()
    mirror.sync(turns=1)
    (run,) = SyncRun.objects.all()
    assert (run.outcome, run.requests) == ("done", len(mirror.double.requests()))
    SyncRun.objects.update(began_at=timezone.now() - timedelta(days=8))
    mirror.sync(turns=1)
    assert SyncRun.objects.count() == 1
