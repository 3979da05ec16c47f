"""All that the cursor may mean, one profile each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.upstream.profile import Profile

MEMBERS = (
    *("id", "user_id", "ctime", "prompt_tokens", "completion_tokens", "fen", "model", "yufen"),
    *("reqid", "ip", "note"),
)
COLUMNS = {
    "ctime": "created_at",
    "fen": "quota",
    "model": "model_name",
    "yufen": "balance",
    "reqid": "request_id",
    "note": "content",
}


class Cursor(StrEnum):
    OFFSET = "how many rows to pass over"
    AFTER = "the id of the row before the first one"
    FROM = "the id of the first row"


@dataclass(frozen=True, kw_only=True)
class OpenaiHk(Profile):
    """`newest_first` is the way of a walk; with `turned_pages` each page goes the other way."""

    cursor: Cursor
    newest_first: bool = False
    turned_pages: bool = False

    row_fields: tuple[str, ...] = MEMBERS
    renamed: Mapping[str, str] = field(default_factory=lambda: COLUMNS)
    unseen: frozenset[str] = frozenset({"token_id", "username"})
    first_id: int = 6_438_975  # as documented; it counts everybody's rows
    api: str = "/openai/"
    rate_limit: tuple[int, int] = (20, 60)

    def failure(self, message: str, code: Any = None) -> Mapping[str, Any]:
        return {"data": {}, "error": 1 if code is None else code, "error_des": message}


OPENAI_HK: Mapping[str, OpenaiHk] = {
    profile.name: profile
    for profile in (
        OpenaiHk(name="openai-hk-offset-newest", cursor=Cursor.OFFSET, newest_first=True),
        OpenaiHk(name="openai-hk-offset-oldest", cursor=Cursor.OFFSET),
        OpenaiHk(name="openai-hk-after-id", cursor=Cursor.AFTER),
        OpenaiHk(name="openai-hk-before-id", cursor=Cursor.AFTER, newest_first=True),
        OpenaiHk(name="openai-hk-from-id", cursor=Cursor.FROM),
        OpenaiHk(name="openai-hk-up-to-id", cursor=Cursor.FROM, newest_first=True),
        OpenaiHk(name="openai-hk-after-id-turned", cursor=Cursor.AFTER, turned_pages=True),
    )
}
