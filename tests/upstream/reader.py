"""A plain reader of a double, for its own tests."""

import gzip
import json
import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

from .handle import Double

Answer = tuple[int, dict[str, str], Any]
LAB = 2


def ask(double: Double, path: str, headers: dict[str, str] | None = None, **query: Any) -> Answer:
    return send(double, "GET", f"{path}?{urlencode(query)}".rstrip("?"), headers or {})


def send(
    double: Double, method: str, target: str, headers: dict[str, str], content: str | None = None
) -> Answer:
    """Status, headers with names in lower case, and the body, parsed where it is JSON."""
    connection = HTTPConnection("127.0.0.1", double.port, timeout=10)
    try:
        connection.request(method, target, content, headers)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    told = {name.lower(): value for name, value in response.getheaders()}
    if told.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    is_json = told.get("content-type", "").startswith("application/json")
    return response.status, told, json.loads(body) if is_json else body.decode()


def credentials(username: str = "lab", user_id: int = LAB) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {Double.token(username)}",
        "New-Api-User": str(user_id),
    }


def ask_as_lab(double: Double, path: str, **query: Any) -> Answer:
    return ask(double, path, credentials(), **query)


def rows_of(body: Any) -> Any:
    payload = body.get("data") if isinstance(body, dict) else None
    return payload.get("items") if isinstance(payload, dict) else payload


def wait_for(fact: Callable[[], object], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.02)
