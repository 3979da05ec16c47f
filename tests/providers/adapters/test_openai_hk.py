import pytest

from providers import messages
from providers.adapters.errors import AuthFailed, NotPermitted, RateLimited, UnexpectedAnswer
from providers.adapters.openai_hk import ADAPTER
from providers.adapters.records import BadRow
from tests.providers.adapters.answers import credentials
from tests.providers.adapters.server import http

KEY = "hk-9f3c"
ROW = (
    '{"id": "6438975", "user_id": "9", "ctime": "1703405714", "prompt_tokens": "59",'
    ' "completion_tokens": "11", "fen": "3", "model": "gpt-3.5-turbo", "yufen": "141434",'
    ' "reqid": "vS0cNCTLSlXej4w1", "ip": "43.154.119.189", "note": ""}'
)
DOCUMENTED = '{"data": {"logs": [' + ROW + ", ] }, " + '"error": 0, "error_des": ""}'


def json_answer(text):
    return http(text.encode(), Content_Type="application/json")


def failure(text, status=200):
    return http({"data": {}, "error": 1, "error_des": text}, status)


@pytest.fixture
def ask(serve, open_door):
    def ask(answer, key=KEY):
        server = serve(answer)
        rows = ADAPTER.rows_from(open_door(), credentials(server.url, key), start=30, limit=500)
        return rows, server.requests

    return ask


def test_it_reads_the_documented_example(ask):
    (row,), (request,) = ask(json_answer(DOCUMENTED))
    assert (request.path, request.headers["authorization"]) == ("/openai/sk/log", f"Bearer {KEY}")
    assert request.body == b'{"start":30,"limit":300}'
    assert (row.upstream_id, row.user_id, row.second) == (6438975, "9", 1703405714)
    assert (row.units, row.balance, row.prompt, row.completion) == (3, 141434, 59, 11)
    assert (row.model, row.request_id, row.ip) == (
        "gpt-3.5-turbo",
        "vS0cNCTLSlXej4w1",
        "43.154.119.189",
    )
    assert (row.content, row.raw) == (None, ROW)


def test_numbers_are_read_as_well_as_texts(ask):
    plain = DOCUMENTED.replace('"3"', "3").replace('"6438975"', "6438975").replace('"9"', "9")
    (row,), _ = ask(json_answer(plain))
    assert (row.upstream_id, row.user_id, row.units) == (6438975, "9", 3)


@pytest.mark.parametrize("amount", ['"1.5"', '""', "null", '"three"', '"1' + "0" * 30 + '"'])
def test_an_amount_that_is_no_whole_number_spoils_its_row_only(ask, amount):
    other = ROW.replace("6438975", "6438976")
    text = DOCUMENTED.replace("[{", "[" + other + ",{").replace(
        '"3", "model"', f'{amount}, "model"'
    )
    text = text.replace(f'{amount}, "model"', '"3", "model"', 1)
    (good, bad), _ = ask(json_answer(text))
    assert good.upstream_id == 6438976
    assert isinstance(bad, BadRow)
    assert (bad.upstream_id, bad.second) == (6438975, 1703405714)
    assert amount in bad.raw


def test_no_rows_may_be_null(ask):
    rows, _ = ask(json_answer('{"data": {"logs": null}, "error": 0, "error_des": ""}'))
    assert rows == []


def test_broken_json_is_told_with_the_byte_where_it_breaks(ask):
    with pytest.raises(UnexpectedAnswer) as failure:
        ask(json_answer('{"data": {"logs": [}'))
    assert (failure.value.code, failure.value.detail) == ("broken_json", "19")
    assert "19" in messages.problem("broken_json", "19")


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    ("text", "error", "code"),
    [
        ("apikey错误", AuthFailed, "key_unknown"),
        ("账号已被禁用", AuthFailed, "account_disabled"),
        ("请求过于频繁", RateLimited, "rate_limited"),
        ("IP 192.0.2.7 不在白名单", NotPermitted, "address_not_allowed"),
        ("系统繁忙", UnexpectedAnswer, "site_says"),
    ],
)
def test_errors_are_known_by_their_text(ask, status, text, error, code):
    with pytest.raises(error) as refusal:
        ask(failure(text, status))
    assert (refusal.value.code, refusal.value.detail) == (code, text)


def test_a_key_that_the_site_repeats_is_not_shown(ask):
    with pytest.raises(AuthFailed) as refusal:
        ask(failure(f"apikey {KEY} is wrong"))
    assert refusal.value.detail == "apikey … is wrong"


@pytest.mark.parametrize("key", ["sk-abc", "hk-", "hk-a b", "hk-密", ""])
def test_what_cannot_be_a_key_is_never_sent(serve, open_door, key):
    server = serve(json_answer(DOCUMENTED))
    with pytest.raises(AuthFailed) as refusal:
        ADAPTER.account(open_door(), credentials(server.url, key))
    assert refusal.value.code == "no_hk_key"
    assert server.requests == []


def test_a_test_costs_one_request_and_names_the_account(serve, open_door):
    server = serve(json_answer(DOCUMENTED))
    report = ADAPTER.test(open_door(), credentials(server.url, KEY), "own")
    assert report.ok
    assert (report.account.id, report.requests, len(server.requests)) == ("9", 1, 1)
    assert server.requests[0].body == b'{"start":0,"limit":1}'


def test_a_key_without_a_row_is_accepted(serve, open_door):
    server = serve(json_answer('{"data": {"logs": []}, "error": 0, "error_des": ""}'))
    report = ADAPTER.test(open_door(), credentials(server.url, KEY), "own")
    assert report.ok
    assert report.account is None


def test_an_opened_account_s_key_is_in_the_answer(serve, open_door):
    opened = '{"data": {"apikey": "hk-new"}, "error": 0, "error_des": ""}'
    server = serve(json_answer(opened))
    answer = ADAPTER.open_account(open_door(), server.url)
    assert ADAPTER.opened_secret(answer).reveal() == "hk-new"
    assert [request.path for request in server.requests] == ["/openai/sk/create"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"", "broken_json"),
        (b'{"data": {"apikey"', "broken_json"),
        (b'{"data": {}, "error": 0}', "bad_envelope"),
        (b'{"data": {}, "error": 1, "error_des": "closed"}', "site_says"),
    ],
)
def test_an_answer_without_a_key_is_told(answer, code):
    with pytest.raises(UnexpectedAnswer) as told:
        ADAPTER.opened_secret(answer)
    assert told.value.code == code


@pytest.mark.parametrize(
    "pasted",
    [
        "www.openai-hk.com",
        "https://www.openai-hk.com/m/aisk",
        "https://www.openai-hk.com/openai/sk/log",
        "https://WWW.openai-hk.com/",
    ],
)
def test_any_page_of_the_site_gives_its_address(pasted):
    assert ADAPTER.normalise_url(pasted) == ADAPTER.default_url == "https://www.openai-hk.com"


def test_the_login_page_gets_no_key():
    assert ADAPTER.login_url(ADAPTER.default_url) == "https://www.openai-hk.com/m/aisk"
