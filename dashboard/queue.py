"""What the broker says: whether it answers, how it is set, and how many messages wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings

TIMEOUTS = {"socket_timeout": 2, "socket_connect_timeout": 2}
WAITING, TAKEN = "celery", "unacked"  # names of Celery's lists there


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """`waiting` and `taken` are messages; None while the broker does not answer."""

    waiting: int | None
    taken: int | None


def answers() -> bool:
    try:
        with _client() as client:
            client.ping()
    except redis.RedisError:
        return False
    return True


def info() -> dict[str, Any] | None:
    """None while it does not answer."""
    try:
        with _client() as client:
            return dict(client.info())
    except redis.RedisError:
        return None


def queue() -> Queue:
    try:
        with _client() as client:
            return Queue(waiting=int(client.llen(WAITING)), taken=int(client.hlen(TAKEN)))
    except redis.RedisError:
        return Queue(waiting=None, taken=None)


@contextmanager
def _client() -> Iterator[Any]:
    """The installation's own broker, or the one that it was given."""
    url = settings.REDIS_URL or f"unix://{settings.BROKER_SOCKET}"
    with redis.Redis.from_url(url, **TIMEOUTS) as client:
        yield client
