"""'Verify again': what a person asks for, and what comes of it."""

import time
from itertools import pairwise

import pytest

from providers import connections, names
from providers.adapters.records import Span
from providers.models import Check, Window
from providers.sync import plan
from tests.providers.sync.mirrors import make_mirror
from tests.upstream import World, start_double

pytestmark = pytest.mark.django_db
HOUR, DAY = 3600, 86400
LIST = "/api/log/self"


@pytest.fixture(autouse=True)
def _installation(settings):
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 1_000_000
    names.forget()


def rows(count):
    """An hour apart, oldest first."""
    now = int(time.time())
    return [
        {"user_id": 2, "username": "lab", "created_at": now - 300 - n * HOUR, "quota": 1 + n}
        for n in reversed(range(count))
    ]


@pytest.fixture
def mirror():
    with start_double(world=World().add(rows(60))) as double:
        mirror = make_mirror(double)
        mirror.sync()
        yield mirror


def ask(mirror, since=0, until=None):
    span = Span(since=since, until=until or int(time.time()))
    return connections.verify_again(mirror.feed, span, by=None)


def done(check):
    check.refresh_from_db()
    assert check.finished_at is not None
    return check


def covered(mirror):
    ends = Window.objects.filter(feed=mirror.feed).order_by("since")
    return list(ends.values_list("since", "until"))


def test_a_window_keeps_how_many_requests_its_reading_took(mirror):
    window = Window.objects.order_by("since").first()
    mirror.double.forget_requests()
    check = ask(mirror, 0, int(window.since.timestamp()) + 1)
    mirror.go_on()
    asked = len(mirror.double.requests())
    again = Window.objects.get(since=window.since)
    assert asked == again.requests == done(check).requests >= 2


def test_what_is_the_same_on_both_sides_is_found_the_same(mirror):
    before = covered(mirror)
    check = ask(mirror)
    mirror.go_on()
    done(check)
    assert check.is_same
    assert (check.rows, check.missing, check.gone) == (60, 0, 0)
    assert check.requests >= 2
    assert covered(mirror) == before
    assert set(mirror.windows()) == {("verified", "")}


def test_a_row_that_was_missing_here_is_listed_and_mirrored(mirror):
    late = {"created_at": int(time.time()) - 2 * DAY, "username": "lab", "quota": 77}
    mirror.double.append(2, [late])
    check = ask(mirror)
    mirror.go_on()
    assert not done(check).is_same
    (found,) = check.found.all()
    assert (found.side, found.units, check.missing) == ("missing_here", 77, 1)
    assert mirror.rows() == mirror.truth()
    assert set(mirror.windows()) == {("verified", "")}


def test_rows_that_are_gone_upstream_are_listed_and_kept(mirror):
    gone = mirror.double.delete_before(int(time.time()) - DAY)
    check = ask(mirror)
    mirror.go_on()
    assert done(check).gone == gone > 0
    assert {row.side for row in check.found.all()} == {"gone_upstream"}
    assert mirror.rows().total() == 60
    assert Window.objects.filter(state="pruned").exists()


def test_only_so_many_rows_are_listed(mirror, monkeypatch):
    monkeypatch.setattr("providers.sync.checks.MOST_LISTED", 3)
    gone = mirror.double.delete_before(int(time.time()))
    check = ask(mirror)
    mirror.go_on()
    assert done(check).gone == gone
    assert check.found.count() == 3


def test_a_window_that_the_range_cuts_is_verified_whole_and_the_others_are_left(mirror):
    window = Window.objects.order_by("since")[1]
    middle = int((window.since.timestamp() + window.until.timestamp()) / 2)
    walked = dict(Window.objects.values_list("since", "walked_at"))
    check = ask(mirror, middle, middle + 1)
    mirror.go_on()
    done(check)
    again = dict(Window.objects.values_list("since", "walked_at"))
    assert {since for since in walked if walked[since] != again[since]} == {window.since}


def test_a_window_that_grew_meanwhile_is_not_cut_where_the_range_ends(mirror):
    newest = Window.objects.order_by("-since").first()
    check = ask(mirror, int(newest.since.timestamp()))
    mirror.double.set_clock(offset=30)
    mirror.sync()
    done(check)
    again = Window.objects.order_by("-since").first()
    assert (again.since, again.until > newest.until) == (newest.since, True)


def test_a_window_of_many_rows_is_done_in_parts_without_a_hole(mirror, monkeypatch):
    before = covered(mirror)
    monkeypatch.setattr(plan, "MOST_ROWS", 5)
    check = ask(mirror)
    mirror.go_on(200)
    assert (done(check).rows, check.is_same) == (60, True)
    after = covered(mirror)
    assert len(after) > len(before)
    assert (after[0][0], after[-1][1]) == (before[0][0], before[-1][1])
    assert all(end == since for (_, end), (since, _) in pairwise(after))


def test_an_interrupted_check_goes_on_where_it_was(mirror):
    check = ask(mirror)
    mirror.double.fault("status", path=LIST, status=502, skip=2, times=1)
    mirror.go_on()
    assert mirror.connection.error_code
    mirror.go_on()
    assert done(check).rows == 60
    assert check.is_same


def test_asking_twice_asks_once(mirror):
    until = int(time.time())
    assert ask(mirror, 0, until) == ask(mirror, 0, until)
    assert Check.objects.count() == 1


def test_a_site_that_renders_rows_differently_ends_the_check_and_waits_for_a_person(mirror):
    middle = int(time.time()) - DAY
    second = mirror.double.truth(2, until=middle)[-1]["created_at"]
    lost = mirror.double.delete_before(middle)
    other = {"created_at": second, "username": "lab", "quota": 123_456}
    mirror.double.append(2, [other])
    check = ask(mirror)
    mirror.go_on()
    assert done(check).missing == 1
    assert 0 < check.gone <= lost
    assert mirror.feed.waits_for_person == "renders_differently"


def test_without_a_window_there_is_nothing_to_ask(mirror):
    assert ask(mirror, 0, 1000) is None
    assert not Check.objects.exists()
