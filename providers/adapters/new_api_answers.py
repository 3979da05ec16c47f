"""The envelope of a New API answer: its data, or the error that the site means by it.

Asked in this order: status, content type, JSON, `success`. An old site says everything with a 200.
Nothing that the site wrote gets into an error; its texts are only matched.
"""

import re

import msgspec
from msgspec import Raw, Struct

from providers.adapters.errors import (
    AuthFailed,
    NotPermitted,
    ProviderError,
    RateLimited,
    Unavailable,
    UnexpectedAnswer,
)
from providers.adapters.http import Answer
from providers.adapters.new_api_rows import UNREADABLE, readable

TIMEOUTS = (408, 504, 522, 524)  # a proxy's word for what a shorter window can cure
CHALLENGE = re.compile(
    rb"just a moment|challenge-platform|cf[-_]chl|attention required|checking your browser"
    rb"|captcha|acw_sc__v2|enable javascript and cookies|ddos-guard",
    re.IGNORECASE,
)
CHALLENGE_BYTES = 20_000  # such pages say it early

Meaning = tuple[type[ProviderError], str]

# From rc.22 an error has a code; scoped tokens came with rc.41.
CODES: dict[str, Meaning] = {
    "AUTH_UNAUTHORIZED": (AuthFailed, "token_invalid"),
    "AUTH_USER_INVALID": (AuthFailed, "token_invalid"),
    "AUTH_SESSION_REVOKED": (AuthFailed, "token_invalid"),
    "AUTH_TOKEN_EXPIRED": (AuthFailed, "token_expired"),
    "ACCESS_TOKEN_EXPIRED": (AuthFailed, "token_expired"),
    "ACCESS_TOKEN_LEGACY_RETIRED": (AuthFailed, "token_retired"),
    "AUTH_USER_DISABLED": (AuthFailed, "account_disabled"),
    "AUTH_INSUFFICIENT_PRIVILEGE": (NotPermitted, "role_too_low"),
    "ACCESS_TOKEN_SCOPE_DENIED": (NotPermitted, "scope_missing"),
    "ACCESS_TOKEN_ROUTE_UNDECLARED": (NotPermitted, "scope_missing"),
    "AUTH_SESSION_REQUIRED": (NotPermitted, "scope_missing"),
    "AUTH_INTERNAL_ERROR": (Unavailable, "database_error"),
}

USER_HEADER = r"-user(?![a-z])|user-id(?![a-z])"  # its names in the family

# Before, there is only the text, in the language of the site. The first match counts: a database
# may say "permission denied", and most Chinese refusals begin with the same words.
WORDS: list[tuple[re.Pattern[str], Meaning]] = [
    (re.compile(pattern, re.IGNORECASE), meaning)
    for pattern, meaning in (
        (
            r"查询日志失败|查询统计数据失败|数据库|database|sql|no such table"
            r"|error \d{4}\b|dial tcp|connection|deadlock|i/o timeout|deadline exceeded|\beof\b",
            (Unavailable, "database_error"),
        ),
        (r"模糊搜索|关键词", (UnexpectedAnswer, "name_pattern")),
        (
            rf"({USER_HEADER}).*not provided|未提供.*({USER_HEADER})",
            (AuthFailed, "user_id_missing"),
        ),
        (USER_HEADER, (AuthFailed, "user_id_wrong")),
        (r"(token|令牌).*(expired|过期)", (AuthFailed, "token_expired")),
        (r"封禁|banned|(用户|user).*(禁用|disabled)", (AuthFailed, "account_disabled")),
        (r"access token|令牌|未登录|not logged in|invalid token", (AuthFailed, "token_invalid")),
        (r"权限|privilege|permission|无权", (NotPermitted, "role_too_low")),
    )
]


class _Envelope(Struct):
    success: bool
    message: object = ""
    code: object = ""
    data: Raw = Raw(b"null")


_envelope = msgspec.json.Decoder(_Envelope)


def data_of(answer: Answer, *, needs: str = "") -> Raw:
    """The `data` of a success. `needs` names the scope without which a scoped token is refused."""
    _check_status(answer)
    envelope = _envelope_of(answer)
    if not envelope.success:
        raise _meant(answer.status, envelope, needs)
    if answer.status >= 400:
        raise UnexpectedAnswer(f"success with HTTP {answer.status}", code="bad_envelope")
    return envelope.data


def is_missing(answer: Answer) -> bool:
    """The site knows no such path; a web page with that status is somebody else's."""
    return answer.status == 404 and not _is_html(answer)


def _check_status(answer: Answer) -> None:
    status = answer.status
    if status == 429:
        raise RateLimited(retry_after=answer.retry_after)
    if _is_challenge(answer):
        raise UnexpectedAnswer(f"HTTP {status}", code="challenge")
    if status >= 500 or status in TIMEOUTS:
        code = "timeout" if status in TIMEOUTS else "unavailable"
        raise Unavailable(f"HTTP {status}", code=code)


def _envelope_of(answer: Answer) -> _Envelope:
    if _is_html(answer):
        raise UnexpectedAnswer(f"HTTP {answer.status}", code="html")
    try:
        return _envelope.decode(readable(answer.body))
    except UNREADABLE as error:
        raise _no_envelope(answer.status, error) from None


def _no_envelope(status: int, error: Exception) -> ProviderError:
    if status == 401:
        return AuthFailed()
    is_other_json = isinstance(error, msgspec.ValidationError)
    code = "not_new_api" if is_other_json or status in (404, 405) else "not_json"
    return UnexpectedAnswer(f"HTTP {status}", code=code)


def _meant(status: int, envelope: _Envelope, needs: str) -> ProviderError:
    family, code = _meaning(status, str(envelope.code), str(envelope.message))
    if family is AuthFailed:
        return AuthFailed(code=code)  # the code says it all; a detail would be an id or a scope
    return family(needs if code == "scope_missing" else f"HTTP {status}", code=code)


def _meaning(status: int, code: str, message: str) -> Meaning:
    if code in CODES:
        return CODES[code]
    for pattern, meaning in WORDS:
        if pattern.search(message):
            return meaning
    if status == 401:
        return AuthFailed, "token_invalid"
    if status == 403:
        return NotPermitted, "role_too_low"
    return UnexpectedAnswer, "site_error"


def _is_html(answer: Answer) -> bool:
    return (
        "html" in answer.headers.get("content-type", "") or answer.body[:100].lstrip()[:1] == b"<"
    )


def _is_challenge(answer: Answer) -> bool:
    if answer.headers.get("cf-mitigated") == "challenge":
        return True
    return _is_html(answer) and CHALLENGE.search(answer.body, 0, CHALLENGE_BYTES) is not None
