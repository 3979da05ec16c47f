"""The rows of an openai-hk log. All values are strings there; numbers are read as well."""

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from providers.adapters.json_text import UNREADABLE, Integer, Second, readable
from providers.adapters.records import LARGEST_INTEGER, BadRow, LogRecord, digest

CONSUME = 2  # every row is one; the number is New API's

Id = Annotated[int, Meta(ge=1, le=LARGEST_INTEGER)]


class _Row(Struct, gc=False):
    """An amount that is no whole number makes the row a bad one: it is never rounded."""

    id: Id
    user_id: str | int
    ctime: Second
    fen: Integer
    yufen: Integer
    prompt_tokens: Integer = 0
    completion_tokens: Integer = 0
    model: str | None = None
    reqid: str | None = None
    ip: str | None = None
    note: str | None = None


class _Moment(Struct):
    ctime: Second


class _Number(Struct):
    id: Id


_row = msgspec.json.Decoder(_Row, strict=False)
_moment = msgspec.json.Decoder(_Moment, strict=False)
_number = msgspec.json.Decoder(_Number, strict=False)


def read_rows(rows: Iterable[Raw | bytes]) -> list[LogRecord | BadRow]:
    return [_read(raw) for raw in rows]


def read_row(raw: Raw | bytes) -> LogRecord:
    """One row, or a ValueError."""
    row = _row.decode(raw)
    return LogRecord(
        second=row.ctime,
        type=CONSUME,
        digest=digest((row.id,)),
        units=row.fen,
        prompt=row.prompt_tokens,
        completion=row.completion_tokens,
        model=row.model,
        user_id=str(row.user_id),
        request_id=row.reqid,
        ip=row.ip,
        content=row.note or None,
        upstream_id=row.id,
        balance=row.yufen,
        raw=str(raw, "utf-8"),
    )


def _read(raw: Raw | bytes) -> LogRecord | BadRow:
    try:
        return read_row(raw)
    except UNREADABLE as error:
        text = readable(bytes(raw))
        return BadRow(
            raw=str(raw, "utf-8", "backslashreplace"),
            reason=str(error),
            second=_second(text),
            upstream_id=_id(text),
        )


def _second(text: bytes) -> int | None:
    try:
        return _moment.decode(text).ctime
    except UNREADABLE:
        return None


def _id(text: bytes) -> int | None:
    try:
        return _number.decode(text).id
    except UNREADABLE:
        return None
