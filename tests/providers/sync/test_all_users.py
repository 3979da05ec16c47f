"""A connection to everybody's rows: the site's table, ids included, and what can go wrong."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone

from providers import messages, names
from providers.models import (
    Connection,
    Feed,
    QuotaPoint,
    Site,
    Snapshot,
    UsageLog,
    UserPoint,
    Window,
)
from providers.sync import conductor
from tests.providers.sync.mirrors import PATIENT, make_mirror
from tests.upstream import World, start_double
from tests.upstream.rows import Row
from tests.upstream.special import special_rows

pytestmark = pytest.mark.django_db

ROOT, LAB, LING, KEEPER = 1, 2, 3, 4
USER_ROLE = 1
LIST = "/api/log/"
PROFILES = ["one-api", "new-api-v0.6.8", "new-api-v0.13.2", "new-api-rc.41", "one-hub"]


@pytest.fixture(autouse=True)
def _installation(settings):
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 1_000_000
    names.forget()


@pytest.fixture
def site_of():
    """A site with the rows of three people."""
    doubles = []

    def start(profile="new-api-v0.13.2", rows=None):
        rows = rows or few_rows()
        for number, row in enumerate(rows):
            row.user_id = (LAB, LING, KEEPER)[number % 3]
        doubles.append(start_double(profile, world=World().add(rows)))
        return doubles[-1]

    yield start
    for double in doubles:
        double.stop()


def nasty_rows():
    return sorted(special_rows(int(time.time()) - 200), key=lambda row: row.created_at)


def few_rows():
    now = int(time.time())
    columns = {"token_name": "team-a", "model_name": "gpt-4o", "channel": 15}
    return [Row(created_at=now - 300 - 60 * n, quota=n % 7, **columns) for n in reversed(range(40))]


def everybodys(double, **options):
    return make_mirror(double, **{"user_id": KEEPER, "username": "keeper"} | options, scope="all")


def table(double):
    return Counter(
        (row["id"], row["created_at"], row["user_id"], row["username"], row["quota"])
        for row in double.truth()
    )


def stored(mirror):
    columns = ("detail__upstream_id", "time", "user__upstream_id", "user__text", "units")
    rows = UsageLog.objects.filter(feed=mirror.feed).values_list(*columns)
    return Counter(
        (number, int(moment.timestamp()), int(user), name, units)
        for number, moment, user, name, units in rows
    )


def problem_of(mirror):
    mirror.connection.refresh_from_db()
    return messages.problem(mirror.connection.error_code, mirror.connection.error_detail)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_mirror_is_the_sites_table_ids_included(site_of, profile):
    double = site_of(profile, nasty_rows())
    mirror = everybodys(double)
    mirror.sync()
    assert stored(mirror) == table(double)
    assert mirror.rows() == mirror.truth()
    assert set(mirror.windows()) == {("verified", "")}
    assert mirror.connection.error_code == ""


@pytest.mark.parametrize("profile", ["one-api", "new-api-v0.13.2", "new-api-rc.24"])
def test_rows_that_come_while_it_is_read_are_mirrored_too(site_of, profile):
    double = site_of(profile)
    mirror = everybodys(double)
    double.grow(200, user_ids=[LAB, LING, KEEPER], late_share=0.2, late_by=5)
    while len(double.truth()) < 120:
        mirror.sync(turns=3)
    double.grow(0)
    double.set_clock(offset=90)  # the last rows become readable
    mirror.sync()
    assert stored(mirror) == table(double)


def test_a_name_that_went_to_somebody_else_keeps_nothing_from_being_verified(site_of):
    double = site_of()
    double.rename(LAB, "100%")
    double.rename(LING, "lab")
    mirror = everybodys(double)
    mirror.sync()
    assert set(mirror.windows()) == {("verified", "")}


def test_a_window_whose_sum_is_another_differs(site_of):
    double = site_of()
    double.fault("stat_off", path="/api/log/stat", by=7)
    mirror = everybodys(double)
    mirror.sync()
    assert ("differs", "statistic") in mirror.windows()
    assert not mirror.feed.shares_its_name


def test_two_admins_watch_one_feed(site_of):
    double = site_of()
    first, second = everybodys(double), everybodys(double, user_id=ROOT, username="root")
    assert first.feed == second.feed
    first.sync()
    assert stored(first) == table(double)


def test_the_balance_of_the_admin_is_not_everybodys(site_of):
    mirror = everybodys(site_of())
    Connection.objects.update(feed=None)
    Feed.objects.all().delete()
    mirror.go_on()
    assert mirror.feed.account == ""
    assert not Snapshot.objects.exists()


def test_the_hourly_statistic_is_everybodys(site_of):
    double = site_of()
    double.set(hourly_lag_seconds=0)
    mirror = everybodys(double)
    mirror.sync()
    said = QuotaPoint.objects.filter(feed=mirror.feed).aggregate(sum=Sum("units"))["sum"]
    assert said == sum(row["quota"] for row in double.truth() if row["type"] == 2)


@pytest.mark.parametrize(
    ("profile", "has_users"), [("new-api-v0.13.2", True), ("new-api-v0.8.8", False)]
)
def test_newer_sites_say_it_of_each_user_as_well(site_of, profile, has_users):
    double = site_of(profile)
    double.set(hourly_lag_seconds=0)
    mirror = everybodys(double)
    mirror.sync()
    said = UserPoint.objects.filter(feed=mirror.feed).order_by().values_list("username")
    table = Counter()
    for row in double.truth():
        if row["type"] == 2 and has_users:
            table[row["username"]] += row["quota"]
    assert dict(said.annotate(sum=Sum("units"))) == dict(table)
    site = Site.objects.get(pk=mirror.connection.site_id)
    assert site.has_hourly_by_user == has_users
    double.forget_requests()
    Feed.objects.update(hourly_read_at=None)
    mirror.sync()
    asked = [entry["path"] for entry in double.requests()]
    assert asked.count("/api/data/users") == has_users


def test_an_admins_own_rows_are_a_feed_of_their_own(site_of):
    double = site_of()
    every, own = everybodys(double), make_mirror(double, user_id=KEEPER, username="keeper")
    every.sync()
    own.sync()
    assert every.feed != own.feed
    assert own.rows() == own.truth()
    digests = set(UsageLog.objects.filter(feed=every.feed).values_list("time", "digest"))
    assert set(UsageLog.objects.filter(feed=own.feed).values_list("time", "digest")) <= digests


@pytest.mark.parametrize("profile", ["one-api", "new-api-v0.13.2", "new-api-rc.24"])
def test_an_admin_who_was_demoted_is_told_and_rests(site_of, profile):
    double = site_of(profile)
    mirror = everybodys(double)
    mirror.sync()
    before = stored(mirror)
    double.change_account(KEEPER, role=USER_ROLE)
    Window.objects.update(checked_at=timezone.now() - timedelta(days=2))
    mirror.sync()
    assert mirror.connection.state == Connection.State.STOPPED
    assert problem_of(mirror).startswith("This account may not read everybody's rows.")
    double.forget_requests()
    assert conductor.work_at(mirror.connection.site_id, patience=PATIENT) is None
    assert double.requests() == []
    assert stored(mirror) == before


def test_a_scoped_token_reads_everybodys_rows(site_of):
    double = site_of("new-api-rc.41")
    double.set(legacy_tokens_retired=True)
    mirror = everybodys(double, token=double.scoped_token("keeper"))
    mirror.sync()
    assert stored(mirror) == table(double)


def test_a_scope_that_is_missing_is_named(site_of):
    double = site_of("new-api-rc.41")
    double.issue_token("keeper", KEEPER, scopes=["usage:read", "profile:read"])
    mirror = everybodys(double, token=double.scoped_token("keeper"))
    mirror.sync()
    assert "lacks the scope log:read" in problem_of(mirror)
    assert mirror.connection.state == Connection.State.STOPPED
