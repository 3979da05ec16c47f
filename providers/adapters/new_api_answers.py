"""The envelope of a New API answer: its data, or the error that the site means by it.

Asked in this order: status, content type, JSON, `success`. An old site says everything with a 200.
Nothing that the site wrote gets into an error; its texts are only matched.
"""

import re

import msgspec
from msgspec import Raw, Struct

from providers.adapters.answers import check_status, is_html
from providers.adapters.errors import (
    AuthFailed,
    NotPermitted,
    ProviderError,
    Unavailable,
    UnexpectedAnswer,
)
from providers.adapters.http import Answer
from providers.adapters.json_text import UNREADABLE, readable

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
    check_status(answer)
    envelope = _envelope_of(answer)
    if not envelope.success:
        raise _meant(answer.status, envelope, needs)
    if answer.status >= 400:
        raise UnexpectedAnswer(f"success with HTTP {answer.status}", code="bad_envelope")
    return envelope.data


def is_missing(answer: Answer) -> bool:
    """The site knows no such path; a web page with that status is somebody else's."""
    return answer.status == 404 and not is_html(answer)


def _envelope_of(answer: Answer) -> _Envelope:
    if is_html(answer):
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
