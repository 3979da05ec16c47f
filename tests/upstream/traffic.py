"""Believable traffic of a team: skewed, with nights and weekends, priced as the gateways do."""

import math
import random
import time
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from .encoding import to_json
from .rows import Row

HOUR, DAY = 3600, 86_400
UNITS_PER_USD = 500_000
TOPPED_UP, CONSUMED, FAILED, REFUNDED = 1, 2, 5, 6
RARELY, SELDOM = 0.0008, 0.012  # refunds, failures


@dataclass(frozen=True, kw_only=True)
class Model:
    """`ratio` 1 is 2 USD per million prompt tokens; with a `price` in USD a call costs that."""

    name: str
    share: float
    ratio: float = 0.0
    completion_ratio: float = 1.0
    cache_ratio: float = 0.0
    creation_ratio: float = 0.0
    price: float = 0.0
    prompt: float = 7.0  # medians, as natural logarithms of tokens
    completion: float = 5.5
    is_claude: bool = False


MODELS = (
    Model(name="gpt-4o-mini", share=26, ratio=0.075, completion_ratio=4, cache_ratio=0.5),
    Model(
        name="claude-sonnet-4-20250514",
        share=19,
        ratio=1.5,
        completion_ratio=5,
        cache_ratio=0.1,
        creation_ratio=1.25,
        prompt=7.6,
        completion=6.2,
        is_claude=True,
    ),
    Model(name="gpt-4.1", share=13, ratio=1, completion_ratio=4, cache_ratio=0.25, prompt=7.8),
    Model(name="deepseek-chat", share=11, ratio=0.135, completion_ratio=4, cache_ratio=0.25),
    Model(name="gemini-2.5-flash", share=9, ratio=0.15, completion_ratio=8, cache_ratio=0.25),
    Model(name="text-embedding-3-small", share=8, ratio=0.01, completion=0),
    Model(name="gpt-4o", share=5, ratio=1.25, completion_ratio=4, cache_ratio=0.5),
    Model(name="gemini-2.5-pro", share=3.5, ratio=0.625, completion_ratio=8, cache_ratio=0.25),
    Model(name="o3", share=2.5, ratio=1, completion_ratio=4, cache_ratio=0.25, completion=7.5),
    Model(
        name="claude-opus-4-1-20250805",
        share=1.2,
        ratio=7.5,
        completion_ratio=5,
        cache_ratio=0.1,
        creation_ratio=1.25,
        prompt=8.2,
        completion=6.5,
        is_claude=True,
    ),
    Model(name="kimi-k2-0711-preview", share=1, ratio=0.3, completion_ratio=4, cache_ratio=0.25),
    Model(name="gpt-image-1", share=0.6, price=0.04),
    Model(name="text-embedding-3-large", share=0.2, ratio=0.065, completion=0),
)
GROUPS = (("default", 1.0, 0.9), ("vip", 0.8, 0.08), ("svip", 0.5, 0.02))  # name, factor, share
HOURS = (1, 1, 1, 1, 1, 2, 4, 10, 26, 40, 44, 40, 30, 38, 44, 46, 42, 34, 22, 14, 10, 8, 5, 3)
WEEKDAYS = (1.0, 1.1, 1.15, 1.1, 0.95, 0.22, 0.18)
YEARLY_GROWTH = 2.5
CHANNELS = (1, 2, 3, 15)


@dataclass(frozen=True, kw_only=True)
class Spent:
    prompt: int
    completion: int
    cached: int = 0
    created: int = 0


class Traffic:
    """The same seed gives the same rows."""

    def __init__(self, *, seed: int, models: Sequence[Model] = MODELS) -> None:
        self.rng = random.Random(seed)
        self._models = models
        self._shares = list(accumulate(model.share for model in models))
        self._group_shares = list(accumulate(share for _, _, share in GROUPS))

    def rows(
        self, keys: Sequence[tuple[int, str]], *, since: int, until: int, count: int
    ) -> list[Row]:
        """About `count` rows of one account, in the order of their times."""
        shares = list(accumulate(1 / (rank + 1) for rank in range(len(keys))))
        rows: list[Row] = []
        for second in self._seconds(since, until, count):
            token_id, token_name = keys[self._pick(shares)]
            rows += self._calls(second, token_id, token_name)
        rows += self._top_ups(rows, since, until)
        return sorted(rows, key=lambda row: row.created_at)

    def call(self, second: int, *, token_id: int, token_name: str) -> Row:
        """One call that went well."""
        model = self._models[self._pick(self._shares)]
        group, factor, _ = GROUPS[self._pick(self._group_shares)]
        spent = self._spent(model)
        is_stream = model.completion > 0 and not model.price and self.rng.random() < 0.6
        milliseconds = 300 + spent.completion * 14 + self.rng.randrange(1500)
        return Row(
            created_at=second,
            token_id=token_id,
            token_name=token_name,
            model_name=model.name,
            quota=quota(model, spent, factor),
            prompt_tokens=spent.prompt,
            completion_tokens=spent.completion,
            use_time=milliseconds // 1000,
            elapsed_time=milliseconds,
            is_stream=is_stream,
            channel=self.rng.choice(CHANNELS),
            group=group,
            request_id=self._request_id(second - milliseconds // 1000),
            other=to_json(self._other(model, spent, factor, is_stream)),
        )

    def _pick(self, shares: Sequence[float]) -> int:
        """The index that a draw falls on, for shares added up from the left."""
        return bisect(shares, self.rng.random() * shares[-1])

    def _seconds(self, since: int, until: int, count: int) -> list[int]:
        """More by day than by night, little at weekends, and more from month to month."""
        hours = range(since // HOUR * HOUR, until, HOUR)
        weights = list(accumulate(_weight(hour, since) for hour in hours))
        drawn = self.rng.choices(hours, cum_weights=weights, k=count)
        seconds = (hour + self.rng.randrange(HOUR) for hour in drawn)
        return sorted(max(since, min(until - 1, second)) for second in seconds)

    def _calls(self, second: int, token_id: int, token_name: str) -> Iterator[Row]:
        """The rows of one request: now and then a failed try before it, or its refund later."""
        row = self.call(second, token_id=token_id, token_name=token_name)
        chance = self.rng.random()
        if chance < SELDOM:
            yield _failure(row)
        yield row
        if chance > 1 - RARELY:
            yield _refund(row)

    def _top_ups(self, rows: Sequence[Row], since: int, until: int) -> Iterator[Row]:
        """Money comes in when about as much was spent."""
        amount = max(1, sum(row.quota for row in rows) // 24)
        spent = 0
        for row in rows:
            spent += row.quota if row.type == CONSUMED else 0
            if spent >= amount:
                spent -= amount
                yield _top_up(row.created_at, amount)

    def _spent(self, model: Model) -> Spent:
        if model.price:
            return Spent(prompt=self.rng.randrange(10, 200), completion=0)
        prompt = 1 + int(self.rng.lognormvariate(model.prompt, 1.1))
        completion = 1 + int(self.rng.lognormvariate(model.completion, 1.0))
        if not model.completion:
            return Spent(prompt=prompt, completion=0)
        cached = int(prompt * self.rng.random()) if self.rng.random() < 0.4 else 0
        if not model.is_claude:
            return Spent(prompt=prompt, completion=completion, cached=cached // 128 * 128)
        created = prompt // 3 if self.rng.random() < 0.15 else 0
        return Spent(prompt=prompt, completion=completion, cached=cached * 4, created=created)

    def _other(self, model: Model, spent: Spent, factor: float, is_stream: bool) -> dict[str, Any]:
        shown = {
            "model_ratio": model.ratio,
            "group_ratio": factor,
            "completion_ratio": model.completion_ratio,
            "cache_tokens": spent.cached,
            "cache_ratio": model.cache_ratio,
            "model_price": model.price or -1,
            "user_group_ratio": -1,
            "frt": self.rng.randrange(180, 2500) if is_stream else -1000,
            "admin_info": {"use_channel": [str(self.rng.choice(CHANNELS))]},
        }
        if model.is_claude:
            shown |= {"claude": True, "usage_semantic": "anthropic"}
        if spent.created:
            shown |= {"cache_creation_tokens": spent.created}
            shown |= {"cache_creation_ratio": model.creation_ratio}
        return shown

    def _request_id(self, second: int) -> str:
        stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime(second))
        return f"{stamp}{self.rng.getrandbits(30):010}{self.rng.getrandbits(32):08x}"


def quota(model: Model, spent: Spent, factor: float) -> int:
    """The charge by the rule of the gateways, never less than one unit."""
    if model.price:
        return round(model.price * UNITS_PER_USD * factor)
    uncached = spent.prompt if model.is_claude else spent.prompt - spent.cached
    tokens = (
        uncached
        + spent.cached * model.cache_ratio
        + spent.created * model.creation_ratio
        + spent.completion * model.completion_ratio
    )
    return max(1, math.floor(tokens * model.ratio * factor + 0.5))


def _weight(hour: int, since: int) -> float:
    moment = datetime.fromtimestamp(hour, UTC)
    years = (hour - since) / (365 * DAY)
    return HOURS[moment.hour] * WEEKDAYS[moment.weekday()] * YEARLY_GROWTH**years


def _failure(row: Row) -> Row:
    """The try on another channel that went wrong; it shares the request's id."""
    told = {"error_type": "rate_limit", "error_code": "429", "status_code": 429}
    told |= {"channel_id": row.channel, "channel_name": "azure-east", "channel_type": 1}
    return Row(
        created_at=row.created_at - 1,
        type=FAILED,
        content="status_code=429, Too Many Requests at https://***.example/***",
        token_id=row.token_id,
        token_name=row.token_name,
        model_name=row.model_name,
        channel=row.channel,
        group=row.group,
        request_id=row.request_id,
        other=to_json(told),
    )


def _refund(row: Row) -> Row:
    returned = row.quota // 2 + 1
    told = {"task_id": f"task_{row.created_at}", "reason": "timeout"}
    told |= {"pre_consumed_quota": row.quota, "actual_quota": row.quota - returned}
    return Row(
        created_at=row.created_at + 900,
        type=REFUNDED,
        content=f"异步任务执行失败 task_{row.created_at}，补偿",
        token_id=row.token_id,
        token_name=row.token_name,
        model_name=row.model_name,
        channel=row.channel,
        group=row.group,
        quota=returned,
        other=to_json(told),
    )


def _top_up(second: int, amount: int) -> Row:
    dollars = amount / UNITS_PER_USD
    paid = dollars * 7.3
    content = f"通过在线充值成功，充值金额: ＄{dollars:.6f} 额度，支付金额：{paid:.2f}"
    return Row(created_at=second, type=TOPPED_UP, content=content, ip="192.0.2.7")
