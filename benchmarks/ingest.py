"""The mirror's whole path, from the bytes of a page to the commit, in turns with the floor."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median, quantiles
from zoneinfo import ZoneInfo

from benchmarks import floor
from benchmarks.arrivals import Account, Arrival
from providers import store
from providers.adapters.http import Answer
from providers.adapters.new_api_pages import read_page
from providers.adapters.records import LogRecord
from providers.models import Feed, Site

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
# SQLite copies its log back with every second or third commit, which costs as much as the window:
# a turn holds enough of them that both sides pay alike.
TURN_WINDOWS = 10


@dataclass(frozen=True, kw_only=True)
class Window:
    """On both sides."""

    rows: int
    own_seconds: float
    floor_seconds: float


@dataclass(frozen=True)
class Turn:
    windows: Sequence[Window]

    @property
    def rows(self) -> int:
        return sum(window.rows for window in self.windows)

    @property
    def own_seconds(self) -> float:
        return sum(window.own_seconds for window in self.windows)

    @property
    def floor_seconds(self) -> float:
        return sum(window.floor_seconds for window in self.windows)


@dataclass(frozen=True)
class Turns:
    turns: Sequence[Turn]

    @property
    def own_rate(self) -> float:
        return median(turn.rows / turn.own_seconds for turn in self.turns)

    @property
    def floor_rate(self) -> float:
        return median(turn.rows / turn.floor_seconds for turn in self.turns)

    @property
    def ratio(self) -> float:
        """Of each turn: what else runs on the machine slows both sides of it."""
        return median(turn.floor_seconds / turn.own_seconds for turn in self.turns)

    @property
    def slowest_seconds(self) -> float:
        """Of the whole path: 95 % of the windows take no longer."""
        seconds = [window.own_seconds for turn in self.turns for window in turn.windows]
        return quantiles(seconds, n=20)[-1]


class Mirror:
    def __init__(self) -> None:
        self._site = Site.objects.create(kind="new_api", base_url="https://bench.example")
        self._feeds: dict[int, Feed] = {}

    def feed(self, account: Account) -> Feed:
        if account.number not in self._feeds:
            self._feeds[account.number] = Feed.objects.create(
                site=self._site, scope="own", account=str(account.number)
            )
        return self._feeds[account.number]

    def store(self, arrival: Arrival, pages: Sequence[bytes]) -> float:
        """Seconds for one window: parse, identify, name, insert, sum up, commit."""
        feed = self.feed(arrival.account)
        begun = time.perf_counter()
        records = list(_records(arrival, pages))
        store.save_rows(feed, arrival.span, records, [], now=NOW, zone=ZONE)
        return time.perf_counter() - begun


def take_turns(mirror: Mirror, arrivals: Sequence[Arrival]) -> Turns:
    """The same windows on both sides, one after the other."""
    windows = [_window(mirror, arrival) for arrival in arrivals]
    starts = range(0, len(windows), TURN_WINDOWS)
    return Turns([Turn(windows[start : start + TURN_WINDOWS]) for start in starts])


def repeat(mirror: Mirror, arrivals: Sequence[Arrival], times: int) -> float:
    """Rows a second of windows that are stored already."""
    known = [(arrival, arrival.pages()) for arrival in arrivals]
    rows = sum(len(floor.stored_rows(mirror.feed(one.account), one)[0]) for one in arrivals)
    seconds = (sum(mirror.store(*window) for window in known) for _ in range(times))
    return rows / median(seconds)


def _window(mirror: Mirror, arrival: Arrival) -> Window:
    own = mirror.store(arrival, arrival.pages())
    stored = floor.stored_rows(mirror.feed(arrival.account), arrival)
    return Window(rows=len(stored[0]), own_seconds=own, floor_seconds=floor.insert(stored))


def _records(arrival: Arrival, pages: Sequence[bytes]) -> Iterator[LogRecord]:
    for number, body in enumerate(pages, start=1):
        answer = Answer(
            status=200,
            headers={"content-type": "application/json"},
            body=body,
            asked_at=NOW,
            answered_at=NOW,
        )
        span = arrival.span
        page = read_page(answer, scope="own", dialect="new-api", span=span, number=number)
        yield from page.records
