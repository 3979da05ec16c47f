from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict

from dashboard.filters import Cursor, UsageFilter
from dashboard.periods import Preset
from tests.dashboard.conftest import NOW

SHANGHAI = ZoneInfo("Asia/Shanghai")


def read(query, default=Preset.TODAY):
    return UsageFilter.from_query(QueryDict(query), now=NOW, zone=SHANGHAI, default=default)


def test_nothing_given_means_today_in_the_business_zone():
    filters = read("")
    assert (filters.since_text, filters.until_text) == ("2026-11-18T00:00", "2026-11-19T00:00")
    assert filters.query_string() == "?period=today"


@pytest.mark.parametrize(
    "query",
    [
        "period=7d&type=error&model=gpt%25&key=%3Dprod&size=50",
        "period=7d&type=error&type=refund&model=%3Da&model=%21%3Db&group=x&group=%21y&order=cost",
        "period=today&site=4&site=%215&totals=here&live=on&stream=no&min_cost=0.5",
        "period=custom&since=2026-11-01T08%3A30&until=2026-11-02T00%3A00&unit=units",
        "period=30d&connection=6d0a8f0e-6f39-4fd6-8a3c-2c4e2fb5a3a8&request_id=abc",
    ],
)
def test_it_writes_itself_back(query):
    written = read(query).query_string()[1:]
    assert sorted(parse_qsl(written)) == sorted(parse_qsl(query))
    assert read(written) == read(query)


@pytest.mark.parametrize(
    "query",
    [
        "period=never",
        "size=7",
        "size=1000000",
        "type=%27%3B",
        "connection=1",
        "unit=yen",
        "before=x-y",
        "after=99999999999999-1",
        "model=%00",
        "model=%21&key=%20&key=%21%20",
        "type=%21nothing",
        "order=random",
        "since=yesterday",
        "since=0001-01-01",
        "since=9999-12-31T23%3A59",
        "since=2026-11-02&until=2026-11-01",
        "since=2026-11-01T00%3A00%2B09%3A00",
        "period=custom&until=%F0%9F%92%A9",
    ],
)
def test_a_bad_value_gets_its_default(query):
    assert read(query) == read("")


def test_one_bad_value_spoils_no_other():
    filters = read("period=7d&size=7&model=gpt")
    assert (filters.period, filters.size, filters.model) == (Preset.WEEK, 20, ("gpt",))


def test_a_day_as_the_end_is_included():
    assert read("since=2026-11-01&until=2026-11-02").until_text == "2026-11-03T00:00"


def test_a_preset_is_not_overruled_by_old_times():
    assert read("period=7d&since=2020-01-01&until=2020-01-02").range == read("period=7d").range


def test_a_change_keeps_the_rest_and_leaves_the_place():
    filters = read("period=7d&model=gpt&before=1700000000-5")
    assert filters.query_string(size=50) == "?period=7d&model=gpt&size=50"
    assert filters.query_string(model=None) == "?period=7d"
    assert "before=1-2" in filters.query_string(before=Cursor(1, 2))


def test_whole_days_grow_around_a_range():
    filters = read("since=2026-11-01T08:30&until=2026-11-02T00:00").of_whole_days()
    assert (filters.since_text, filters.until_text) == ("2026-11-01T00:00", "2026-11-02T00:00")
