"""How the bytes of an answer travel, or do not."""

import contextlib
import gzip
import os
import socket
import struct
import time
from collections.abc import Callable, Mapping
from http.client import responses
from typing import Any

from .answers import Reply
from .faults import PATIENCE_SECONDS

COMPRESSION = 1  # the cheapest: the double shall be quick, not small
HARD_CLOSE = struct.pack("ii", 1, 0)


def compress(body: bytes, headers: dict[str, str], accepted: str) -> bytes:
    """As the gateways do it: whenever there is something to compress and it is accepted."""
    if not body or "gzip" not in accepted:
        return body
    headers["Content-Encoding"] = "gzip"
    headers["Vary"] = "Accept-Encoding"
    return gzip.compress(body, COMPRESSION)


def head_of(reply: Reply, length: int) -> bytes:
    reason = responses.get(reply.status, "")
    lines = [f"HTTP/1.1 {reply.status} {reason}"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    lines += [f"Content-Length: {length}", "", ""]
    return "\r\n".join(lines).encode("latin-1")


def whole(connection: socket.socket, head: bytes, body: bytes, how: Mapping[str, Any]) -> bool:
    """Every way of delivery says whether the connection may be used again."""
    connection.sendall(head + body)
    return True


def truncated(connection: socket.socket, head: bytes, body: bytes, how: Mapping[str, Any]) -> bool:
    connection.sendall(head + body[: len(body) // 2])
    return False


def drip(connection: socket.socket, head: bytes, body: bytes, how: Mapping[str, Any]) -> bool:
    """A few bytes at a time, each before a read would time out."""
    size, pause = how.get("size", 1), how.get("pause", 0.05)
    connection.sendall(head)
    for start in range(0, len(body), size):
        time.sleep(pause)
        connection.sendall(body[start : start + size])
    return True


def stall(connection: socket.socket, head: bytes, body: bytes, how: Mapping[str, Any]) -> bool:
    """Silence, for as long as the reader stays; with `after` some bytes come first."""
    connection.sendall((head + body)[: how.get("after", 0)])
    connection.settimeout(how.get("seconds", PATIENCE_SECONDS))
    with contextlib.suppress(TimeoutError):
        connection.recv(1)
    return False


def reset(connection: socket.socket, head: bytes, body: bytes, how: Mapping[str, Any]) -> bool:
    connection.sendall((head + body)[: how.get("after", 0)])
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, HARD_CLOSE)
    os.close(connection.detach())  # a polite end would go out first
    return False


WAYS: Mapping[str | None, Callable[..., bool]] = {
    None: whole,
    "truncated": truncated,
    "drip": drip,
    "stall": stall,
    "reset": reset,
}
