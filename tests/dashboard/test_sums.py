"""Every way to a sum, held against brute force over the rows."""

import random
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict

from dashboard import queries, sums
from dashboard.filters import UsageFilter
from dashboard.periods import Preset, Range, Step, buckets, of_days
from dashboard.scope import connections_of, scope_of
from providers.models import SiteUnit, UsageLog
from tests.dashboard.conftest import NOW
from tests.factories_usage import make_connection, make_feed, make_log, make_site, make_unit

ZONE = ZoneInfo("Asia/Kolkata")  # half an hour off
pytestmark = pytest.mark.django_db


@pytest.fixture
def scope(alice):
    """Two sites of different worth, one of which changed it, in another vocabulary."""
    dear = make_connection(alice)
    cheap = make_connection(alice, make_feed(make_site(vocabulary="hitopen-docs")))
    make_unit(cheap.site, Decimal(1_000_000), NOW - timedelta(days=2))
    chance = random.Random(7)
    for _ in range(60):
        make_log(
            chance.choice([dear, cheap]),
            time=NOW - timedelta(seconds=chance.randrange(5 * 86400)),
            zone="Asia/Kolkata",
            type=chance.choice([1, 2, 2, 2, 5, 6]),
            model=chance.choice(["gpt-4o", "gpt-5", "claude"]),
            key=chance.choice(["one", "two"]),
            units=chance.randrange(10**6),
            prompt=chance.randrange(1000),
        )
    return scope_of(alice, connections_of(alice), ZONE)


def by_hand(scope, filters):
    spend = refunds = Decimal(0)
    requests = errors = tokens = 0
    for row in UsageLog.objects.select_related("model", "key"):
        if not filters.range.since <= row.time < filters.range.until:
            continue
        if filters.model.only not in row.model.text or filters.key.only not in row.key.text:
            continue
        book = scope.book(row.feed_id)
        usd = queries.Amount.of(row.units, book.rates, row.time.astimezone(ZONE).date()).usd
        if row.type in book.vocabulary.spend:
            spend, requests = spend + usd, requests + 1
            tokens += row.prompt + row.completion
        elif row.type in book.vocabulary.refunds:
            refunds += usd
        elif row.type == 5 and book.vocabulary.code == "new-api":
            errors += 1
    return spend, refunds, requests, errors, tokens


def test_a_long_range_of_one_worth_is_summed_in_wider_slices(alice, django_assert_num_queries):
    connection = make_connection(alice)
    for day in (0, 13, 29):
        make_log(connection, time=NOW - timedelta(days=day), units=500_000)
    scope = scope_of(alice, connections_of(alice), ZONE)
    query = QueryDict("period=30d&key=my&model=gpt")
    filters = UsageFilter.from_query(query, now=NOW, zone=ZONE, default=Preset.TODAY)
    condition = queries.condition(filters, scope)
    with django_assert_num_queries(5):  # 30 days, a week each
        found = sums.totals_of(filters, scope, scope.rows().filter(condition), condition)
    assert found.spend.usd == 3


@pytest.mark.parametrize(
    "query",
    [
        "period=30d",
        "period=today",
        "period=30d&model=gpt",
        "period=7d&key=one",
        "period=7d&key=one&model=claude",
        "since=2026-11-14T10:17&until=2026-11-18T09:01",
        "since=2026-11-17T10:17&until=2026-11-17T20:00&model=gpt",
        "since=2026-11-16T10:17&until=2026-11-17T20:00&key=two",
        "since=2026-11-16T10:17&until=2026-11-18T00:00&key=two&model=gpt",
    ],
)
def test_totals_are_what_counting_by_hand_gives(scope, query):
    filters = UsageFilter.from_query(QueryDict(query), now=NOW, zone=ZONE, default=Preset.TODAY)
    condition = queries.condition(filters, scope)
    found = sums.totals_of(filters, scope, scope.rows().filter(condition), condition)
    assert (
        found.spend.usd,
        found.refunds.usd,
        found.requests,
        found.errors,
        found.tokens,
    ) == by_hand(scope, filters)


def test_hours_together_are_the_day(scope):
    begin = datetime(2026, 11, 17, tzinfo=ZONE)
    shown = sums.of_days(begin.date(), begin.date(), ZONE)
    hours = sums.by_slice(scope.rows(), scope, shown, name="model")
    days = sums.by_day(scope.model_days(), scope, shown, name="model")
    assert sums.total(hours) == sums.total(days)
    assert all(0 <= part.slice < 24 for part in hours)


@pytest.mark.parametrize("is_dated", [True, False])
@pytest.mark.parametrize("step", ["day", "week", "month"])
def test_buckets_together_are_their_days(scope, step, is_dated):
    if not is_dated:
        SiteUnit.objects.filter(read_at__gt=NOW - timedelta(days=30)).delete()
        scope = scope_of(scope.user, scope.connections, ZONE)
    bars = buckets(of_days(NOW.date() - timedelta(days=40), NOW.date(), ZONE), Step(step))
    found = sums.by_bucket(scope.model_days(), scope, bars, name="model")
    shown = Range(since=bars.starts[0], until=bars.until)
    days = sums.by_day(scope.model_days(), scope, shown, name="model")
    assert sums.total(found) == sums.total(days)
    assert spend_of(found, bars) == spend_of(days, bars)


def spend_of(parts, bars):
    """Units by bucket and model."""
    spent = Counter()
    for bucket, _rate, part in sums.placed(parts, bars):
        spent[bucket, part.name] += part.units
    return spent


def test_a_spent_budget_says_since_when_it_summed(scope, monkeypatch):
    monkeypatch.setattr(sums, "BUDGET_SECONDS", -1)
    query = QueryDict("period=30d&key=one&model=gpt")
    filters = UsageFilter.from_query(query, now=NOW, zone=ZONE, default=Preset.TODAY)
    condition = queries.condition(filters, scope)
    found = sums.totals_of(filters, scope, scope.rows().filter(condition), condition)
    assert found.since == datetime(2026, 11, 12, tzinfo=ZONE)


def test_a_feed_that_two_connections_share_counts_once(alice):
    feed = make_feed()
    make_connection(alice, feed)
    make_connection(alice, feed)
    make_log(feed, time=NOW, units=500_000)
    scope = scope_of(alice, connections_of(alice), NOW.tzinfo)
    shown = sums.of_days(NOW.date(), NOW.date(), NOW.tzinfo)
    assert sums.total(sums.by_day(scope.model_days(), scope, shown, name=None)).spend.usd == 1
