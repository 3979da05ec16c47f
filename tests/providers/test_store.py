from collections import Counter
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from providers import names, store
from providers.adapters.records import BadRow, LogRecord, Span, digest
from providers.models import Feed, ModelDay, QuarantinedRow, Site, UsageDetail, UsageLog
from providers.models.fields import as_received, storable

pytestmark = pytest.mark.django_db

SINCE = 1_780_000_000
SPAN = Span(since=SINCE, until=SINCE + 6000)
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _forget_names():
    names.forget()


@pytest.fixture
def feed():
    site = Site.objects.create(kind="new_api", base_url="https://gateway.example")
    return Feed.objects.create(site=site, scope="own", account="2", account_name="lab")


def record(second, units=1, **fields):
    given = {"type": 2, "model": "gpt-x", "user": "lab", "user_id": "2", "raw": "{}"} | fields
    columns = [second, units, *given.values()]
    return LogRecord(second=second, units=units, digest=digest(columns), **given)


def many(count):
    """Newest first, several in a second, some of them equal."""
    return [record(SINCE + 5000 - n // 3, units=n % 2) for n in range(count)]


def save(feed, records, bad_rows=(), span=SPAN):
    return store.save_rows(feed, span, records, bad_rows, now=NOW, zone=SHANGHAI)


def mirrored(feed):
    rows = UsageLog.objects.filter(feed=feed).values_list("time", "units")
    return Counter((int(time.timestamp()), units) for time, units in rows)


def multiset(records):
    return Counter((row.second, row.units) for row in records)


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 3500])
def test_the_mirror_equals_the_walk(feed, count):
    assert save(feed, many(count)) == store.Stored(new=count, lacking=0)
    assert mirrored(feed) == multiset(many(count))
    assert UsageDetail.objects.count() == count


def test_storing_twice_equals_storing_once(feed):
    save(feed, many(2500))
    assert save(feed, many(2500)) == store.Stored(new=0, lacking=0)
    assert mirrored(feed) == multiset(many(2500))


def test_a_late_twin_gets_the_next_number(feed):
    twins = [record(SINCE + 1)] * 2
    save(feed, twins)
    assert save(feed, [*twins, record(SINCE + 1)]).new == 1
    assert list(UsageLog.objects.order_by("occurrence").values_list("occurrence", flat=True)) == [
        0,
        1,
        2,
    ]


def test_rows_that_are_gone_upstream_stay(feed):
    save(feed, many(10))
    assert save(feed, many(9)) == store.Stored(new=0, lacking=1)
    assert mirrored(feed) == multiset(many(10))


def test_new_rows_may_come_where_older_ones_are_gone_upstream(feed):
    save(feed, many(10))
    fresh = [record(SINCE + 50, 7), *many(10)[:4]]
    assert save(feed, fresh) == store.Stored(new=1, lacking=6)
    assert mirrored(feed) == multiset([*many(10), fresh[0]])


def test_rows_rendered_differently_store_nothing(feed):
    save(feed, many(10))
    with pytest.raises(store.RendersDifferently):
        save(feed, [record(row.second, row.units, content="new") for row in many(10)])
    assert mirrored(feed) == multiset(many(10))


def test_the_rollup_is_the_sum_of_the_rows_by_business_day(feed):
    before, after = (
        int(datetime(2026, 5, 28, h, m, tzinfo=UTC).timestamp()) for h, m in [(15, 59), (16, 0)]
    )
    span = Span(since=before, until=after + 1)
    save(feed, [record(after, 5), record(before, 7)], span=span)
    save(feed, [record(after, 5), record(after, 1), record(before, 7)], span=span)
    sums = dict(ModelDay.objects.values_list("day", "units"))
    assert sums == {date(2026, 5, 28): 7, date(2026, 5, 29): 6}


def test_quarantine_is_replaced_with_its_window(feed):
    save(feed, [], [BadRow(raw='{"id":1}', reason="quota"), BadRow(raw="{", reason="time")])
    save(feed, [], [BadRow(raw='{"id":9}', reason="quota", second=SINCE + 3)])
    assert list(QuarantinedRow.objects.values_list("raw", flat=True)) == ['{"id":9}']


def test_text_comes_back_as_received(feed):
    text = "nul \0, escape \ufdd0 and \ufdd00, <b>中文</b>"
    save(feed, [record(SINCE, content=text, key=text)])
    assert UsageDetail.objects.get().content == text
    assert UsageLog.objects.select_related("key").get().key.text == text


@pytest.mark.parametrize("text", ["", "a", "\0", "\ufdd0", "\ufdd00", "\ufdd01\0", "\0\ufdd0\0"])
def test_nul_is_escaped_reversibly(text):
    assert "\0" not in storable(text)
    assert as_received(storable(text)) == text
