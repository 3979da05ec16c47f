"""Rows on which a careless mirror breaks, all of one account."""

import json
from collections.abc import Iterator
from typing import Any

from .rows import Row

DAY = 86_400
BURST = 250  # more than two pages in one second
GONE_KEY, GONE_CHANNEL = (99, "gone-key"), 77
MODELS = (
    *("gpt-4o", "GPT-4o", "gpt_4o", "gpt-4o-mini", "100%-model", "o3", "claude-sonnet-4"),
    "a-very-long-model-name-" + "x" * 60,
)

QUOTAS = (0, 1, 2**31 - 1, 2_147_483_000, 2**40)
OTHERS = (
    *("", "null", "{}", "[]", "plain words", '{"unfinished', '{"twice":1,"twice":2}'),
    '{"whole":9007199254740993,"tenth":0.1,"large":1e21,"tiny":0.0000001,"below":-1000}',
    '{"z":{"b":[1,{"c":"<i>"}],"a":null},"admin_info":{"use_channel":["1"]},"claude":true}',
    '{"stream_status":{"status":"ok"},"request_conversion":["A"],"reject_reason":"r","kept":1}',
    json.dumps({"long": "y" * 20_000}),
    '{"text":"中文 \\u003cb\\u003e \\n \\u0000"}',
)
CONTENTS = (
    "模型倍率 1.25，分组倍率 1.00",
    "<script>alert('x')</script><b>bold</b> & <img src=x onerror=alert(1)>",
    "one\ntwo\r\nthree\tfour",
    "bell \x07, escape \x1b, separators \u2028 \u2029",
    "€" * 10 + "z" * 100_000,
    "rocket 🚀, family \U0001f468\u200d\U0001f469\u200d\U0001f467, turned \u202etxet",
)
UNCOUNTED = (
    (1, "通过在线充值成功，充值金额: ＄20.000000 额度，支付金额：145.00"),
    (3, "管理员将用户额度从 ＄1.0 增加到 ＄3.0"),
    (4, "构图失败 task_0000，补偿 ＄0.100000 额度"),
    (7, "login from a new device"),
    (9, "a type that nobody has heard of"),
)


def late_row(until: int) -> Row:
    """To be written last, though three days older than its neighbours."""
    return _usual(until - 3 * DAY, quota=777, content="late row")


def special_rows(until: int) -> Iterator[Row]:
    """In no order; each kind has its own second or seconds within the last two days."""
    yield from (_usual(until - 91_400, quota=1000 + n) for n in range(BURST))
    yield from (_usual(until - 86_400, quota=4321, content="identical") for _ in range(5))
    yield from (_usual(until - 86_399, quota=4321, request_id="") for _ in range(4))
    yield from _retried(until - 80_000)
    yield from _refunded(until - 70_000)
    for kind, content in UNCOUNTED:
        yield Row(created_at=until - 60_000 + kind, type=kind, content=content)
    yield from (_usual(until - 50_000 + n, quota=quota) for n, quota in enumerate(QUOTAS))
    yield from (_usual(until - 40_000 + n, other=other) for n, other in enumerate(OTHERS))
    yield from (_usual(until - 30_000 + n, content=text) for n, text in enumerate(CONTENTS))
    token_id, token_name = GONE_KEY
    yield _usual(
        until - 20_000, token_id=token_id, token_name=token_name, channel=GONE_CHANNEL, quota=34
    )
    for n, model in enumerate(MODELS):
        group = "vip" if n % 2 else "default"
        yield _usual(until - 10_000 + n, model_name=model, group=group, quota=40 + n)
    yield from (_usual(until - 60 * n, quota=60 + n) for n in range(12))


def _retried(second: int) -> Iterator[Row]:
    """Two failed tries and the answer of one request."""
    for n, (kind, quota) in enumerate(((5, 0), (5, 0), (2, 555))):
        yield _usual(second + n, type=kind, quota=quota, request_id="20260101000000shared")


def _refunded(second: int) -> Iterator[Row]:
    """A task, and most of a day later its refund."""
    task = '{"is_task":true,"model_price":0.1,"group_ratio":1}'
    told = '{"task_id":"task_0001","reason":"timeout","pre_consumed_quota":50000,"actual_quota":0}'
    yield _usual(second, quota=50_000, other=task)
    yield _usual(second + DAY - 20_000, type=6, quota=50_000, other=told, request_id="")


def _usual(second: int, **columns: Any) -> Row:
    usual = {
        "token_id": 1,
        "token_name": "team-a",
        "model_name": "gpt-4o",
        "quota": 1250,
        "prompt_tokens": 900,
        "completion_tokens": 120,
        "use_time": 7,
        "elapsed_time": 7000,
        "is_stream": True,
        "channel": 15,
        "request_id": f"20260101000000{second}",
        "other": '{"model_ratio":1.25,"group_ratio":1,"completion_ratio":4,"frt":640}',
    }
    return Row(created_at=second, **usual | columns)
