"""A plain reader of openai-hk, for the double's own tests."""

import json
from typing import Any

from tests.upstream.handle import Double
from tests.upstream.reader import Answer, send

LOG, CREATE = "/openai/sk/log", "/openai/sk/create"
BALANCE = 4_321_987  # of the lab, in the standard world


def ask_log(double: Double, *, key: int = 1, **cursor: Any) -> Answer:
    bearer = {"Authorization": f"Bearer {double.hk_key(key)}", "Content-Type": "application/json"}
    return send(double, "POST", LOG, bearer, json.dumps(cursor))


def rows_at(double: Double, start: int = 0, limit: int = 300, *, key: int = 1) -> Any:
    """The rows of a page that came as it should."""
    status, _, body = ask_log(double, key=key, start=start, limit=limit)
    assert (status, body["error"]) == (200, 0)
    return body["data"]["logs"]


def costs_of(rows: Any) -> list[int]:
    return [int(row["fen"]) for row in rows]


def told(answer: Answer) -> tuple[int, int, str]:
    """Status, number and words of a refusal."""
    status, _, body = answer
    return status, body["error"], body["error_des"]
