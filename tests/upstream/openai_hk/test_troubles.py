import json

import pytest

from tests.upstream.openai_hk.reader import LOG, ask_log, rows_at, told
from tests.upstream.reader import LAB

FIRST = 6_438_975


def test_pages_can_be_short_or_empty_though_more_follows(double):
    double.append(LAB, [{"quota": cost} for cost in range(6)])
    double.fault("short_page", times=1, to=2)
    double.fault("empty_page", times=1)
    assert [len(rows_at(double, 0, 5)) for _ in range(3)] == [2, 0, 5]


def test_numbers_may_be_no_texts(double):
    double.set(decimals=1)
    double.append(LAB, [{"quota": 15, "content": "words", "prompt_tokens": 7}])
    double.fault("numbers")
    (row,) = rows_at(double)
    shown = [row[name] for name in ("id", "fen", "prompt_tokens", "note", "ip")]
    assert shown == [FIRST, 1.5, 7, "words", ""]


def test_a_comma_may_follow_the_last_row(double):
    double.append(LAB, [{}, {}])
    double.fault("trailing_comma")
    with pytest.raises(json.JSONDecodeError):
        rows_at(double)


def test_faults_speak_its_words(double):
    double.append(LAB, [{"quota": 1}])
    double.fault("text_time", times=1)
    double.fault("refused", times=1, message="请求过于频繁", code=429, status=400)
    double.fault("status", times=1, status=429, retry_after=7)
    assert rows_at(double)[0]["ctime"] == "yesterday"
    assert told(ask_log(double, start=0, limit=1)) == (400, 429, "请求过于频繁")
    status, headers, _ = ask_log(double, start=0, limit=1)
    assert (status, headers["retry-after"]) == (429, "7")


def test_a_fault_can_wait_for_a_cursor_and_the_cursor_is_remembered(double):
    double.fault("status", status=500, query={"start": 30})
    assert [ask_log(double, start=start, limit=1)[0] for start in (0, 30)] == [200, 500]
    (first, second) = double.requests(LOG)
    assert (first["query"], second["method"]) == ({"start": "0", "limit": "1"}, "POST")
