"""What a New API site says about itself and about an account."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from providers.adapters.errors import AuthFailed, NotPermitted, UnexpectedAnswer
from providers.adapters.http import Answer
from providers.adapters.json_text import UNREADABLE, Integer, Second
from providers.adapters.new_api_answers import data_of
from providers.adapters.new_api_pages import TOKEN_SCOPES, BareArray, HubEnvelope, PagedEnvelope
from providers.adapters.records import (
    Account,
    HourlyPoint,
    SiteFacts,
    Span,
    Unit,
    UserPoint,
    utc,
)

PROFILE_SCOPE = "profile:read"
HOUR = 3600
LONGEST_SLICE = 30 * 24 * HOUR  # the site refuses more
LONGEST_TEXT = 200  # of names that an operator may choose
T = TypeVar("T")


class _Status(Struct):
    quota_per_unit: Raw
    system_name: str = ""
    version: str = ""
    display_in_currency: bool = True
    quota_display_type: str = ""
    custom_currency_symbol: str = ""
    custom_currency_exchange_rate: Raw = Raw(b"")
    usd_exchange_rate: Raw = Raw(b"")
    price: Raw = Raw(b"")
    enable_data_export: object = None
    data_export_default_time: object = None
    PaymentUSDRate: object = None


class _User(Struct):
    """Old sites send the access token too: it is not among these, so it is never read."""

    id: Integer
    username: str
    role: Integer
    quota: Integer
    used_quota: Integer | None = None
    request_count: Integer | None = None
    group: str = ""


class _Statistic(Struct):
    quota: Integer


class Hour(Struct):
    created_at: Second
    model_name: str = ""
    username: str = ""
    count: Integer = 0
    quota: Integer = 0
    token_used: Integer = 0


def read_facts(answer: Answer) -> SiteFacts:
    try:
        status = _typed(data_of(answer), _Status, code="not_new_api")
    except (AuthFailed, NotPermitted):  # of a public page
        raise UnexpectedAnswer(f"HTTP {answer.status}", code="not_new_api") from None
    version = status.version or answer.headers.get("x-new-api-version", "")
    return SiteFacts(
        name=status.system_name[:LONGEST_TEXT],
        version=version[:LONGEST_TEXT],
        dialect=_likely_dialect(status),
        unit=_unit(status),
        has_hourly=status.enable_data_export is not None,
        clock_offset=answer.clock_offset or timedelta(0),
    )


def _likely_dialect(status: _Status) -> str:
    """A guess; the form of a page has the last word."""
    if status.PaymentUSDRate is not None:
        return HubEnvelope.name
    has_hours = (status.enable_data_export, status.data_export_default_time) != (None, None)
    return PagedEnvelope.name if has_hours else BareArray.name


def _unit(status: _Status) -> Unit:
    units_per_usd = _decimal_text(status.quota_per_unit)
    if not units_per_usd:
        raise UnexpectedAnswer("no quota_per_unit", code="not_new_api")
    display = status.quota_display_type or ("USD" if status.display_in_currency else "TOKENS")
    match display:
        case "CNY":
            rate = _decimal_text(status.usd_exchange_rate) or _decimal_text(status.price)
            return Unit(units_per_usd=units_per_usd, display=display, usd_rate=rate, symbol="¥")
        case "CUSTOM":
            rate = _decimal_text(status.custom_currency_exchange_rate)
            symbol = status.custom_currency_symbol[:LONGEST_TEXT]
            return Unit(units_per_usd=units_per_usd, display=display, usd_rate=rate, symbol=symbol)
    return Unit(units_per_usd=units_per_usd, display=display)


def _decimal_text(raw: Raw) -> str:
    """A positive number as plain decimal text, "" for anything else; never through a float."""
    try:
        number = Decimal(str(raw, "ascii"))
    except (InvalidOperation, UnicodeDecodeError):
        return ""
    if not number.is_finite() or number <= 0 or abs(number.adjusted()) > 20:
        return ""
    return format(number.normalize(), "f")


def read_account(answer: Answer) -> Account:
    user = _typed(data_of(answer, needs=PROFILE_SCOPE), _User)
    return Account(
        id=str(user.id),
        name=user.username,
        role=user.role,
        units=user.quota,
        used_units=user.used_quota,
        requests=user.request_count,
        group=user.group,
    )


def read_statistic(answer: Answer, *, needs: str) -> int:
    return _typed(data_of(answer, needs=needs), _Statistic).quota


def hourly_slices(span: Span) -> Iterator[Mapping[str, int]]:
    """Parameters that cover `span`: the site compares the beginnings of hours, ends inclusive."""
    since = span.since // HOUR * HOUR
    while since < span.until:
        until = min(since + LONGEST_SLICE, (span.until + HOUR - 1) // HOUR * HOUR)
        yield {"start_timestamp": since, "end_timestamp": until - HOUR}
        since = until


def read_hours(answer: Answer, asked: Mapping[str, int], *, scope: str) -> Sequence[Hour]:
    data = data_of(answer, needs=TOKEN_SCOPES[scope])
    hours = [] if bytes(data) == b"null" else _typed(data, list[Hour])
    span = range(asked["start_timestamp"], asked["end_timestamp"] + HOUR)
    if any(hour.created_at not in span for hour in hours):
        raise UnexpectedAnswer("hours outside the window", code="filter_ignored")
    return hours


def hourly_points(hours: Iterable[Hour]) -> list[HourlyPoint]:
    return [
        HourlyPoint(hour=hour, model=model, **sums)
        for hour, model, sums in _sums_of(hours, "model_name")
    ]


def user_points(hours: Iterable[Hour]) -> list[UserPoint]:
    return [
        UserPoint(hour=hour, username=name, **sums)
        for hour, name, sums in _sums_of(hours, "username")
    ]


def _sums_of(hours: Iterable[Hour], name: str) -> Iterator[tuple[datetime, str, dict[str, int]]]:
    """By hour and name: several nodes of one site write a line each."""
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for hour in hours:
        total = sums[hour.created_at // HOUR * HOUR, getattr(hour, name)]
        total[0] += hour.count
        total[1] += hour.quota
        total[2] += hour.token_used
    for (second, text), (requests, units, tokens) in sorted(sums.items()):
        yield utc(second), text, {"requests": requests, "units": units, "tokens": tokens}


def _typed(data: Raw, type_: type[T], *, code: str = "bad_envelope") -> T:
    try:
        return msgspec.json.decode(data, type=type_)
    except UNREADABLE:
        raise UnexpectedAnswer("not the fields of a New API site", code=code) from None
