"""The team's log: every row once, whose it is, and a trace of each look."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, User
from providers import whois
from tests.dashboard.watching import sign_in
from tests.factories import make_user
from tests.factories_usage import make_connection, make_feed, make_log, make_window

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def admin():
    return sign_in("mira", role="admin")


@pytest.fixture
def every():
    feed = make_feed(scope="all", account="")
    now = timezone.now().replace(microsecond=0)
    make_window(feed, now - timedelta(days=3), now - timedelta(minutes=1))
    return feed


def page(client, query="", **headers):
    return client.get(f"/team/{query}", headers=headers).content.decode()


def belongs(feed, upstream_id, member, kind="user"):
    return whois.confirm(
        *(feed.site, kind, upstream_id, member),
        since=None,
        until=None,
        by=member,
        now=timezone.now(),
    )


@pytest.mark.parametrize("role", ["member", "finance"])
@pytest.mark.parametrize("path", ["/team/", "/team/logs/export/", "/team/logs/1/", "/team/who/"])
def test_it_is_for_admins(role, path):
    client = sign_in("bob", role=role)
    assert client.get(path).status_code == 404
    assert client.get(path, headers=HTMX).status_code == 404


def test_all_rows_with_member_upstream_user_and_channel(admin, every):
    belongs(every, "7", make_user("alice"))
    make_log(every, user="ali", user_id="7", channel=15, text={"channel_name": "eu-a"})
    make_log(every, user="stranger", user_id="8", key="their key")
    text = page(admin)
    for shown in ("Alice", "ali", "#15 eu-a", "stranger", "their key"):
        assert shown in text


def test_an_own_feed_beside_that_of_all_users_counts_once(admin, every):
    alice = make_user("alice")
    own = make_connection(alice, make_feed(every.site, account="7"))
    for feed in (own, every):
        make_log(feed, user="ali", user_id="7", units=500_000)
    text = page(admin)
    assert "$1.0000" in text
    assert "$2.0000" not in text
    assert "Alice" in text, "the one who watches an account has it"


def test_rows_of_members_connections_are_there_without_a_feed_of_all_users(admin):
    own = make_connection(make_user("alice"))
    make_log(own, model="her-model")
    assert "her-model" in page(admin)


def test_filters(admin, every):
    alice = make_user("alice")
    belongs(every, "7", alice)
    make_log(every, user="ali", user_id="7", model="model-a", channel=15)
    make_log(every, user="bo", user_id="8", model="model-b", text={"channel_name": "eu-a"})
    first, second = 'c-model"><span class="sw m', "model-b</a>"
    for query in (
        f"?member={alice.pk}",
        "?user=ALI",
        "?user==ali",
        "?channel=15",
        "?channel=%2315",
    ):
        text = page(admin, f"{query}&totals=here")
        assert "model-a</a>" in text, query
        assert second not in text, query
        assert "of 1 row" in text, query
    for query in ("?member=nobody", "?user=bo", "?channel=eu-"):
        text = page(admin, query)
        assert second in text, query
        assert "model-a</a>" not in text, query
    assert first in page(admin, "?member=x&channel=")


def test_several_values_and_all_but_some(admin, every):
    alice, bob = make_user("alice"), make_user("bob")
    for upstream_id, member in (("7", alice), ("8", bob)):
        belongs(every, upstream_id, member)
    for user, number in (("ali", 7), ("bo", 8), ("stranger", 9)):
        make_log(every, user=user, user_id=str(number), model=f"of-{user}", channel=number)
    for query, expected in {
        f"member={alice.pk}&member={bob.pk}": {"ali", "bo"},
        f"member=!{alice.pk}": {"bo", "stranger"},
        "member=!nobody": {"ali", "bo"},
        f"member=nobody&member={bob.pk}": {"bo", "stranger"},
        "user==ali&user==stranger": {"ali", "stranger"},
        "user=!=ali": {"bo", "stranger"},
        "channel=!7&channel=!8": {"stranger"},
        "channel=7&channel=9": {"ali", "stranger"},
        f"site={every.site_id}&site=999": {"ali", "bo", "stranger"},
        f"site=!{every.site_id}": set(),
    }.items():
        text = page(admin, f"?{query}&totals=here")
        assert set(re.findall(r">of-(\w+)</a>", text)) == expected, query
        if expected:
            assert f"of {len(expected)} row" in text, query


def test_pickers_count_users_and_channels_under_the_other_filters(admin, every):
    for count, (user, channel) in enumerate([("ali", 15), ("bo", 15), ("bo", 16)], start=1):
        for _ in range(count):
            make_log(every, user=user, user_id=user, channel=channel)

    def counted(path):
        facet = admin.get(f"/team/logs/values/{path}").context["facet"]
        return {option.label: option.rows for option in facet.options}

    assert counted("user/?period=30d") == {"bo": 5, "ali": 1}
    assert counted("user/?period=30d&user==ali&channel=15") == {"ali": 1, "bo": 2}
    assert counted("channel/?period=30d&user==bo") == {"#15": 2, "#16": 3}
    assert admin.get("/team/logs/values/connection/").status_code == 404


def test_a_key_says_more_than_its_user(admin, every):
    alice, bob = make_user("alice"), make_user("bob")
    belongs(every, "7", alice)
    belongs(every, "1", bob, kind="key")
    make_log(every, user="shared", user_id="7", model="model-b")
    assert "model-b</a>" in page(admin, f"?member={bob.pk}")
    for nothing in (f"?member={alice.pk}", "?member=nobody"):
        assert "model-b</a>" not in page(admin, nothing)


def test_the_slip_shows_the_raw_record(admin, every):
    row = make_log(every, text={"raw": '{"raw": 1}', "channel_name": "eu-a", "request_id": "r-1"})
    for headers in ({}, HTMX):
        text = admin.get(f"/team/logs/{row.pk}/", headers=headers).content.decode()
        assert "{&quot;raw&quot;: 1}" in text
        assert "/team/?request_id=r-1" in text
        assert f'href="/team/logs/{row.pk}/"' in text


def test_what_nobody_reads_any_more_is_not_missing(admin):
    now = timezone.now()
    gone, own = make_feed(), make_connection(make_user("alice"))
    for feed, age in ((gone, timedelta(days=2)), (own, timedelta(minutes=1))):
        make_window(feed, now - timedelta(days=9), now - age)
        make_log(feed, model="of-then", time=now - timedelta(days=3))
    text = page(admin, "?period=7d&totals=here")
    assert "of 2 rows" in text
    assert "missing" not in text.partition('class="asof"')[2].partition("</p>")[0]


def test_a_request_id_is_looked_for_among_all_rows(admin, every):
    make_log(every, text={"request_id": "r-1"}, time=timezone.now() - timedelta(days=90))
    assert 'class="c-who"' in page(admin, "?request_id=r-1")
    text = page(admin, "?request_id=r-2")
    assert "No mirrored row has this request ID." in text
    assert 'class="btn" href="/team/"' in text


def test_the_export_is_what_the_filter_shows(admin, every):
    make_log(every, user="ali", user_id="7", model="model-a")
    make_log(every, user="bo", user_id="8", model="model-b")
    answer = admin.get("/team/logs/export/?user=ali")
    text = b"".join(answer.streaming_content).decode()
    assert "model-a" in text
    assert "model-b" not in text


def test_each_look_is_one_event(admin, every):
    row = make_log(every)
    page(admin, "?model=gpt")
    admin.get(f"/team/logs/{row.pk}/")
    admin.get("/team/logs/export/?model=no-such")
    mira = User.objects.get(email__startswith="mira")
    events = AuditEvent.objects.order_by("number")
    assert [(e.actor, e.action, e.subject, e.details) for e in events] == [
        (mira, "logs_seen", "/team/?model=gpt", '{"rows":1}'),
        (mira, "row_seen", f"row {row.pk}", '{"rows":1}'),
        (mira, "logs_exported", "/team/logs/export/?model=no-such", '{"rows":0}'),
    ]


def test_queries_do_not_grow_with_rows_and_people(admin, every, django_assert_max_num_queries):
    for number in range(12):
        belongs(every, str(number), make_user(f"p{number}"))
        make_log(
            every, user=f"u{number}", user_id=str(number), model=f"m{number}", key=f"k{number}"
        )
    page(admin)
    with django_assert_max_num_queries(32):
        page(admin)
