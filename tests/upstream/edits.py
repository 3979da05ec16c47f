"""What a fault changes in the body of an answer, before or after it becomes JSON."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

How = Mapping[str, Any]  # what the fault was told, and as `speaks` the profile of the site
LISTS = ("items", "logs")  # what the products call their rows
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

# What a row can carry: the columns to replace, each as the JSON text that goes out.
ROW_EDITS: Mapping[str, Mapping[str, str]] = {
    "text_quota": {"quota": '"1250"'},
    "fraction_quota": {"quota": "12.5"},
    "null_quota": {"quota": "null"},
    "null_time": {"created_at": "null"},
    "text_time": {"created_at": '"yesterday"'},
    "object_model": {"model_name": '{"name": "gpt-x"}'},
    "infinite_quota": {"quota": "1e400"},
    "long_quota": {"quota": "1" + "0" * 30},
    "nul_text": {"content": '"a\\u0000b"'},
    "html_text": {"content": '"<script>alert(1)</script><img src=x onerror=alert(1)>"'},
    "surrogate_text": {"content": '"half \\ud83d of a pair"'},
}


def _payload(body: Any) -> Any:
    return body.get("data") if isinstance(body, dict) else None


def _rows(body: Any) -> list[Any]:
    payload = _payload(body)
    items = payload.get(_list_in(payload)) if isinstance(payload, dict) else payload
    return items if isinstance(items, list) else []


def _list_in(payload: Mapping[str, Any]) -> str:
    return next((name for name in LISTS if name in payload), "")


def _chosen_rows(body: Any, how: How) -> Sequence[Any]:
    rows, wanted = _rows(body), how.get("at", 0)
    return rows if wanted == "all" else rows[wanted : wanted + 1]


def _mark(number: int) -> str:
    """Stands in a body for JSON that Python would not write."""
    return f"\ufdd0{number}\ufdd1"


def _edits(how: How) -> Mapping[str, str]:
    edits = how["edits"] if "edits" in how else ROW_EDITS[how["kind"]]
    return {how["speaks"].member(column): text for column, text in edits.items()}


def mark_members(body: Any, how: How) -> None:
    for row in _chosen_rows(body, how):
        row.update({name: _mark(number) for number, name in enumerate(_edits(how))})


def write_members(body: bytes, how: How) -> bytes:
    for number, text in enumerate(_edits(how).values()):
        body = body.replace(f'"{_mark(number)}"'.encode(), text.encode())
    return body


def move(name: str) -> Callable[[Any, How], None]:
    def move(body: Any, how: How) -> None:
        payload = _payload(body)
        if isinstance(payload, dict) and name in payload:
            payload[name] = how["to"] if "to" in how else payload[name] + how.get("by", 1)

    return move


def no_rows(body: Any, how: How) -> None:
    """Null where a list is expected."""
    payload = _payload(body)
    if isinstance(payload, dict) and (name := _list_in(payload)):
        payload[name] = None
    elif isinstance(payload, list):
        body["data"] = None


def repeat_row(body: Any, how: How) -> None:
    """A row twice and its neighbour not at all: the number of rows stays right."""
    rows = _rows(body)
    if len(rows) > 1:
        rows[1] = dict(rows[0])


def fewer_rows(body: Any, how: How) -> None:
    """A page that is shorter than what was asked, though more follows."""
    rows = _rows(body)
    del rows[how.get("to", len(rows) // 2) :]


def numbers(body: Any, how: How) -> None:
    """Numbers where a product writes them as texts."""
    for row in _chosen_rows(body, {"at": "all"} | how):
        row |= {
            name: float(text) if "." in text else int(text)
            for name, text in row.items()
            if isinstance(text, str) and NUMBER.fullmatch(text)
        }


def trailing_comma(body: bytes, how: How) -> bytes:
    """Behind the last row, as in a documentation."""
    return body.replace(b"}]", b"},]")
