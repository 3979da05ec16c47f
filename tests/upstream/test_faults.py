import json
import socket
import time
from http.client import HTTPConnection, IncompleteRead

import pytest

from tests.upstream import start_double
from tests.upstream.edits import ROW_EDITS
from tests.upstream.faults import ELSEWHERE
from tests.upstream.reader import LAB, ask, ask_as_lab, rows_of

LOG, STAT = "/api/log/self", "/api/log/self/stat"


@pytest.fixture
def filled(double):
    double.append(LAB, [{"quota": quota} for quota in (1, 2, 3)])
    return double


def raw(double, path=LOG):
    """The body as it came, or what went wrong on the way."""
    connection = HTTPConnection("127.0.0.1", double.port, timeout=1)
    credentials = {"Authorization": f"Bearer {double.token('lab')}", "New-Api-User": str(LAB)}
    connection.request("GET", path, headers=credentials)
    try:
        return connection.getresponse().read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("kind", "how", "status", "headers"),
    [
        ("status", {"status": 503}, 503, {"content-type": "text/html; charset=utf-8"}),
        ("status", {"status": 429, "retry_after": 7}, 429, {"retry-after": "7"}),
        ("status", {"status": 401}, 401, {"content-type": "application/json; charset=utf-8"}),
        ("html", {}, 200, {"content-type": "text/html; charset=utf-8"}),
        ("challenge", {}, 403, {"cf-mitigated": "challenge"}),
        ("redirect", {}, 302, {"location": ELSEWHERE}),
        ("redirect", {"status": 301, "location": "http://[::1]/"}, 301, {}),
        ("refused", {}, 200, {}),
        ("empty_body", {}, 200, {"content-length": "0"}),
        ("oversize", {"size": 5_000_000}, 200, {"content-length": "5000000"}),
    ],
)
def test_an_answer_is_replaced(filled, kind, how, status, headers):
    filled.fault(kind, **how)
    connection = HTTPConnection("127.0.0.1", filled.port)
    connection.request("GET", LOG)
    response = connection.getresponse()
    connection.close()
    assert response.status == status
    assert headers.items() <= {k.lower(): v for k, v in response.getheaders()}.items()


def test_a_code_goes_with_a_refusal(filled):
    filled.fault("status", status=401, code="ACCESS_TOKEN_EXPIRED")
    assert ask_as_lab(filled, LOG)[2]["code"] == "ACCESS_TOKEN_EXPIRED"


@pytest.mark.parametrize("kind", ROW_EDITS)
def test_the_first_row_is_edited(filled, kind):
    filled.fault(kind)
    body = raw(filled)
    for name, text in ROW_EDITS[kind].items():
        assert body.count(f'"{name}":{text}') == 1
    assert len(rows_of(json.loads(body))) == 3


def test_any_row_and_member_can_be_edited(filled):
    filled.fault("edit_rows", edits={"group": "17", "extra": "[]"}, at="all")
    rows = rows_of(ask_as_lab(filled, LOG)[2])
    assert [(row["group"], row["extra"]) for row in rows] == [(17, [])] * 3


@pytest.mark.parametrize(
    ("kind", "how", "path", "told"),
    [
        ("total_off", {"by": 2}, LOG, {"total": 5}),
        ("total_off", {"to": 10_000}, LOG, {"total": 10_000}),
        ("items_null", {}, LOG, {"items": None}),
        ("stat_off", {"by": -1}, STAT, {"quota": 5}),
        ("stat_zero", {}, STAT, {"quota": 0}),
    ],
)
def test_a_figure_is_wrong(filled, kind, how, path, told):
    filled.fault(kind, **how)
    payload = ask_as_lab(filled, path)[2]["data"]
    assert told.items() <= payload.items()
    assert ask(filled, "/api/status")[0] == 200


def test_a_row_hides_behind_its_neighbour(filled):
    filled.fault("repeated_row")
    assert [row["quota"] for row in rows_of(ask_as_lab(filled, LOG)[2])] == [3, 3, 1]


def test_a_body_is_no_json(filled):
    filled.fault("invalid_json")
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(raw(filled))


def test_a_body_is_cut(filled):
    filled.fault("truncated")
    with pytest.raises(IncompleteRead):
        raw(filled)


def test_a_connection_is_reset(filled):
    filled.fault("reset")
    with pytest.raises(ConnectionResetError):
        raw(filled)


def test_an_answer_does_not_come(filled):
    filled.fault("stall")
    with pytest.raises(TimeoutError):
        raw(filled)


def test_an_answer_comes_in_drops(filled):
    filled.fault("drip", size=200, pause=0.05)
    begun = time.monotonic()
    assert len(rows_of(json.loads(raw(filled)))) == 3
    assert time.monotonic() - begun > 0.2


def test_the_database_is_gone(filled):
    filled.fault("database_broken")
    assert ask_as_lab(filled, LOG)[2] == {"message": "查询日志失败", "success": False}
    assert ask_as_lab(filled, "/api/user/self")[2]["success"]


def test_something_happens_between_two_pages(filled):
    filled.fault("arrival", path=LOG, skip=1, times=1, user_id=LAB, rows=[{"quota": 4}])
    pages = [rows_of(ask_as_lab(filled, LOG, p=page, page_size=2)[2]) for page in (1, 2)]
    assert [[row["quota"] for row in page] for page in pages] == [[3, 2], [2, 1]]


def test_rows_vanish_between_two_pages(filled):
    filled.fault("deletion", skip=1, times=1, before=2**40)
    totals = [ask_as_lab(filled, LOG)[2]["data"]["total"] for _ in range(2)]
    assert totals == [3, 0]


def test_the_site_is_upgraded_between_two_pages(filled):
    filled.fault("upgrade", skip=1, times=1, profile="new-api-v0.6.8")
    ids = [rows_of(ask_as_lab(filled, LOG, page_size=1)[2])[0]["id"] for _ in range(2)]
    assert ids == [1, 3]


def test_a_fault_ends_after_its_times_and_keeps_to_its_path_and_query(filled):
    filled.fault("status", status=500, path="/api/log/*", query={"p": 2}, skip=1, times=2)
    asked = [
        ask_as_lab(filled, path, p=page)[0] for path in ("/api/status", LOG) for page in (1, 2)
    ]
    asked += [ask_as_lab(filled, LOG, p=2)[0] for _ in range(3)]
    assert asked == [200, 200, 200, 200, 500, 500, 200]


def test_faults_can_be_cleared(filled):
    filled.fault("status", status=500)
    filled.clear_faults()
    assert ask(filled, "/api/status")[0] == 200
    assert filled.requests()[0]["fault"] is None


def test_a_stopped_site_refuses_connections():
    with start_double() as double:
        port = double.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
