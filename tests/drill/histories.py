"""Rows of one account, some of them equal, and what is to be the same on both sides."""

import time
from collections import Counter
from datetime import UTC, datetime

LAB, KEEPER = 2, 4
HOUR, DAY = 3600, 86400


def history(count, *, days, newest=0, user_id=LAB, username="lab"):
    """`count` rows over `days`, oldest first; the newest is `newest` seconds old."""
    end = int(time.time()) - newest
    step = days * DAY / count
    return [
        {
            "user_id": user_id,
            "username": username,
            "created_at": end - int(place // 3 * 3 * step),
            "token_name": f"key-{place % 4}",
            "token_id": place % 4,
            "model_name": f"model-{place % 5}",
            "quota": place % 7 // 6 + place % 2,
            "prompt_tokens": place % 2,
            "completion_tokens": 7,
            "content": f"row {place % 2}",
            "request_id": f"call-{place % 50}",
            "is_stream": place % 2 == 0,
        }
        for place in reversed(range(count))
    ]


# What a double calls a column: what an exported line calls it.
COMMON = {
    "created_at": "occurred_at",
    "model_name": "model",
    "quota": "units",
    "prompt_tokens": "prompt_tokens",
    "completion_tokens": "completion_tokens",
    "request_id": "request_id",
    "content": "content",
}
GATEWAY_COLUMNS = COMMON | {
    "type": "type",
    "username": "upstream_user",
    "token_name": "api_key",
    "group": "group",
    "is_stream": "is_stream",
}
CREDIT_COLUMNS = COMMON | {"id": "upstream_id", "ip": "ip"}


def truth(double, user_id=LAB, columns=GATEWAY_COLUMNS):
    return Counter(
        (iso(row["created_at"]), *(row[name] for name in list(columns)[1:]))
        for row in double.truth(user_id)
    )


def mirrored(rows, columns=GATEWAY_COLUMNS):
    """The same of lines of `export_logs`."""
    return Counter(tuple(row[name] for name in columns.values()) for row in rows)


def iso(second):
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
