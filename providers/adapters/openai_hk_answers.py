"""The envelope of an openai-hk answer: its data, or the error that the site means by it.

What the codes of errors are is not documented, so their texts are matched; the person reads the
text itself, in which the secret never shows.
"""

import re
from collections.abc import Iterable

import msgspec
from msgspec import Raw, Struct

from providers.adapters.answers import check_status, is_html
from providers.adapters.errors import (
    AuthFailed,
    NotPermitted,
    ProviderError,
    RateLimited,
    UnexpectedAnswer,
)
from providers.adapters.http import Answer
from providers.adapters.json_text import UNREADABLE, as_received, readable
from providers.adapters.records import Secret

KEY = re.compile(r"hk-[!-~]+")  # nothing else can stand in a header
LONGEST_TEXT = 200
HTTP_UNAUTHORIZED, HTTP_FORBIDDEN = 401, 403

# The first match counts: a refusal of the address may name the key as well.
WORDS: list[tuple[re.Pattern[str], type[ProviderError], str]] = [
    (re.compile(pattern, re.IGNORECASE), family, code)
    for pattern, family, code in (
        (r"白名单|whitelist|allow ?list", NotPermitted, "address_not_allowed"),
        (r"频繁|请求过多|too many|rate.?limit|稍候再试", RateLimited, "rate_limited"),
        (r"禁用|封禁|冻结|disabled|banned|blocked", AuthFailed, "account_disabled"),
        (
            r"api.?key|密钥|令牌|token|未登录|not logged in|unauthori[sz]ed",
            AuthFailed,
            "key_unknown",
        ),
    )
]
TRAILING_COMMA = re.compile(rb'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])', re.DOTALL)
BYTE = re.compile(r"\(byte (\d+)\)")


class _Logs(Struct):
    logs: list[Raw] | None


class _Opened(Struct):
    apikey: str


class _Envelope(Struct):
    error: int | str
    error_des: object = ""
    data: Raw = Raw(b"null")


_envelope = msgspec.json.Decoder(_Envelope)
_logs = msgspec.json.Decoder(_Logs)
_opened = msgspec.json.Decoder(_Opened)


def key_of(secret: Secret) -> str:
    """Raises where no request can succeed; nothing that cannot be a key leaves the house."""
    text = re.sub(r"^bearer\s+", "", secret.reveal().strip(), flags=re.IGNORECASE)
    if not KEY.fullmatch(text):
        raise AuthFailed(code="no_hk_key")
    return text


def rows_of(answer: Answer, *, hidden: str) -> Iterable[Raw | bytes]:
    """The rows of a page, each as received. `hidden` is shown in no error."""
    check_status(answer)
    if is_html(answer):
        raise UnexpectedAnswer(f"HTTP {answer.status}", code="html")
    envelope = _envelope_of(answer)
    if str(envelope.error) != "0" or answer.status >= 400:
        raise _meant(answer.status, str(envelope.error_des), hidden)
    try:
        logs = _logs.decode(envelope.data).logs
    except UNREADABLE:
        raise UnexpectedAnswer("no list of rows", code="bad_envelope") from None
    return as_received(_valid(answer.body), logs or [])


def opened_secret(body: bytes) -> Secret:
    text = readable(_valid(body))
    try:
        envelope = _envelope.decode(text)
        if str(envelope.error) != "0":
            raise _meant(0, str(envelope.error_des), "")
        return Secret(key_of(Secret(_opened.decode(envelope.data).apikey)))
    except UNREADABLE:
        raise UnexpectedAnswer("no key", code="bad_envelope") from None


def _envelope_of(answer: Answer) -> _Envelope:
    try:
        return _envelope.decode(readable(_valid(answer.body)))
    except (*UNREADABLE, UnexpectedAnswer) as error:
        if answer.status in (HTTP_UNAUTHORIZED, HTTP_FORBIDDEN):
            raise AuthFailed(code="key_unknown") from None
        if isinstance(error, UnexpectedAnswer):
            raise
        raise UnexpectedAnswer(f"HTTP {answer.status}", code="bad_envelope") from None


def _valid(body: bytes) -> bytes:
    """JSON; the commas at the end of lists that the documented example has are taken out."""
    for text in (body, TRAILING_COMMA.sub(lambda found: found[1] or b"", body)):
        try:
            msgspec.json.decode(readable(text))
        except msgspec.DecodeError as error:
            where = BYTE.search(str(error))
        except UNREADABLE:
            where = None
        else:
            return text
    raise UnexpectedAnswer(where[1] if where else str(len(body)), code="broken_json")


def _meant(status: int, text: str, hidden: str) -> ProviderError:
    shown = (text.replace(hidden, "…") if hidden else text)[:LONGEST_TEXT]
    for pattern, family, code in WORDS:
        if pattern.search(text):
            return family(shown, code=code)
    if status in (HTTP_UNAUTHORIZED, HTTP_FORBIDDEN):
        return AuthFailed(shown, code="key_unknown")
    return UnexpectedAnswer(shown, code="site_says")
