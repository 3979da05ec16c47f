"""The team's usage: by whatever a row has, by pairs, over time, ranked; and how long it took."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from accounts.zone import business_zone
from dashboard import people, speed
from dashboard.completeness import completeness
from dashboard.filters import Preset
from dashboard.periods import Range
from dashboard.team import team_scope
from dashboard.team_usage import usage
from dashboard.usage_filter import CutFilter
from providers import whois
from providers.models import UsageLog
from tests.dashboard.watching import sign_in
from tests.factories import make_user
from tests.factories_usage import make_connection, make_feed, make_log, make_unit, make_window

pytestmark = pytest.mark.django_db

DOLLAR = 500_000
NOON = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
YESTERDAY = NOON - timedelta(days=1)


@pytest.fixture
def every():
    feed = make_feed(scope="all", account="")
    make_window(feed, NOON - timedelta(days=200), NOON)
    return feed


def belongs(feed, upstream_id, member, kind="user", since=None, until=None):
    whois.confirm(
        *(feed.site, kind, upstream_id, member),
        since=since,
        until=until,
        by=member,
        now=timezone.now(),
    )


def asked(query=""):
    return CutFilter.from_query(
        QueryDict(query), now=timezone.now(), zone=business_zone(), default=Preset.DAYS_30
    )


def looker():
    return User.objects.filter(name="Looker").first() or make_user("looker", role="admin")


def found(query=""):
    zone, moment, filters = business_zone(), timezone.now(), asked(query)
    scope = team_scope(looker(), zone, moment)
    complete = completeness(scope.of_proof(), filters.range, moment)
    return usage(scope, people.whose(zone), filters, complete, moment)


def spend(query=""):
    return {tuple(line.names): line.amount.usd for line in found(query).lines}


def some_rows(every):
    alice, bob = make_user("alice"), make_user("bob")
    belongs(every, "7", alice)
    belongs(every, "8", bob)
    common = {"time": YESTERDAY, "units": DOLLAR}
    make_log(every, user="ali", user_id="7", model="small", channel=1, group="vip", **common)
    make_log(every, user="ali", user_id="7", model="large", channel=2, **common)
    make_log(every, user="bo", user_id="8", model="large", channel=2, key="k2", **common)
    make_log(every, user="stranger", user_id="9", model="large", key="k2", **common)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("member", {("Alice",): 2, ("Bob",): 1, ("nobody's",): 1}),
        ("model", {("small",): 1, ("large",): 3}),
        ("user", {("ali",): 2, ("bo",): 1, ("stranger",): 1}),
        ("channel", {("#1",): 1, ("#2",): 2, ("no channel",): 1}),
        ("group", {("vip",): 1, ("default",): 3}),
        ("site", {("Site",): 4}),
        ("key", {("k2",): 4}),
    ],
)
def test_spend_by_one_thing(every, by, expected):
    every.site.name = "Site"
    every.site.save()
    some_rows(every)
    assert spend(f"by={by}") == {names: Decimal(usd) for names, usd in expected.items()}


def test_spend_by_pairs(every):
    some_rows(every)
    of_models = {("Alice", "small"): 1, ("Alice", "large"): 1, ("Bob", "large"): 1}
    assert spend("by=member&also=model") == of_models | {("nobody's", "large"): 1}
    assert spend("by=model&also=channel") == {
        ("small", "#1"): 1,
        ("large", "#2"): 2,
        ("large", "no channel"): 1,
    }


def test_a_feed_of_a_member_beside_that_of_all_users_counts_once(every):
    some_rows(every)
    own = make_connection(make_user("carol"), make_feed(every.site, account="9"))
    make_log(own, user="stranger", user_id="9", model="large", time=YESTERDAY, units=DOLLAR)
    assert spend("by=model") == {("small",): 1, ("large",): 3}
    assert spend("by=member")["Carol",] == 1, "whoever alone watches an account has it"


def test_what_changes_hands_changes_hands_on_its_day(every):
    alice, bob = make_user("alice"), make_user("bob")
    day = YESTERDAY.date()
    belongs(every, "7", alice, until=day)
    belongs(every, "7", bob, since=day)
    for days in (1, 2, 3):
        moment = NOON - timedelta(days=days)
        make_log(every, user="shared", user_id="7", time=moment, units=DOLLAR)
    assert spend() == {("Alice",): 2, ("Bob",): 1}
    assert spend("by=member&also=model&period=7d") == {("Alice", "gpt-4o"): 2, ("Bob", "gpt-4o"): 1}


def test_a_key_says_more_than_its_user(every):
    alice, bob = make_user("alice"), make_user("bob")
    belongs(every, "7", alice)
    belongs(every, "1", bob, kind="key")
    make_log(every, user="shared", user_id="7", time=YESTERDAY, units=DOLLAR)
    assert spend() == {("Bob",): 1}
    assert spend("by=member&also=model") == {("Bob", "gpt-4o"): 1}


def test_a_unit_that_changed_its_worth_is_counted_by_the_day(every):
    make_unit(every.site, units_per_usd=Decimal(1_000_000), read_at=YESTERDAY)
    for moment in (YESTERDAY - timedelta(days=1), YESTERDAY):
        make_log(every, time=moment, units=DOLLAR)
    assert spend("by=model") == {("gpt-4o",): Decimal("1.5")}


def test_things_of_two_sites_are_told_apart(every):
    other = make_feed(scope="all", account="")
    for feed in (every, other):
        make_log(feed, user="root", user_id="1", channel=3, time=YESTERDAY, units=DOLLAR)
    first, second = str(every.site), str(other.site)
    assert set(spend("by=user")) == {(f"root · {first}",), (f"root · {second}",)}
    assert set(spend("by=channel")) == {(f"#3 · {first}",), (f"#3 · {second}",)}
    whois.merge(other.site, every.site, by=make_user("boss", role="admin"))
    assert len(spend("by=user")) == 1


def test_rates_and_rises(every):
    ago = YESTERDAY - timedelta(days=7)
    make_log(every, time=ago, units=DOLLAR)
    make_log(every, time=YESTERDAY, units=3 * DOLLAR)
    make_log(every, time=YESTERDAY, type=5, units=0)
    make_log(every, time=YESTERDAY, type=6, units=DOLLAR)
    first = YESTERDAY - timedelta(days=6)
    week = f"period=custom&since={first:%Y-%m-%d}&until={YESTERDAY:%Y-%m-%d}"
    (line,) = found(f"by=model&{week}").lines
    assert (line.amount.usd, line.before.usd, line.rise.usd) == (3, 1, 2)
    assert line.error_percent == 50
    assert round(line.refund_percent, 1) == 33.3


def test_a_running_range_is_held_against_as_much_of_the_one_before(every):
    now = timezone.now()
    for moment in (now - timedelta(days=7, minutes=1), now - timedelta(days=6, hours=23), now):
        make_log(every, time=moment, units=DOLLAR)
    (line,) = found("by=model&period=7d").lines
    assert line.before.usd == 1


@pytest.mark.parametrize(
    ("sort", "first"),
    [("spend", "dear"), ("requests", "often"), ("tokens", "long"), ("errors", "broken")],
)
def test_rankings(every, sort, first):
    make_log(every, model="dear", units=9 * DOLLAR, time=YESTERDAY)
    make_log(every, model="long", prompt=10**6, time=YESTERDAY)
    make_log(every, model="broken", type=5, units=0, time=YESTERDAY)
    for _ in range(3):
        make_log(every, model="often", time=YESTERDAY)
    assert found(f"by=model&sort={sort}").lines[0].names == [first]


def test_idle_people_and_since_when(every):
    some_rows(every)
    carol = make_user("carol")
    belongs(every, "77", carol)
    last = NOON - timedelta(days=60)
    make_log(every, user="carol", user_id="77", time=last)
    (idle,) = found().idle
    assert (idle.member, idle.last_day) == (carol, last.date())


def test_the_chart_adds_up_to_the_table(every):
    some_rows(every)
    make_log(every, time=NOON - timedelta(days=12), units=DOLLAR, user="ali", user_id="7")
    shown = found()
    assert sum(sum(one["data"]) for one in shown.chart["datasets"]) == 5
    assert shown.total.amount.usd == 5
    by_hour = found("period=yesterday")
    assert sum(sum(one["data"]) for one in by_hour.chart["datasets"]) == 4


@pytest.mark.parametrize("query", ["by=group", "by=channel", "by=model&also=key", "view=speed"])
def test_what_only_rows_know_is_of_31_days_at_most(every, query):
    some_rows(every)
    text = sign_in("mira", role="admin").get(
        f"/team/usage/?period=custom&since=2026-01-01&until=2026-06-01&{query}"
    )
    assert "choose at most 31 days" in text.content.decode()


def test_percentiles_of_durations_and_first_tokens(every):
    for number in range(1, 101):
        make_log(every, time=YESTERDAY, duration=number * 1000, first_ms=number * 10 + 3, channel=4)
    make_log(every, time=YESTERDAY, type=5, units=0, duration=900_000)
    scope = team_scope(looker(), business_zone(), timezone.now())
    shown = speed.speed(scope, asked())
    (line,) = shown.by_model
    assert (line.name, line.requests) == ("gpt-4o", 100)
    assert line.whole == [50_000, 95_000, 99_000]
    assert line.first == [500, 950, 990]
    assert [one.name for one in shown.by_channel] == ["#4"]


def test_a_share_of_few_rows_is_one_of_them():
    assert speed.percentiles(Counter({10: 1})) == [10, 10, 10]
    assert speed.percentiles(Counter({10: 1, 20: 1})) == [10, 20, 20]
    assert speed.percentiles(Counter()) == []


@pytest.mark.parametrize("query", ["", "?by=model&also=channel&sort=rise", "?view=speed"])
def test_the_page(every, query, django_assert_max_num_queries):
    for number in range(12):
        make_log(every, user=f"u{number}", user_id=str(number), model=f"m{number}", time=YESTERDAY)
    client = sign_in("mira", role="admin")
    client.get("/team/usage/")
    with django_assert_max_num_queries(26):
        text = client.get(f"/team/usage/{query}").content.decode()
    assert ("m11" in text) == bool(query)
    assert UsageLog.objects.count() == 12


@pytest.mark.parametrize("role", ["member", "finance"])
def test_it_is_for_admins(role):
    assert sign_in("bob", role=role).get("/team/usage/").status_code == 404


def test_without_any_rows_it_says_so():
    assert "No connection yet" in sign_in("mira", role="admin").get("/team/usage/").content.decode()


def test_a_range_is_of_whole_days(every):
    shown = asked("period=custom&since=2026-03-01T10:00&until=2026-03-02T11:00").range
    assert isinstance(shown, Range)
    assert shown.is_whole_days
