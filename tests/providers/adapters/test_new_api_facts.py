from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest

from providers.adapters import new_api_facts as facts
from providers.adapters.errors import NotPermitted, ProviderError, Unavailable, UnexpectedAnswer
from providers.adapters.records import HourlyPoint, Span, Unit
from tests.providers.adapters.answers import (
    LATEST,
    NEW_API,
    ONE_API,
    SAMPLES,
    answer,
    failure,
    sample,
    success,
)

DAY = 86400
STATUS = {"quota_per_unit": 500000, "system_name": "Gateway", "enable_data_export": True}
USER = {"id": 2, "username": "lab", "role": 1, "quota": 5}


def unit(**changes):
    return facts.read_facts(success({**STATUS, **changes})).unit


@pytest.mark.parametrize("server", NEW_API)
def test_it_knows_new_api(server):
    site = facts.read_facts(sample(server, "status"))
    assert site.version.startswith(server.removeprefix("new-api-"))
    assert (site.name, site.dialect, site.has_hourly) == ("New API", "new-api", True)
    assert site.unit == Unit(units_per_usd="500000", display="USD")


def test_it_knows_one_api():
    site = facts.read_facts(sample(ONE_API, "status"))
    assert (site.name, site.dialect, site.has_hourly) == ("One API", "one-api", False)
    assert site.unit.units_per_usd == "500000"


def test_hourly_data_can_be_read_even_where_no_more_is_written():
    assert facts.read_facts(success({**STATUS, "enable_data_export": False})).has_hourly


def test_the_version_may_stand_in_a_header():
    assert facts.read_facts(success(STATUS, x_new_api_version="v1")).version == "v1"


@pytest.mark.parametrize(
    ("changes", "display", "rate", "symbol"),
    [
        ({}, "USD", "", ""),
        ({"display_in_currency": False}, "TOKENS", "", ""),
        ({"quota_display_type": "TOKENS", "display_in_currency": True}, "TOKENS", "", ""),
        ({"quota_display_type": "CNY", "usd_exchange_rate": 7.25, "price": 7}, "CNY", "7.25", "¥"),
        ({"quota_display_type": "CNY", "price": 7.3}, "CNY", "7.3", "¥"),
        (
            {
                "quota_display_type": "CUSTOM",
                "custom_currency_symbol": "€",
                "custom_currency_exchange_rate": 0.9,
            },
            "CUSTOM",
            "0.9",
            "€",
        ),
    ],
)
def test_it_says_how_the_site_shows_its_unit(changes, display, rate, symbol):
    shown = unit(**changes)
    assert (shown.display, shown.usd_rate, shown.symbol) == (display, rate, symbol)


@pytest.mark.parametrize(
    ("written", "text"),
    [("500000.0", "500000"), ("5e5", "500000"), ("0.1", "0.1"), ("123456.789", "123456.789")],
)
def test_the_unit_never_passes_through_a_float(written, text):
    body = f'{{"success":true,"data":{{"quota_per_unit":{written}}}}}'
    assert facts.read_facts(answer(body)).unit.units_per_usd == text


@pytest.mark.parametrize("worth", [0, -1, None, "500000", "x", [], 1e300, True])
def test_a_site_without_a_unit_is_no_new_api(worth):
    with pytest.raises(UnexpectedAnswer) as unexpected:
        unit(quota_per_unit=worth)
    assert unexpected.value.code == "not_new_api"


@pytest.mark.parametrize(
    "given",
    [
        success(None),
        success([]),
        success({}),
        answer({"status": "ok"}),
        answer(status=401),
        failure(status=403),
    ],
)
def test_another_site_is_no_new_api(given):
    with pytest.raises(UnexpectedAnswer) as unexpected:
        facts.read_facts(given)
    assert unexpected.value.code == "not_new_api"


def test_it_learns_the_clock_of_the_site():
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    given = success(STATUS)
    object.__setattr__(given, "server_time", moment)
    assert facts.read_facts(given).clock_offset == moment - given.asked_at
    assert facts.read_facts(success(STATUS)).clock_offset == timedelta(0)


# The account


@pytest.mark.parametrize("server", SAMPLES)
def test_it_reads_the_account(server):
    account = facts.read_account(sample(server, "user-self"))
    assert (account.id, account.name, account.role, account.units) == ("2", "lab", 1, 4321987)
    assert (account.used_units, account.requests, account.group) == (14000000, 2000, "default")


def test_a_balance_may_be_negative():
    account = facts.read_account(sample(LATEST, "user-self-negative-balance"))
    assert account.units == -1234


def test_it_never_keeps_the_access_token_that_old_sites_send():
    given = success({**USER, "access_token": "planted-5ecret", "password": "planted-5ecret"})
    assert "planted" not in f"{asdict(facts.read_account(given))} {given!r}"


@pytest.mark.parametrize("column", USER)
def test_an_account_needs_its_numbers(column):
    with pytest.raises(UnexpectedAnswer) as unexpected:
        facts.read_account(success({**USER, column: []}))
    assert unexpected.value.code == "bad_envelope"


def test_it_names_the_scope_for_the_account():
    with pytest.raises(NotPermitted) as refusal:
        facts.read_account(failure(code="ACCESS_TOKEN_SCOPE_DENIED", status=403))
    assert refusal.value.detail == "profile:read"


# The statistic


@pytest.mark.parametrize(("server", "name"), [(LATEST, "stat-self"), (ONE_API, "stat-self")])
def test_it_reads_the_statistic(server, name):
    assert facts.read_statistic(sample(server, name), needs="usage:read") == 4299590524


def test_a_lost_table_is_no_zero_where_the_site_says_so():
    with pytest.raises(Unavailable):
        facts.read_statistic(sample(LATEST, "broken-stat-self"), needs="usage:read")


@pytest.mark.parametrize("data", [None, {}, {"quota": "1"}, {"quota": 2**63}, {"quota": 1.5}])
def test_a_statistic_is_a_whole_number(data):
    with pytest.raises(ProviderError) as unexpected:
        facts.read_statistic(success(data), needs="usage:read")
    assert unexpected.value.code == "bad_envelope"


# Hours


def slices(since, until):
    found = facts.hourly_slices(Span(since=since, until=until))
    return [(part["start_timestamp"], part["end_timestamp"]) for part in found]


def test_it_asks_for_whole_hours():
    assert slices(7300, 10900) == [(7200, 10800)]
    assert slices(7200, 10800) == [(7200, 7200)]


def test_it_asks_for_thirty_days_at_most():
    assert slices(0, 61 * DAY) == [
        (0, 30 * DAY - 3600),
        (30 * DAY, 60 * DAY - 3600),
        (60 * DAY, 61 * DAY - 3600),
    ]


def test_an_empty_span_needs_no_request():
    assert slices(7200, 7200) == []


def hour(second, model, count=1, quota=10, tokens=100):
    numbers = {"count": count, "quota": quota, "token_used": tokens}
    return {"created_at": second, "model_name": model, **numbers}


def points(*rows, since=0, until=7 * DAY):
    asked = {"start_timestamp": since, "end_timestamp": until - 3600}
    return facts.hourly_points(facts.read_hours(success(list(rows)), asked, scope="own"))


def test_it_adds_up_what_several_nodes_wrote():
    summed = points(hour(3600, "a"), hour(3600, "b"), hour(3600, "a", quota=5), hour(7200, "a"))
    assert [(point.hour.hour, point.model, point.requests, point.units) for point in summed] == [
        (1, "a", 2, 15),
        (1, "b", 1, 10),
        (2, "a", 1, 10),
    ]


def test_it_reads_the_recorded_hours():
    asked = {"start_timestamp": 1779908400, "end_timestamp": 1779908400}
    read = facts.hourly_points(
        facts.read_hours(sample(LATEST, "data-self-split-hour"), asked, scope="own")
    )
    assert read[0] == HourlyPoint(
        hour=datetime(2026, 5, 27, 19, tzinfo=UTC),
        model="100%-model",
        requests=10,
        units=11418,
        tokens=6142,
    )


def test_no_data_are_no_hours():
    asked = {"start_timestamp": 0, "end_timestamp": 0}
    assert list(facts.read_hours(success(None), asked, scope="own")) == []


@pytest.mark.parametrize("second", [3599, 10800])
def test_hours_outside_mean_that_the_filter_was_ignored(second):
    with pytest.raises(UnexpectedAnswer) as unexpected:
        points(hour(second, "a"), since=3600, until=10800)
    assert unexpected.value.code == "filter_ignored"


def test_a_wrong_type_is_no_hour():
    with pytest.raises(UnexpectedAnswer):
        points(hour(3600, "a", quota="10"))
