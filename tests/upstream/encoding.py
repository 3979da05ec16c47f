"""JSON as the gateways write it: Go's encoder, which escapes for HTML and knows only doubles."""

import json
import math
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

ESCAPED = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
# From here on a double is written with an exponent.
SMALL, LARGE = 1e-6, 1e21


def to_json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character, escape in ESCAPED.items():
        text = text.replace(character, escape)
    return text


def rewrite(text: str, hidden: Iterable[str]) -> str:
    """`other` as its owner gets it: parsed, stripped and written again, with what this loses."""
    try:
        members = json.loads(text, parse_int=float, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return "null"
    if not isinstance(members, dict):
        return "null"
    for name in hidden:
        members.pop(name, None)
    try:
        return _write(members)
    except OverflowError:
        return "null"


def strip(text: str, hidden: Iterable[str]) -> str:
    """`other` as its owner gets it from the newest: as stored, unless something is to be hidden."""
    members = object_in(text)
    if members is None or members.keys().isdisjoint(hidden):
        return text
    return to_json({name: members[name] for name in sorted(members.keys() - set(hidden))})


def object_in(text: str) -> dict[str, Any] | None:
    try:
        members = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return members if isinstance(members, dict) else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _write(value: Any) -> str:
    match value:
        case dict():
            members = (f"{to_json(key)}:{_write(value[key])}" for key in sorted(value))
            return f"{{{','.join(members)}}}"
        case list():
            return f"[{','.join(map(_write, value))}]"
        case float():
            return _number(value)
        case _:
            return to_json(value)


def _number(value: float) -> str:
    if math.isinf(value):
        raise OverflowError("no double can hold this number")
    if value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if value and not SMALL <= abs(value) < LARGE:
        return re.sub(r"e([+-])0(\d)$", r"e\1\2", repr(value))
    return format(Decimal(repr(value)), "f").removesuffix(".0")
