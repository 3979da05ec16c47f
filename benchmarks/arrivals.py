"""A seeded year of many accounts, in the order in which a mirror would meet its windows.

Skewed as teams are: a few feeds hold most rows, each has its favourite users, keys and models, and
the year grows. Windows are made one at a time, so that ten million rows need no memory.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from providers.adapters.records import Span
from tests.upstream.encoding import to_json
from tests.upstream.logs import own_view
from tests.upstream.profiles import PROFILES
from tests.upstream.rows import Row
from tests.upstream.traffic import DAY, MODELS, TOPPED_UP, YEARLY_GROWTH, Model, Traffic

UNTIL = 1_780_000_000
YEAR = 365 * DAY
FEEDS, USERS, KEYS, MODEL_NAMES = 40, 300, 800, 60
WINDOW_ROWS, TAIL_ROWS, PAGE_ROWS = 1000, 100, 100
TAIL_SHARE = 0.1
PROFILE = PROFILES["new-api-v0.13.2"]
FEED_SKEW = 1.5  # the largest, an admin's, holds two fifths of all rows
FULL_SIZE = 10_000_000  # with fewer rows there are fewer people, not fewer calls of each


@dataclass(frozen=True, kw_only=True)
class Account:
    """What one feed shows: rows of one user, or of many where an admin reads."""

    number: int
    share: float
    users: Sequence[str]
    keys: Sequence[tuple[int, str]]
    models: Sequence[Model]


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A window of about `rows` rows."""

    account: Account
    span: Span
    rows: int
    is_tail: bool = False

    def pages(self) -> list[bytes]:
        """The answers of the site to a walk, page by page."""
        rows = self._rows()
        total = len(rows)
        starts = range(0, max(total, 1), PAGE_ROWS)
        return [
            _page(number, rows[start : start + PAGE_ROWS], total)
            for number, start in enumerate(starts, start=1)
        ]

    def _rows(self) -> list[Row]:
        """Newest first."""
        account = self.account
        traffic = Traffic(seed=account.number * 10**6 + self.span.since, models=account.models)
        since, until = self.span.since, self.span.until
        made = traffic.rows(account.keys, since=since, until=until, count=self.rows)
        rows = [row for row in made if row.created_at in self.span and row.type != TOPPED_UP]
        for row in rows:
            row.username = account.users[row.token_id % len(account.users)]
            row.user_id = account.users.index(row.username) + account.number * 1000
        return rows[::-1]


def arrivals(count: int) -> Iterator[Arrival]:
    """About `count` rows: the history newest window first, feeds in turns, then the tails."""
    history: list[Arrival] = []
    tails: list[Arrival] = []
    for account in accounts(min(1, count / FULL_SIZE)):
        rows = round(account.share * count)
        in_tail = round(rows * TAIL_SHARE)
        tails += _windows(account, rows, first=rows - in_tail, last=rows, size=TAIL_ROWS)
        history += _windows(account, rows, first=0, last=rows - in_tail, size=WINDOW_ROWS)
    yield from sorted(history, key=lambda window: -window.span.until)
    yield from sorted(tails, key=lambda window: window.span.until)


def accounts(size: float) -> list[Account]:
    weights = [(rank + 1) ** -FEED_SKEW for rank in range(FEEDS)]
    return [_account(rank, weight / sum(weights), size) for rank, weight in enumerate(weights)]


def _account(number: int, share: float, size: float) -> Account:
    users = range(max(1, round(share * USERS * size)))
    keys = range(max(1, round(share * KEYS * size)))
    return Account(
        number=number,
        share=share,
        users=[f"user-{number}-{user}" for user in users],
        keys=[(number * 1000 + key, f"key-{number}-{key}") for key in keys],
        models=[_model(rank, number) for rank in range(MODEL_NAMES)],
    )


def _model(rank: int, number: int) -> Model:
    """Everybody has their own favourites, a few of which take most calls."""
    name = f"model-{(number + rank) % MODEL_NAMES:02}"
    return replace(MODELS[rank % len(MODELS)], name=name, share=1 / (rank + 1) ** 2)


def _windows(account: Account, rows: int, *, first: int, last: int, size: int) -> Iterator[Arrival]:
    """The rows from number `first` to `last` of the account's `rows`, cut into windows."""
    for begin in range(first, last, size):
        end = min(begin + size, last)
        span = Span(since=_second(begin / rows), until=_second(end / rows))
        is_tail = size == TAIL_ROWS
        yield Arrival(account=account, span=span, rows=end - begin, is_tail=is_tail)


def _second(part: float) -> int:
    """When so much of a growing year's rows are written."""
    years = math.log(1 + part * (YEARLY_GROWTH - 1)) / math.log(YEARLY_GROWTH)
    return UNTIL - YEAR + int(years * YEAR)


def _page(number: int, rows: Sequence[Row], total: int) -> bytes:
    items = [own_view(row, rank, PROFILE) for rank, row in enumerate(rows)]
    answer = {"page": number, "page_size": PAGE_ROWS, "total": total, "items": items}
    return to_json({"success": True, "message": "", "data": answer}).encode()
