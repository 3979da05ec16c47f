"""Counting once, held against the rows of the sites themselves."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.counting import counted
from providers import names, rollups
from providers.models import Feed, KeyDay, ModelDay, Name, Site, UsageLog, Window
from providers.names import NameKey

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Kathmandu")  # days begin at a quarter to
BEGIN = datetime(2026, 3, 1, tzinfo=ZONE)
HALF = timedelta(hours=12)
HALVES = 8
NOW = BEGIN + HALVES * HALF - timedelta(hours=3)
ACCOUNTS = ("1", "2", "3")
MODELS = ("small", "large")

halves = st.sets(st.integers(0, HALVES - 1), max_size=4)
feeds_of_a_site = st.fixed_dictionaries(
    {
        "all": st.none() | halves,
        "own": st.dictionaries(st.sampled_from(ACCOUNTS), halves, min_size=1),
    }
)
upstream_rows = st.lists(
    st.tuples(
        st.sampled_from(ACCOUNTS),
        st.sampled_from(MODELS),
        st.integers(0, int((NOW - BEGIN).total_seconds()) - 1),
        st.integers(0, 9),
    ),
    min_size=15,
    max_size=30,
)


def fill(feed, lacking, rows):
    """What a feed has of a site's rows: nothing of some half days."""
    feed.backfilled_at = None if 0 in lacking else NOW
    feed.save()
    Window.objects.bulk_create(
        Window(
            feed=feed,
            since=BEGIN + half * HALF,
            until=min(NOW, BEGIN + (half + 1) * HALF),
            state="verified",
            rows=0,
            walked_at=NOW,
        )
        for half in range(HALVES)
        if half not in lacking
    )
    kept = [row for row in rows if row["half"] not in lacking]
    UsageLog.objects.bulk_create(stored(feed, row) for row in kept)
    days = {row["time"].astimezone(ZONE).date() for row in kept}
    rollups.rebuild_days(feed.pk, days, ZONE)


def stored(feed, row):
    wanted = [
        NameKey(Name.Kind.MODEL, row["model"]),
        NameKey(Name.Kind.USER, f"user {row['account']}", feed.site_id, row["account"]),
        NameKey(Name.Kind.KEY, "key", feed.site_id, row["account"]),
    ]
    ids = names.ids_of(wanted)
    model, user, key = (ids[name] for name in wanted)
    return UsageLog(
        feed=feed,
        time=row["time"],
        type=2,
        units=row["units"],
        model_id=model,
        user_id=user,
        key_id=key,
        digest=row["number"].to_bytes(8),
        occurrence=0,
        is_stream=False,
        **dict.fromkeys(("prompt", "completion", "cached"), 0),
    )


def make_site(number, rows, wanted, same_as):
    site = Site.objects.create(base_url=f"https://{number}.example", same_as=same_as)
    if wanted["all"] is not None:
        fill(Feed(site=site, scope="all", account=""), wanted["all"], rows)
    for account, lacking in wanted["own"].items():
        own = [row for row in rows if row["account"] == account]
        fill(Feed(site=site, scope="own", account=account), lacking, own)
    return site


def upstream(rows, site):
    return [
        {
            "account": account,
            "model": model,
            "time": (BEGIN + timedelta(seconds=second)).astimezone(UTC),
            "half": second // int(HALF.total_seconds()),
            "units": units,
            "number": 1000 * site + number,
        }
        for number, (account, model, second, units) in enumerate(rows)
    ]


def is_proven(account, day, layouts):
    """Whether some feed lacks nothing of the account's day."""
    begin = (day - BEGIN.date()).days * 2
    having = [wanted["all"] for wanted in layouts if wanted["all"] is not None]
    having += [wanted["own"][account] for wanted in layouts if account in wanted["own"]]
    return any(begin not in lacking and begin + 1 not in lacking for lacking in having)


def keys(rows, layouts):
    """Account, model and hour of each row whose day some feed has whole."""
    return Counter(
        (row["account"], row["model"], row["time"].replace(minute=0, second=0), row["number"])
        for row in rows
        if is_proven(row["account"], row["time"].astimezone(ZONE).date(), layouts)
    )


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(first=upstream_rows, second=upstream_rows, layouts=st.tuples(*[feeds_of_a_site] * 3))
def test_each_upstream_row_counts_once_where_a_feed_is_complete(first, second, layouts):
    """Two sites, the first of which has two addresses."""
    for model in (UsageLog, ModelDay, KeyDay, Window, Feed, Site, Name):
        model.objects.all().delete()
    names.forget()
    rows = [upstream(first, 1), upstream(second, 2)]
    site = make_site(1, rows[0], layouts[0], None)
    make_site(2, rows[0], layouts[1], site)
    make_site(3, rows[1], layouts[2], None)
    part = counted(list(Feed.objects.select_related("site")), ZONE, NOW)
    found = list(
        UsageLog.objects.filter(part.rows).values_list(
            "user__upstream_id", "model__text", "time", "digest", "units"
        )
    )
    numbers = [int.from_bytes(digest) for *_, digest, _ in found]
    assert len(numbers) == len(set(numbers)), "nothing counts twice"
    counts = Counter(
        (account, model, time.replace(minute=0, second=0), int.from_bytes(digest))
        for account, model, time, digest, _ in found
    )
    for of_site, having in ((rows[0], layouts[:2]), (rows[1], layouts[2:])):
        assert keys(of_site, having) - counts == Counter(), "nothing proven is left out"
    days_are_the_same(part, found)


def days_are_the_same(part, found):
    by_day = Counter()
    for account, _, time, _, units in found:
        by_day[time.astimezone(ZONE).date(), account] += units + 1
    for rollup in (ModelDay, KeyDay):
        sums = rollup.objects.filter(part.days).values("day", "user__upstream_id")
        summed = sums.annotate(sum=Sum("units"), rows=Sum("requests"))
        assert by_day == Counter(
            {(row["day"], row["user__upstream_id"]): row["sum"] + row["rows"] for row in summed}
        )
