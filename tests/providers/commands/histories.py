import time


def rows(count, *, newest=7200, step=500, username="lab"):
    """`count` rows of one member, some of them equal, oldest first."""
    now = int(time.time())
    return [
        {
            "user_id": 2,
            "username": username,
            "created_at": now - newest - (n // 3) * step,
            "token_name": f"key-{n % 4}",
            "token_id": n % 4,
            "model_name": f"model-{n % 5}",
            "quota": n % 2,
        }
        for n in reversed(range(count))
    ]
