"""A member sees what of everybody's rows is theirs, and only as the site would show it to them."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from dashboard import people
from dashboard.scope import scope_of
from providers import rollups, whois
from providers.models import Belonging, UsageLog
from tests.dashboard.watching import sign_in
from tests.factories import make_user
from tests.factories_usage import make_connection, make_feed, make_log, make_name, make_window

pytestmark = pytest.mark.django_db

ADMIN_OTHER = (
    '{"model_ratio":1,"admin_info":{"use_channel":["planted-1"]},"audit_info":{"ip":"planted-2"},'
    '"root_info":"planted-3","channel_name":"planted-4","cache_tokens":3}'
)
TEXT = {
    "raw": '{"channel_name":"planted-5"}',
    "channel_name": "planted-6",
    "other": ADMIN_OTHER,
    "request_id": "req-1",
    "upstream_id": 987654321,
}


@pytest.fixture
def every():
    return make_feed(scope="all", account="")


def row_of(feed, upstream_id, model="their-model", **fields):
    return make_log(feed, model=model, text=TEXT, user_id=upstream_id, **fields)


def belongs(feed, upstream_id, member, since=None, until=None, kind="user"):
    return whois.confirm(
        feed.site,
        kind,
        upstream_id,
        member,
        since=since,
        until=until,
        by=member,
        now=timezone.now(),
    )


def text_of(client, path):
    answer = client.get(path)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode()


@pytest.mark.parametrize("path", ["/", "/logs/", "/logs/export/"])
def test_a_member_sees_the_rows_that_are_theirs(every, path):
    client = sign_in()
    row_of(every, "7", model="my-model")
    row_of(every, "8", model="their-model")
    belongs(every, "7", User.objects.get())
    text = text_of(client, path)
    assert "my-model" in text
    assert "their-model" not in text
    assert "planted" not in text
    assert "987654321" not in text


def test_nobody_waits_for_the_balance_of_what_is_shared(every):
    client = sign_in()
    row_of(every, "7")
    belongs(every, "7", User.objects.get())
    text = text_of(client, "/")
    assert "not told yet by" not in text
    assert "what these numbers are made of" not in text


def test_the_slip_is_what_the_site_would_show(every):
    client = sign_in()
    mine, theirs = row_of(every, "7"), row_of(every, "8")
    belongs(every, "7", User.objects.get())
    slip = text_of(client, f"/logs/{mine.pk}/")
    assert "req-1" in slip
    assert "planted" not in slip
    assert "Raw record" not in slip
    assert client.get(f"/logs/{theirs.pk}/").status_code == 404
    assert text_of(client, "/logs/?request_id=req-1").count('class="c-time"') == 2  # head and row


def test_only_on_the_days_that_it_was_theirs(every):
    client = sign_in()
    for day in (1, 2, 3):
        moment = datetime(2026, 3, day, 12, tzinfo=UTC)
        row_of(every, "7", model=f"model-{day}", time=moment)
    belongs(every, "7", User.objects.get(), since=date(2026, 3, 2), until=date(2026, 3, 3))
    for path in ("/logs/", "/"):
        text = text_of(client, f"{path}?period=custom&since=2026-03-01&until=2026-03-03")
        assert "model-2" in text
        assert "model-1" not in text
        assert "model-3" not in text


def test_an_account_that_they_watch_themselves_counts_once(every):
    client = sign_in()
    own = make_connection(User.objects.get(), make_feed(every.site, account="7"))
    row_of(own.feed, "7", units=500_000)
    row_of(every, "7", units=500_000)
    belongs(every, "7", User.objects.get())
    text = text_of(client, "/logs/")
    assert "$1.0000" in text
    assert "$2.0000" not in text


def test_the_sums_of_everybodys_windows_are_nobodys_business(every):
    client = sign_in()
    row_of(every, "7")
    belongs(every, "7", User.objects.get())
    now = timezone.now().replace(microsecond=0)
    since = now - timedelta(hours=1)
    window = make_window(every, since, now, "differs", units=1, site_units=987_654_321)
    for path in ("/", "/logs/"):
        assert "1,975" not in text_of(client, path)
    address = f"/verification/{every.pk}/{int(window.since.timestamp())}/"
    assert client.get(address).status_code == 404


def test_what_is_taken_is_not_given_twice(every):
    alice, bob = make_user("alice"), make_user("bob")
    belongs(every, "7", alice, until=date(2026, 3, 2))
    with pytest.raises(whois.Taken):
        belongs(every, "7", bob, since=date(2026, 3, 1))
    belongs(every, "7", bob, since=date(2026, 3, 2))
    assert Belonging.objects.count() == 2


def test_two_addresses_are_one_site_for_whose_is_what(every):
    other = make_feed(scope="all", account="")
    client = sign_in()
    belongs(every, "7", User.objects.get())
    row_of(other, "7", model="my-model")
    assert "my-model" not in text_of(client, "/logs/")
    whois.merge(every.site, other.site, by=make_user("boss", role="admin"))
    every.delete()
    assert "my-model" in text_of(client, "/logs/")


def test_sites_on_which_one_user_is_two_peoples_are_not_merged(every):
    other = make_feed(scope="all", account="")
    belongs(every, "7", make_user("alice"))
    belongs(other, "7", make_user("bob"))
    with pytest.raises(whois.NotMergeable):
        whois.merge(every.site, other.site, by=make_user("boss", role="admin"))


def key_row(feed, user, key, **fields):
    """The key's id is its text."""
    name = make_name("key", key, site_id=feed.site_id, upstream_id=key)
    row = row_of(feed, user, key=key, **fields)
    UsageLog.objects.filter(pk=row.pk).update(key=name)
    zone = ZoneInfo("UTC")
    rollups.rebuild_days(feed.pk, {row.time.astimezone(zone).date()}, zone)
    return row


@pytest.mark.parametrize("path", ["/", "/logs/", "/logs/export/"])
def test_rows_of_their_key_are_theirs_and_those_of_others_keys_are_not(every, path):
    client = sign_in()
    me, other = User.objects.get(), make_user("other")
    key_row(every, "7", "11", model="by-my-key")
    key_row(every, "7", "12", model="by-their-key")
    key_row(every, "8", "13", model="by-my-user")
    key_row(every, "8", "14", model="by-another-key")
    belongs(every, "11", me, kind="key")
    belongs(every, "7", other)
    belongs(every, "8", me)
    belongs(every, "14", other, kind="key")
    text = text_of(client, path)
    assert "by-my-key" in text
    assert "by-my-user" in text
    assert "by-their-key" not in text
    assert "by-another-key" not in text


def test_the_daily_sums_of_keys_are_those_of_the_rows(every):
    """Against the one function that says whose a row is, on every day and at its ends."""
    me, other = make_user("me"), make_user("other")
    zone = ZoneInfo("Asia/Kolkata")
    for number in range(60):
        moment = datetime(2026, 3, 1, tzinfo=zone) + timedelta(hours=7 * number)
        user, key = str(7 + number % 2), str(11 + number % 4)
        key_row(every, user, key, model=f"model-{number % 3}", units=2**number % 997, time=moment)
    belongs(every, "7", other)
    belongs(every, "8", me, until=date(2026, 3, 15))
    belongs(every, "11", me, kind="key", since=date(2026, 3, 5), until=date(2026, 3, 12))
    belongs(every, "12", other, kind="key", until=date(2026, 3, 9))
    known = people.whose(zone)
    expected = Counter()
    for row in UsageLog.objects.all():
        day = row.time.astimezone(zone).date()
        if known.member(row.user_id, row.key_id, day) == me.pk:
            expected[day, row.model_id] += row.units
    scope = scope_of(me, [], zone)
    days = scope.model_days().filter(day__gte=date(2026, 3, 2)).order_by()
    found = days.values_list("day", "model").annotate(sum=Sum("units"))
    assert {(day, model): total for day, model, total in found} == {
        where: units for where, units in expected.items() if where[0] >= date(2026, 3, 2)
    }
    assert sum(row.units for row in scope.rows()) == sum(expected.values())


def test_an_account_that_they_watch_themselves_counts_once_though_a_key_is_theirs(every):
    client = sign_in()
    me = User.objects.get()
    own = make_connection(me, make_feed(every.site, account="7"))
    key_row(own.feed, "7", "11", units=500_000)
    key_row(every, "7", "11", units=500_000)
    belongs(every, "11", me, kind="key")
    text = text_of(client, "/logs/")
    assert "$1.0000" in text
    assert "$2.0000" not in text
