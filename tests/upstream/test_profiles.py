"""What no recorded answer shows of a version, held against what is known of it."""

import pytest

from tests.upstream.reader import LAB, ask, ask_as_lab, credentials, rows_of

LOG, STAT = "/api/log/self", "/api/log/self/stat"
MOMENT = 1_780_000_000


KEEPER = credentials("keeper", 4)


def test_v0_13_2_takes_an_underscore_for_a_wildcard_in_the_admin_list_only(double):
    double.append(LAB, [{"model_name": name, "quota": 5} for name in ("gpt_4o", "gpt-4o")])
    rows = rows_of(ask(double, "/api/log/", KEEPER, model_name="gpt_4o")[2])
    figures = ask(double, "/api/log/stat", KEEPER, model_name="gpt_4o")[2]["data"]
    assert (len(rows), figures["quota"]) == (2, 5)


def test_v0_13_2_has_hours_by_user(double):
    double.set(hourly_lag_seconds=0)
    double.append(LAB, [{"created_at": MOMENT, "quota": 5, "model_name": "m"}])
    window = {"start_timestamp": MOMENT - 3600, "end_timestamp": MOMENT}
    (hour,) = ask(double, "/api/data/users", KEEPER, **window)[2]["data"]
    assert (hour["username"], hour["model_name"], hour["quota"]) == ("lab", "", 5)


def test_one_api_knows_no_header_with_the_user_id(double):
    double.switch("one-api")
    headers = {"Authorization": f"Bearer {double.token('lab')}"}
    assert ask(double, LOG, headers)[2]["success"]


@pytest.mark.parametrize(
    ("headers", "path", "status", "code"),
    [
        ({}, LOG, 401, "AUTH_UNAUTHORIZED"),
        ({"Authorization": "Bearer nonsense"}, LOG, 401, "AUTH_UNAUTHORIZED"),
        (credentials("locked", 5), LOG, 401, "AUTH_USER_DISABLED"),
        (credentials("lab"), "/api/log/", 403, "AUTH_INSUFFICIENT_PRIVILEGE"),
        (credentials("lab", 12345), LOG, 200, None),
        ({"Authorization": "bEARER test-access-token-of-lab"}, LOG, 200, None),
    ],
)
def test_from_rc_22_refusals_have_statuses_and_codes(double, headers, path, status, code):
    double.switch("new-api-rc.24")
    answer = ask(double, path, headers)
    assert (answer[0], answer[2].get("code")) == (status, code)


def test_rc_24_matches_models_exactly_unless_there_is_a_percent(double):
    double.switch("new-api-rc.24")
    double.append(LAB, [{"model_name": name} for name in ("gpt-4o", "GPT-4o", "gpt-4o-mini")])
    totals = {
        name: ask_as_lab(double, LOG, model_name=name)[2].get("data", {}).get("total")
        for name in ("gpt-4o", "gpt-4o%", "%")
    }
    assert totals == {"gpt-4o": 1, "gpt-4o%": 3, "%": None}


def test_rc_24_puts_a_late_row_where_it_belongs_for_the_admin(double):
    double.switch("new-api-rc.24")
    double.append(LAB, [{"created_at": MOMENT + 1}, {"created_at": MOMENT}])
    rows = rows_of(ask(double, "/api/log/", KEEPER)[2])
    assert [row["created_at"] for row in rows] == [MOMENT + 1, MOMENT]


def test_rc_24_names_the_whole_window_when_it_refuses(double):
    double.switch("new-api-rc.24")
    double.set(rate_limit=(0, 180))
    status, headers, body = ask(double, "/api/status")
    assert (status, headers["retry-after"], body) == (429, "180", "")


def test_rc_29_forgets_the_quota(double):
    double.append(LAB, [{"quota": 9, "prompt_tokens": 4}])
    double.switch("new-api-rc.29")
    assert ask_as_lab(double, STAT)[2]["data"] == {"quota": 0, "rpm": 1, "tpm": 4}
