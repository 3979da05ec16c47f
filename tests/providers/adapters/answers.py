"""Answers to be parsed: recorded ones and ones made up for a case."""

import json
from datetime import UTC, datetime
from pathlib import Path

from providers.adapters.http import Answer
from providers.adapters.records import Credentials, Secret, Span

SAMPLES = {
    path.stem: json.loads(path.read_text())
    for path in sorted((Path(__file__).parent / "samples").glob("*.json"))
}
NEW_API = [name for name in SAMPLES if name.startswith("new-api")]
ONE_API = "one-api-v0.6.11-alpha.22"
LATEST = "new-api-v0.13.2"
ALWAYS = Span(since=0, until=1_790_000_000)

ROW = {
    "id": 1,
    "user_id": 42,
    "created_at": 1_780_000_000,
    "type": 2,
    "content": "",
    "username": "lab",
    "token_name": "team-a",
    "model_name": "gpt-x",
    "quota": 1250,
    "prompt_tokens": 900,
    "completion_tokens": 120,
    "use_time": 7,
    "is_stream": True,
    "channel": 15,
    "channel_name": "",
    "token_id": 8,
    "group": "default",
    "ip": "",
    "request_id": "20260528",
    "other": '{"cache_tokens":300,"frt":640}',
}


def answer(body=b"", status=200, **headers):
    moment = datetime(2026, 5, 28, tzinfo=UTC)
    kept = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, str):
        body = body.encode()
    if not isinstance(body, bytes):
        body = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        kept.setdefault("content-type", "application/json; charset=utf-8")
    return Answer(status=status, headers=kept, body=body, asked_at=moment, answered_at=moment)


def sample(server, name):
    recorded = SAMPLES[server][name]
    headers = {key.replace("-", "_"): value for key, value in recorded["headers"].items()}
    return answer(recorded["body"], recorded["status"], **headers)


def success(data, **more):
    return answer({"success": True, "message": "", "data": data}, **more)


def failure(message="", code=None, status=200):
    coded = {} if code is None else {"code": code}
    return answer({"success": False, "message": message, **coded}, status)


def page_of(*rows, total=None, page=1, page_size=100):
    """A New API page; rows may be raw JSON texts, to be sent as they stand."""
    texts = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    head = f'"page":{page},"page_size":{page_size},"total":{len(rows) if total is None else total}'
    return answer(f'{{"success":true,"data":{{{head},"items":[{",".join(texts)}]}}}}')


def credentials(base_url="https://gateway.example", secret="test-access-token", user_id="2"):
    return Credentials(base_url=base_url, secret=Secret(secret), user_id=user_id)
