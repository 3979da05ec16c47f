"""What an account calls on a day: the same whenever it is asked for."""

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dashboard.demo.team import DAY, ZONE, Account, Key
from tests.upstream.rows import Row
from tests.upstream.traffic import MODELS, TOPPED_UP, WEEKDAYS, YEARLY_GROWTH, Model, Traffic

PREFERENCE = 12.0  # how much more often a key calls its favourite
NOISE = (0.75, 1.3)
SHARE = float(os.environ.get("TOLLBOOK_DEMO_SHARE", "1"))  # of the calls, where time is short
OFFSET = int(datetime.now(ZoneInfo(ZONE)).utcoffset().total_seconds())  # working hours are local


def day_of(second: int) -> int:
    """The number of a local day."""
    return (second + OFFSET) // DAY


def rows_of_day(account: Account, day: int, founded_at: int) -> list[Row]:
    """In the order of their times."""
    rows: list[Row] = []
    for key in account.keys:
        age = day_of(founded_at) - day
        if age < key.days_old:
            key = replace(key, calls=max(1, round(SHARE * key.calls)))
            rows += _rows(key, day, age, random.Random(f"{account.id}/{key.id}/{day}"))
    for row in rows:
        row.created_at -= OFFSET
        row.user_id, row.username = account.id, account.name
    return sorted(rows, key=lambda row: row.created_at)


def _rows(key: Key, day: int, age: int, rng: random.Random) -> Iterator[Row]:
    traffic = Traffic(seed=rng.getrandbits(32), models=_models(key))
    named, since = (key.id, key.name), day * DAY
    if key.is_steady:
        for second in _steady_seconds(key, since, rng):
            yield traffic.call(second, token_id=key.id, token_name=key.name)
        return
    made = traffic.rows([named], since=since, until=since + DAY, count=_count(key, day, age, rng))
    yield from (row for row in made if row.type != TOPPED_UP)


def _steady_seconds(key: Key, since: int, rng: random.Random) -> list[int]:
    step = DAY // key.calls
    return [since + number * step + rng.randrange(step) for number in range(key.calls)]


def _count(key: Key, day: int, age: int, rng: random.Random) -> int:
    weekday = datetime.fromtimestamp(day * DAY, UTC).weekday()
    grown = YEARLY_GROWTH ** (-max(age, 0) / 365)
    return round(key.calls * WEEKDAYS[weekday] * grown * rng.uniform(*NOISE))


def _models(key: Key) -> list[Model]:
    """A steady key calls one model only."""
    favourites = [model for model in MODELS if model.name == key.favourite]
    if key.is_steady:
        return favourites
    return [
        replace(model, share=model.share * PREFERENCE) if model in favourites else model
        for model in MODELS
    ]
