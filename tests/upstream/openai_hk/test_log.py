import json

import pytest

from tests.upstream.openai_hk.profiles import OPENAI_HK
from tests.upstream.openai_hk.reader import BALANCE, CREATE, LOG, ask_log, costs_of, rows_at, told
from tests.upstream.reader import LAB, ask, send

LING = 3
MOMENT = 1_780_000_000


def test_a_row_is_as_documented(double):
    columns = {"model_name": "gpt-3.5-turbo", "request_id": "vS0c", "ip": "192.0.2.1"}
    columns |= {"prompt_tokens": 59, "completion_tokens": 11, "created_at": MOMENT, "quota": 3}
    double.append(LAB, [columns])
    assert json.dumps(rows_at(double)) == (
        '[{"id": "6438975", "user_id": "2", "ctime": "1780000000", "prompt_tokens": "59", '
        '"completion_tokens": "11", "fen": "3", "model": "gpt-3.5-turbo", "yufen": "4321984", '
        '"reqid": "vS0c", "ip": "192.0.2.1", "note": ""}]'
    )


@pytest.mark.parametrize(
    ("meaning", "of_two", "of_an_id"),
    [
        ("offset-newest", [4, 3], []),
        ("offset-oldest", [3, 4], []),
        ("after-id", [1, 2], [5, 6]),
        ("before-id", [], [3, 2]),
        ("from-id", [1, 2], [4, 5]),
        ("up-to-id", [], [4, 3]),
        ("after-id-turned", [2, 1], [6, 5]),
    ],
)
def test_a_cursor_means_what_its_profile_says(double, meaning, of_two, of_an_id):
    rows = double.append(LAB, [{"quota": cost} for cost in (1, 2, 3)])
    double.append(LING, [{"quota": 100}])  # so that ids have gaps
    rows += double.append(LAB, [{"quota": cost} for cost in (4, 5, 6)])
    double.switch(f"openai-hk-{meaning}")
    assert costs_of(rows_at(double, 2, 2)) == of_two
    assert costs_of(rows_at(double, rows[3]["id"], 2)) == of_an_id


@pytest.mark.parametrize("profile", OPENAI_HK)
def test_whoever_follows_the_cursor_gets_every_row_once(double, profile):
    rows = double.append(LAB, [{"quota": cost} for cost in range(7)])
    double.switch(profile)
    cursor, seen = 0, []
    while page := [row for row in rows_at(double, cursor, 3) if row["id"] not in seen]:
        ids = [int(row["id"]) for row in page]
        seen += [row["id"] for row in page]
        newest_first = OPENAI_HK[profile].newest_first
        by_id = min(ids) if newest_first else max(ids)
        cursor = len(seen) if "offset" in profile else by_id
    assert sorted(seen) == [str(row["id"]) for row in rows]


def test_amounts_may_have_decimals(double):
    double.set(decimals=2)
    double.append(LAB, [{"quota": 150}, {"quota": 200}, {"quota": -5}])
    assert [row["fen"] for row in rows_at(double)] == ["-0.05", "2", "1.5"]
    assert rows_at(double)[0]["yufen"] == "43216.42"


@pytest.mark.parametrize("profile", OPENAI_HK)
def test_nothing_comes_after_the_last_row(double, profile):
    double.append(LAB, [{}, {}, {}])
    double.switch(profile)
    cursor = 4 if "offset" in profile else 1 if OPENAI_HK[profile].newest_first else 2**62
    assert rows_at(double, cursor, 1) == []


def test_two_keys_have_one_account_and_perhaps_a_log_each(double):
    double.append(LAB, [{"token_id": 1, "quota": 1}, {"token_id": 2, "quota": 2}])
    assert costs_of(rows_at(double, key=2)) == [2, 1]
    double.set(log_per_key=True)
    (row,) = rows_at(double, key=2)
    assert (row["user_id"], row["fen"], int(row["yufen"])) == ("2", "2", BALANCE - 3)
    assert rows_at(double, key=5) == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"start": -1, "limit": 1}, "start"),
        ({"start": "0", "limit": 1}, "start"),
        ({"start": 0, "limit": 0}, "limit"),
        ({"start": 0, "limit": 301}, "limit"),
        ({"start": 0, "limit": True}, "limit"),
        ({"limit": 30}, "参数错误"),
        ({"start": 0}, "参数错误"),
    ],
)
def test_it_refuses_a_cursor_that_it_does_not_like(double, body, says):
    for refused_with in (200, 400):
        double.set(refusal_status=refused_with)
        status, error, text = told(ask_log(double, **body))
        assert (status, error, says in text) == (refused_with, 1, True)


def test_it_wants_json_and_a_key(double):
    bearer = {"Authorization": f"Bearer {double.hk_key(1)}"}
    cursor = '{"start":0,"limit":1}'
    assert told(send(double, "POST", LOG, bearer, cursor))[1] == 0
    assert told(send(double, "POST", LOG, bearer, "start=0"))[2] == "参数错误"
    assert "apikey" in told(send(double, "POST", LOG, {}, cursor))[2]
    wrong = {"Authorization": f"Bearer {double.token('lab')}"}
    assert "apikey" in told(send(double, "POST", LOG, wrong, cursor))[2]


def test_it_refuses_a_disabled_account_and_when_its_database_is_gone(double):
    double.fault("database_broken", times=1)
    assert told(ask_log(double, start=0, limit=1)) == (200, 1, "系统繁忙，请稍后再试")
    double.change_account(LAB, status=2)
    assert told(ask_log(double, start=0, limit=1)) == (200, 1, "账号已被禁用")


def test_nothing_else_is_there(double):
    assert ask(double, "/m/aisk")[:1] == (200,)
    for method, path in (("GET", LOG), ("POST", CREATE), ("GET", "/api/status"), ("GET", "/")):
        assert send(double, method, path, {})[0] == 404


def test_a_budget_of_its_own(double):
    double.set(rate_limit=(1, 60))
    assert [ask_log(double, start=0, limit=1)[0] for _ in range(2)] == [200, 429]
    assert ask(double, "/m/aisk")[0] == 200
