import pytest

from providers.adapters.errors import (
    AuthFailed,
    NotPermitted,
    ProviderError,
    RateLimited,
    Unavailable,
    UnexpectedAnswer,
)
from providers.adapters.new_api_answers import data_of
from tests.providers.adapters.answers import (
    LATEST,
    ONE_API,
    SAMPLES,
    answer,
    failure,
    sample,
    success,
)

HTML = b"<!doctype html><html><head><title>New API</title></head></html>"
CHALLENGE = b"<html><head><title>Just a moment...</title></head></html>"
JSON = {"content_type": "application/json"}


def error_of(given, **options):
    with pytest.raises(ProviderError) as raised:
        data_of(given, **options)
    return raised.value


def test_it_gives_the_data_of_a_success():
    assert bytes(data_of(success([1, {"a": None}]))) == b'[1,{"a":null}]'


def test_a_success_may_have_no_data():
    assert bytes(data_of(answer({"success": True}))) == b"null"


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/octet-stream"])
def test_json_under_another_name_is_json(content_type):
    given = answer(b'{"success":true,"data":1}', content_type=content_type)
    assert bytes(data_of(given)) == b"1"


@pytest.mark.parametrize(
    ("given", "family", "code"),
    [
        (answer(status=401), AuthFailed, "token_invalid"),
        (answer({"error": "x"}, 401), AuthFailed, "token_invalid"),
        (failure(status=401), AuthFailed, "token_invalid"),
        (failure(status=403), NotPermitted, "role_too_low"),
        (answer(status=403), UnexpectedAnswer, "not_json"),
        (answer(HTML, 403, content_type="text/html"), UnexpectedAnswer, "html"),
        (answer(status=404), UnexpectedAnswer, "not_new_api"),
        (answer({"error": {"message": "Invalid URL"}}, 404), UnexpectedAnswer, "not_new_api"),
        (answer({"detail": "Not Found"}, 404), UnexpectedAnswer, "not_new_api"),
        (answer(HTML, 404, content_type="text/html"), UnexpectedAnswer, "html"),
        (answer(status=405), UnexpectedAnswer, "not_new_api"),
        (answer(status=408), Unavailable, "timeout"),
        (answer(status=429), RateLimited, "rate_limited"),
        (answer(HTML, 429, content_type="text/html"), RateLimited, "rate_limited"),
        (answer(status=500), Unavailable, "unavailable"),
        (answer({"error": {"type": "new_api_panic"}}, 500), Unavailable, "unavailable"),
        (answer(HTML, 502, content_type="text/html"), Unavailable, "unavailable"),
        (answer(HTML, 503, content_type="text/html"), Unavailable, "unavailable"),
        (answer(HTML, 504, content_type="text/html"), Unavailable, "timeout"),
        (answer(status=524), Unavailable, "timeout"),
        (answer(CHALLENGE, 403, content_type="text/html"), UnexpectedAnswer, "challenge"),
        (answer(CHALLENGE, 503, content_type="text/html"), UnexpectedAnswer, "challenge"),
        (answer(CHALLENGE), UnexpectedAnswer, "challenge"),
        (answer(status=403, cf_mitigated="challenge"), UnexpectedAnswer, "challenge"),
        (answer(HTML), UnexpectedAnswer, "html"),
        (answer(b"x", content_type="text/html; charset=utf-8"), UnexpectedAnswer, "html"),
        (answer(), UnexpectedAnswer, "not_json"),
        (answer(b'{"success":true,"da', **JSON), UnexpectedAnswer, "not_json"),
        (answer(b'{"success":true}{', **JSON), UnexpectedAnswer, "not_json"),
        (answer(b'{"a":' + b"[" * 9999, **JSON), UnexpectedAnswer, "not_json"),
        (answer(b"\x00\xff", **JSON), UnexpectedAnswer, "not_json"),
        (answer([]), UnexpectedAnswer, "not_new_api"),
        (answer({"data": []}), UnexpectedAnswer, "not_new_api"),
        (answer({"success": "yes"}), UnexpectedAnswer, "not_new_api"),
        (answer({"code": True, "message": "ok"}), UnexpectedAnswer, "not_new_api"),
        (success([], status=400), UnexpectedAnswer, "bad_envelope"),
        (failure("anything else"), UnexpectedAnswer, "site_error"),
        (failure("anything else", status=400), UnexpectedAnswer, "site_error"),
        (answer({"success": False, "message": None, "code": [1]}), UnexpectedAnswer, "site_error"),
    ],
)
def test_it_reads_status_type_json_and_success_in_this_order(given, family, code):
    error = error_of(given)
    assert (type(error), error.code) == (family, code)


@pytest.mark.parametrize(
    ("code", "status", "family", "meaning"),
    [
        ("AUTH_UNAUTHORIZED", 401, AuthFailed, "token_invalid"),
        ("AUTH_USER_INVALID", 401, AuthFailed, "token_invalid"),
        ("AUTH_SESSION_REVOKED", 401, AuthFailed, "token_invalid"),
        ("AUTH_TOKEN_EXPIRED", 401, AuthFailed, "token_expired"),
        ("AUTH_USER_DISABLED", 401, AuthFailed, "account_disabled"),
        ("AUTH_INSUFFICIENT_PRIVILEGE", 403, NotPermitted, "role_too_low"),
        ("AUTH_INTERNAL_ERROR", 200, Unavailable, "database_error"),
        ("AUTH_INTERNAL_ERROR", 500, Unavailable, "unavailable"),
        ("ACCESS_TOKEN_EXPIRED", 401, AuthFailed, "token_expired"),
        ("ACCESS_TOKEN_LEGACY_RETIRED", 401, AuthFailed, "token_retired"),
        ("ACCESS_TOKEN_SCOPE_DENIED", 403, NotPermitted, "scope_missing"),
        ("ACCESS_TOKEN_ROUTE_UNDECLARED", 403, NotPermitted, "scope_missing"),
        ("AUTH_SESSION_REQUIRED", 403, NotPermitted, "scope_missing"),
    ],
)
def test_a_code_says_more_than_the_text(code, status, family, meaning):
    error = error_of(failure("New-Api-User, access token, 权限", code, status))
    assert (type(error), error.code) == (family, meaning)


@pytest.mark.parametrize(
    ("message", "family", "code"),
    [
        ("无权进行此操作，access token 无效", AuthFailed, "token_invalid"),
        ("Unauthorized, invalid access token", AuthFailed, "token_invalid"),
        ("无权进行此操作，未登录且未提供 access token", AuthFailed, "token_invalid"),
        (
            "Unauthorized, not logged in and no access token provided",
            AuthFailed,
            "token_invalid",
        ),
        ("无权进行此操作，access token 已过期", AuthFailed, "token_expired"),
        ("Access token expired", AuthFailed, "token_expired"),
        ("无权进行此操作，未提供 New-Api-User", AuthFailed, "user_id_missing"),
        ("Unauthorized, New-Api-User header not provided", AuthFailed, "user_id_missing"),
        ("无权进行此操作，未提供 Veloera-User", AuthFailed, "user_id_missing"),
        ("Unauthorized, User-id header not provided", AuthFailed, "user_id_missing"),
        ("无权进行此操作，New-Api-User 格式错误", AuthFailed, "user_id_wrong"),
        ("无权进行此操作，New-Api-User与登录用户不匹配", AuthFailed, "user_id_wrong"),
        ("Unauthorized, New-Api-User header format error", AuthFailed, "user_id_wrong"),
        (
            "Unauthorized, new-api-user does not match logged in user",
            AuthFailed,
            "user_id_wrong",
        ),
        ("用户已被封禁", AuthFailed, "account_disabled"),
        ("User has been banned", AuthFailed, "account_disabled"),
        ("该用户已被禁用", AuthFailed, "account_disabled"),
        ("无权进行此操作，权限不足", NotPermitted, "role_too_low"),
        ("Unauthorized, insufficient privileges", NotPermitted, "role_too_low"),
        ("查询日志失败", Unavailable, "database_error"),
        ("查询统计数据失败", Unavailable, "database_error"),
        ("no such table: logs", Unavailable, "database_error"),
        ("database is locked (5) (SQLITE_BUSY)", Unavailable, "database_error"),
        ("Error 1040: Too many connections", Unavailable, "database_error"),
        ("dial tcp 127.0.0.1:3306: connect: refused", Unavailable, "database_error"),
        (
            "ERROR: permission denied for table logs (SQLSTATE 42501)",
            Unavailable,
            "database_error",
        ),
        (
            "使用模糊搜索时，关键词长度至少为 2 个字符",
            UnexpectedAnswer,
            "name_pattern",
        ),
        ("时间跨度不能超过 1 个月", UnexpectedAnswer, "site_error"),
    ],
)
def test_it_understands_the_texts_of_two_languages(message, family, code):
    error = error_of(failure(message))
    assert (type(error), error.code) == (family, code)


RECORDED = {
    "auth-none": "token_invalid",
    "auth-unknown-token": "token_invalid",
    "auth-disabled-user": "account_disabled",
    "auth-header-user-missing": "user_id_missing",
    "auth-header-user-of-another": "user_id_wrong",
    "auth-header-user-not-a-number": "user_id_wrong",
    "auth-messages-chinese": "user_id_missing",
    "admin-log-as-plain-user": "role_too_low",
    "auth-access-tokens-probe": "role_too_low",
    "unknown-path-under-api": "not_new_api",
    "unknown-path-page": "html",
    "broken-log-self": "database_error",
    "limit-call-4": "rate_limited",
}


@pytest.mark.parametrize(
    ("server", "name"),
    [(server, name) for server in SAMPLES for name in RECORDED if name in SAMPLES[server]],
)
def test_it_understands_the_recorded_refusals(server, name):
    assert error_of(sample(server, name)).code == RECORDED[name]


def test_there_are_recorded_refusals_of_every_kind():
    assert set(RECORDED) <= set(SAMPLES[LATEST])
    assert "auth-unknown-token" in SAMPLES[ONE_API]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({}, None),
        ({"retry_after": "180"}, 180),
        ({"retry_after": "0"}, 0),
        ({"retry_after": "9" * 30}, 86400),
        ({"retry_after": "-1"}, None),
        ({"retry_after": "1.5"}, None),
        ({"retry_after": "²"}, None),
        ({"retry_after": "soon"}, None),
    ],
)
def test_it_says_how_long_to_wait_if_the_site_does(header, seconds):
    assert error_of(answer(status=429, **header)).retry_after == seconds


def test_a_missing_scope_is_named():
    given = failure(code="ACCESS_TOKEN_SCOPE_DENIED", status=403)
    assert error_of(given, needs="profile:read").detail == "profile:read"


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 500])
def test_an_error_never_holds_what_the_site_wrote(status):
    error = error_of(failure("planted-5ecret", "planted-5ecret", status))
    assert "planted" not in f"{error} {error!r} {error.detail}"


@pytest.mark.parametrize(
    "given", [failure("x", status=401), answer(status=401), failure("User has been banned")]
)
def test_only_a_person_can_mend_a_refused_secret(given):
    assert error_of(given).needs_person
