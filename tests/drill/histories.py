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


def truth(double, user_id=LAB):
    return Counter(
        (
            datetime.fromtimestamp(row["created_at"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            row["type"],
            row["username"],
            row["token_name"],
            row["model_name"],
            row["group"],
            row["quota"],
            row["prompt_tokens"],
            row["completion_tokens"],
            row["is_stream"],
            row["request_id"],
            row["content"],
        )
        for row in double.truth(user_id)
    )


def mirrored(rows):
    """The same of lines of `export_logs`."""
    return Counter(
        (
            row["occurred_at"],
            row["type"],
            row["upstream_user"],
            row["api_key"],
            row["model"],
            row["group"],
            row["units"],
            row["prompt_tokens"],
            row["completion_tokens"],
            row["is_stream"],
            row["request_id"],
            row["content"],
        )
        for row in rows
    )
