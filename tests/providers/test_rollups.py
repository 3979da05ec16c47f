"""The rollups against sums that are made by hand, row by row."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from providers import names, rollups, store
from providers.adapters.records import LogRecord, Span, digest
from providers.models import Feed, KeyDay, ModelDay, Site

pytestmark = pytest.mark.django_db

SINCE = int(datetime(2026, 10, 24, tzinfo=UTC).timestamp())  # Europe's clocks go back on the 25th
NOW = datetime(2026, 12, 1, tzinfo=UTC)
SUMS = ("requests", "units", "prompt", "completion", "cached")


@pytest.fixture
def feed():
    names.forget()
    site = Site.objects.create(kind="new_api", base_url="https://gateway.example")
    return Feed.objects.create(site=site, scope="own", account="2")


def made(seed, days, count):
    rng = random.Random(seed)
    seconds = sorted((SINCE + rng.randrange(days * 86400) for _ in range(count)), reverse=True)
    return [_record(rng, second) for second in seconds]


def _record(rng, second):
    model, key = rng.choice(["gpt-x", "o9", None]), rng.choice(["a", "b"])
    columns = {name: rng.randrange(1000) for name in ("units", "prompt", "completion", "cached")}
    return LogRecord(
        second=second,
        type=rng.choice([2, 2, 2, 5]),
        digest=digest([second, rng.random()]),
        model=model,
        key=key,
        key_id=key,
        user="lab",
        user_id="2",
        **columns,
    )


def save(feed, records, span, zone):
    inside = [record for record in records if record.second in span]
    store.save_rows(feed, span, inside, [], now=NOW, zone=zone)


def by_hand(records, zone, name):
    sums = Counter()
    for row in records:
        group = (row.occurred_at.astimezone(zone).date(), row.type, getattr(row, name))
        columns = (1, row.units, row.prompt, row.completion, row.cached)
        for column, number in zip(SUMS, columns, strict=True):
            sums[group, column] += number
    return sums


def stored(rollup, name):
    rows = rollup.objects.select_related(name)
    return Counter(
        {
            ((row.day, row.type, getattr(row, name) and getattr(row, name).text), column): getattr(
                row, column
            )
            for row in rows
            for column in SUMS
        }
    )


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "Europe/Berlin", "Asia/Kolkata"])
@pytest.mark.parametrize("days", [3, 400])
def test_windows_in_any_order_sum_up_to_what_hands_make(feed, zone, days):
    zone = ZoneInfo(zone)
    records = made(1, days, 600)
    edges = [SINCE + days * 86400 * part // 5 for part in range(6)]
    spans = [Span(since=a, until=b) for a, b in pairwise(edges)]
    for span in [spans[4], spans[0], spans[2], *spans]:
        save(feed, records, span, zone)
    assert stored(ModelDay, "model") == by_hand(records, zone, "model")
    assert stored(KeyDay, "key") == by_hand(records, zone, "key")


def test_rebuilding_leaves_other_feeds_and_days_alone(feed):
    zone = ZoneInfo("UTC")
    records = made(2, 5, 50)
    save(feed, records, Span(since=SINCE, until=SINCE + 5 * 86400), zone)
    other = Feed.objects.create(site=feed.site, scope="own", account="3")
    save(other, records, Span(since=SINCE, until=SINCE + 5 * 86400), zone)
    first = datetime.fromtimestamp(SINCE, UTC).date()
    ModelDay.objects.update(units=0)
    rollups.rebuild_days(feed.pk, [first + timedelta(days=1)], zone)
    summed = ModelDay.objects.exclude(units=0).values_list("feed", "day").distinct()
    assert list(summed) == [(feed.pk, first + timedelta(days=1))]
