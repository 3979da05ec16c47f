import re
from http.client import HTTPException

import pytest

from tests.upstream.openai_hk.reader import CREATE, LOG, costs_of, told
from tests.upstream.reader import ask, send


def test_each_call_opens_an_account(double):
    keys = [ask(double, CREATE)[2]["data"]["apikey"] for _ in range(2)]
    assert [re.fullmatch(r"hk-\S+", key) is not None for key in keys] == [True, True]
    *_, older, newer = double.accounts()
    assert (older["quota"], newer["id"]) == (0, older["id"] + 1)
    double.append(newer["id"], [{"quota": 4}])
    bearer = {"Authorization": f"Bearer {keys[1]}"}
    rows = send(double, "POST", LOG, bearer, '{"start":0,"limit":9}')[2]["data"]["logs"]
    assert costs_of(rows) == [4]


def test_accounts_are_opened_for_known_addresses_only(double):
    before = double.accounts()
    double.set(may_create=["192.0.2.9"])
    assert told(ask(double, CREATE)) == (200, 1, "IP 127.0.0.1 不在白名单")
    assert double.accounts() == before


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("lost", {}),
        ("lost", {"status": 200, "body": '{"data":{"apikey":"hk-'}),
        ("invalid_json", {}),
        ("reset", {}),
        ("stall", {"seconds": 0.01}),
    ],
)
def test_an_answer_can_be_lost_after_the_account_was_opened(double, kind, how):
    before = len(double.accounts())
    double.fault(kind, path=CREATE, times=1, **how)
    try:
        answer = ask(double, CREATE)[2]
    except (HTTPException, OSError, ValueError):
        answer = None
    assert not isinstance(answer, dict)
    assert len(double.accounts()) == before + 1
