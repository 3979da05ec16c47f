import pytest

from providers.adapters.errors import NotPermitted, ProviderError, UnexpectedAnswer
from providers.adapters.new_api_pages import bounds, dialect_of, read_page
from providers.adapters.records import Span
from tests.providers.adapters.answers import (
    ALWAYS,
    LATEST,
    NEW_API,
    ONE_API,
    ROW,
    failure,
    page_of,
    sample,
    success,
)


def page(answer, *, scope="own", dialect="new-api", span=ALWAYS, number=1):
    return read_page(answer, scope=scope, dialect=dialect, span=span, number=number)


@pytest.mark.parametrize("server", NEW_API)
def test_it_reads_a_recorded_page(server):
    read = page(sample(server, "log-self-page-1"))
    assert (len(read.records), read.total, read.page_size) == (5, 1438, 100)
    assert read.records[0].content == "late row"


@pytest.mark.parametrize("server", ["new-api-v0.6.8", LATEST])
def test_a_page_past_the_end_is_empty_and_still_knows_the_total(server):
    read = page(sample(server, "log-self-past-the-end"), number=16)
    assert (read.rows, read.total) == (0, 1438)


def test_it_reads_a_recorded_page_of_one_api():
    read = page(sample(ONE_API, "log-self-p-0"), dialect="one-api")
    assert (len(read.records), read.total, read.page_size) == (5, None, 10)
    assert read.records[0].duration_ms == 64035
    assert read.records[0].group is None


@pytest.mark.parametrize("items", ["null", "[]"])
def test_no_items_are_an_empty_page(items):
    data = {"items": None if items == "null" else [], "total": 0, "page_size": 100, "page": 1}
    assert page(success(data)).rows == 0


@pytest.mark.parametrize("data", [None, []])
def test_no_rows_are_an_empty_page_of_one_api(data):
    assert page(success(data), dialect="one-api").rows == 0


def test_the_page_size_is_what_the_site_used():
    assert page(page_of(ROW, page_size=50)).page_size == 50


def test_bad_rows_stay_on_the_page_with_their_raw_text():
    surrogate = '{"created_at":1780000000,"type":2,"quota":1,"content":"\\ud800 x"}'
    wrong = '{"created_at":1780000000,"type":2,"quota":"1" }'
    read = page(page_of(ROW, surrogate, ROW, wrong))
    assert (len(read.records), read.rows, read.total) == (2, 4, 4)
    assert [row.raw for row in read.bad_rows] == [surrogate, wrong]
    assert [row.second for row in read.bad_rows] == [1_780_000_000, 1_780_000_000]


@pytest.mark.parametrize(
    "data",
    [
        [ROW],
        {"data": [ROW], "page": 1, "size": 10, "total_count": 1},
        {"items": [ROW], "page_size": 100},
        {"items": [ROW], "total": "1", "page_size": 100},
        {"items": [ROW], "total": 1.0, "page_size": 100},
        {"items": [ROW], "total": -1, "page_size": 100},
        {"items": [ROW], "total": 1},
        {"items": {"a": 1}, "total": 1, "page_size": 100},
        {"items": [ROW], "total": 1, "page_size": 100, "page": 2},
        None,
        "text",
        7,
    ],
)
def test_another_form_is_no_page(data):
    with pytest.raises(UnexpectedAnswer) as unexpected:
        page(success(data))
    assert unexpected.value.code == "bad_envelope"


def test_an_envelope_is_no_page_of_one_api():
    with pytest.raises(UnexpectedAnswer):
        page(page_of(ROW), dialect="one-api")


@pytest.mark.parametrize(
    "span", [Span(since=1, until=1_780_000_000), Span(since=1_780_000_001, until=2_000_000_000)]
)
@pytest.mark.parametrize("row", [ROW, {**ROW, "quota": "bad"}])
def test_rows_outside_the_window_mean_that_the_filter_was_ignored(span, row):
    with pytest.raises(UnexpectedAnswer) as unexpected:
        page(page_of(row), span=span)
    assert unexpected.value.code == "filter_ignored"


def test_a_bad_row_without_a_time_cannot_be_checked():
    read = page(page_of('{"created_at":"?"}'), span=Span(since=1, until=2))
    assert len(read.bad_rows) == 1


def test_ids_are_real_for_all_users_only():
    assert page(page_of({**ROW, "id": 5}), scope="all").records[0].upstream_id == 5
    assert page(page_of({**ROW, "id": 5})).records[0].upstream_id is None


@pytest.mark.parametrize(("scope", "needed"), [("own", "usage:read"), ("all", "log:read")])
def test_a_missing_scope_is_named(scope, needed):
    with pytest.raises(NotPermitted) as refusal:
        page(failure(code="ACCESS_TOKEN_SCOPE_DENIED", status=403), scope=scope)
    assert (refusal.value.code, refusal.value.detail) == ("scope_missing", needed)


def test_the_ends_that_the_site_gets_are_inclusive():
    expected = {"start_timestamp": 10, "end_timestamp": 19}
    assert bounds(Span(since=10, until=20)) == expected


def test_zero_is_no_bound_and_stays_away():
    assert bounds(Span.before(20)) == {"end_timestamp": 19}


@pytest.mark.parametrize("server", NEW_API)
def test_it_knows_new_api_by_its_page(server):
    assert dialect_of(sample(server, "log-self-page-1"), scope="own") == "new-api"


def test_it_knows_one_api_by_its_page():
    assert dialect_of(sample(ONE_API, "log-self-p-0"), scope="own") == "one-api"


def test_it_knows_one_hub_by_its_page():
    empty = {"data": [], "page": 1, "size": 10, "total_count": 0}
    assert dialect_of(success(empty), scope="own") == "one-hub"


def test_an_unknown_form_is_no_dialect():
    with pytest.raises(ProviderError) as unexpected:
        dialect_of(success({"rows": [], "page": 1, "count": 0}), scope="own")
    assert unexpected.value.code == "bad_envelope"
