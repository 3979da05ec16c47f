"""The rows of a New API log: JSON in, records out, and one bad row never spoils the rest.

One API's rows are the same with some columns missing and the duration in milliseconds; One Hub's
have other names for some and objects for two.
"""

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from providers.adapters.json_text import UNREADABLE, Integer, Second, readable
from providers.adapters.records import LARGEST_INTEGER, BadRow, LogRecord, digest

LONGEST_SECONDS = LARGEST_INTEGER // 1000

Seconds = Annotated[int, Meta(ge=-LONGEST_SECONDS, le=LONGEST_SECONDS)]


class _Channel(Struct, gc=False):
    id: Integer
    name: str | None = None


class _Row(Struct, gc=False):
    created_at: Second
    type: Integer
    quota: Integer
    id: Integer | None = None
    user_id: Integer | None = None
    username: str | None = None
    token_id: Integer | None = None
    token_name: str | None = None
    model_name: str | None = None
    prompt_tokens: Integer = 0
    completion_tokens: Integer = 0
    use_time: Seconds | None = None
    elapsed_time: Integer | None = None
    request_time: Integer | None = None
    is_stream: bool = False
    channel: Integer | _Channel | None = None
    channel_id: Integer | None = None
    channel_name: str | None = None
    group: str | None = None
    request_id: str | None = None
    ip: str | None = None
    source_ip: str | None = None
    content: str | None = None
    other: Raw = Raw()
    metadata: Raw = Raw()


class _Moment(Struct):
    created_at: Second


class _Other(Struct):
    cache_tokens: object = None
    cached_tokens: object = None  # so on One Hub, and
    frt: object = None
    first_response: object = None


_row = msgspec.json.Decoder(_Row)
_moment = msgspec.json.Decoder(_Moment)
_other = msgspec.json.Decoder(_Other)
_text = msgspec.json.Decoder(str)


def read_rows(
    rows: Iterable[Raw | bytes], *, real_ids: bool
) -> tuple[list[LogRecord], list[BadRow]]:
    records, bad_rows = [], []
    for raw in rows:
        try:
            records.append(read_row(raw, real_ids=real_ids))
        except UNREADABLE as error:
            bad_rows.append(_bad_row(raw, str(error)))
    return records, bad_rows


def read_row(raw: Raw | bytes, *, real_ids: bool) -> LogRecord:
    """One row, or a ValueError. `real_ids`: the site's ids and channel names mean something."""
    row = _row.decode(raw)
    other = _other_text(row.other or row.metadata)
    cached, first_ms = _extras(other)
    channel = _channel_id(row)
    return LogRecord(
        second=row.created_at,
        type=row.type,
        digest=digest(_stable_columns(row, channel)),
        units=row.quota,
        prompt=row.prompt_tokens,
        completion=row.completion_tokens,
        cached=cached,
        duration_ms=_duration_ms(row),
        first_ms=first_ms,
        is_stream=row.is_stream,
        model=row.model_name,
        key=row.token_name,
        key_id=_id_text(row.token_id),
        user=row.username,
        user_id=_id_text(row.user_id),
        group=row.group,
        channel=channel,
        channel_name=_channel_name(row) if real_ids else None,
        request_id=row.request_id,
        ip=row.source_ip if row.ip is None else row.ip,
        content=row.content,
        other=other,
        upstream_id=row.id if real_ids else None,
        raw=str(raw, "utf-8"),
    )


def _stable_columns(row: _Row, channel: int | None) -> tuple[object, ...]:
    """Identity: the columns that no version renders differently. One that a version lacks counts as
    empty, which is what old rows get after the upgrade; the name of the user changes with time.

    `elapsed_time` stays out: the same rows come without it when a One API site moves to New API."""
    return (
        row.created_at,
        row.type,
        row.user_id or 0,
        row.token_id or 0,
        row.token_name or "",
        row.model_name or "",
        row.quota,
        row.prompt_tokens,
        row.completion_tokens,
        row.use_time or 0,
        row.is_stream,
        channel or 0,
        row.group or "",
        row.request_id or "",
        row.content or "",
    )


def _duration_ms(row: _Row) -> int | None:
    if row.use_time is not None:
        return row.use_time * 1000
    return row.request_time if row.elapsed_time is None else row.elapsed_time


def _channel_id(row: _Row) -> int | None:
    channel = row.channel.id if isinstance(row.channel, _Channel) else row.channel
    return row.channel_id if channel is None else channel


def _channel_name(row: _Row) -> str | None:
    return row.channel.name if isinstance(row.channel, _Channel) else row.channel_name


def _id_text(number: int | None) -> str:
    return "" if number is None else str(number)


def _other_text(raw: Raw) -> str | None:
    """The text as received; a fork sends the object itself, then its JSON is the text."""
    match bytes(raw)[:1]:
        case b'"':
            return _text.decode(raw)
        case b"" | b"n":
            return None
    return str(raw, "utf-8")


def _extras(other: str | None) -> tuple[int, int | None]:
    """Cached tokens and milliseconds to the first token, from a text that promises nothing."""
    if not other or not other.startswith("{"):
        return 0, None
    try:
        extras = _other.decode(other)
    except UNREADABLE:
        return 0, None
    cached = _positive(extras.cache_tokens) or _positive(extras.cached_tokens) or 0
    return cached, _positive(extras.frt) or _positive(extras.first_response)


def _positive(number: object) -> int | None:
    if type(number) is int:  # neither a truth value nor anything that must be rounded
        whole = number
    elif isinstance(number, float):
        whole = round(number)
    else:
        return None
    return whole if 0 < whole <= LARGEST_INTEGER else None


def _bad_row(raw: Raw | bytes, reason: str) -> BadRow:
    try:
        second = _moment.decode(readable(bytes(raw))).created_at
    except UNREADABLE:
        second = None
    return BadRow(raw=str(raw, "utf-8", "backslashreplace"), reason=reason, second=second)
