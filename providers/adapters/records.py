"""What an adapter delivers: plain values in our words, integers in the site's own unit."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

import msgspec
from msgspec import Struct

# Compared only within one second of one feed; a collision only gets the next occurrence.
DIGEST_BYTES = 8
LARGEST_INTEGER = 2**63 - 1  # what both databases can hold

_packed = msgspec.msgpack.Encoder().encode


class Secret:
    """A credential that shows itself only when asked."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """What a person stored to reach one upstream account; `user_id` is empty where not needed."""

    base_url: str
    secret: Secret
    user_id: str = ""


class LogRecord(Struct, frozen=True, kw_only=True, gc=False):
    """One row of an upstream log, of a whole second. A struct: a frozen dataclass takes five times
    as long to make.

    `digest` is made of the columns that no version of the site renders differently. `raw` is the
    row's JSON as received. `None` means that the site did not say; names and texts are as received.
    """

    second: int
    type: int
    digest: bytes
    units: int
    prompt: int = 0
    completion: int = 0
    cached: int = 0
    duration_ms: int | None = None
    first_ms: int | None = None
    is_stream: bool = False
    model: str | None = None
    key: str | None = None
    key_id: str = ""
    user: str | None = None
    user_id: str = ""
    group: str | None = None
    channel: int | None = None
    channel_name: str | None = None
    request_id: str | None = None
    ip: str | None = None
    content: str | None = None
    other: str | None = None
    upstream_id: int | None = None
    balance: int | None = None  # beside the row, in the site's unit: before or after it
    raw: str = ""

    def __repr__(self) -> str:
        """Without its text, which is nobody's business in a log."""
        return f"LogRecord({self.occurred_at.isoformat()}, type {self.type}, {self.units} units)"

    @property
    def occurred_at(self) -> datetime:
        return utc(self.second)


@dataclass(frozen=True, kw_only=True, slots=True)
class BadRow:
    """A row that could not be read; `second` is None where even its time is unreadable, and so is
    `upstream_id` with its number."""

    raw: str = field(repr=False)
    reason: str
    second: int | None = None
    upstream_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of a window, newest row first. `total` is None where the site announces none."""

    records: Sequence[LogRecord]
    bad_rows: Sequence[BadRow] = ()
    total: int | None = None
    page_size: int = 0

    @property
    def rows(self) -> int:
        return len(self.records) + len(self.bad_rows)


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Whole unix seconds, half-open: `since <= second < until`. `since` 0 is the beginning."""

    since: int
    until: int

    @classmethod
    def before(cls, until: int) -> Self:
        return cls(since=0, until=until)

    @property
    def seconds(self) -> int:
        return self.until - self.since

    def __contains__(self, second: int) -> bool:
        return self.since <= second < self.until


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """What the site says about the owner of a secret; `units` is what is left."""

    id: str
    name: str = ""
    role: int = 0
    units: int | None = None
    used_units: int | None = None
    requests: int | None = None
    group: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """The worth of a site's unit, and how the site itself shows it. Decimal texts, as received."""

    units_per_usd: str
    display: str = "USD"
    usd_rate: str = ""
    symbol: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteFacts:
    """What was detected about a site, by feature and not by version string."""

    name: str
    version: str
    dialect: str
    unit: Unit | None  # None where a site does not say what its unit is worth
    has_hourly: bool = True
    clock_offset: timedelta | None = None  # None: it was not asked


@dataclass(frozen=True, kw_only=True, slots=True)
class HourlyPoint:
    """The site's own statistic of one UTC hour and model."""

    hour: datetime
    model: str
    requests: int
    units: int
    tokens: int


@dataclass(frozen=True, kw_only=True, slots=True)
class UserPoint:
    """The site's own statistic of one UTC hour and user, by the name that the user had then."""

    hour: datetime
    username: str
    requests: int
    units: int
    tokens: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line of a connection test: `code` names the sentence, `value` fills it."""

    code: str
    value: str = ""
    ok: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Trait:
    """One thing that a site was found to do; both are words of the adapter, for people to read in
    `providers/traits.py`."""

    code: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TestReport:
    """Everything a connection test found out; `account` is None unless the secret proved itself and
    the site said whose it is. One that names nobody before the first row may accept it all the same
    (`is_accepted`)."""

    findings: Sequence[Finding]
    facts: SiteFacts | None = None
    account: Account | None = None
    is_accepted: bool = False
    requests: int = 0

    __test__ = False  # not a test case, whatever pytest thinks of the name

    @property
    def ok(self) -> bool:
        """The secret proved itself and nothing speaks against saving it."""
        is_proven = self.is_accepted or self.account is not None
        return is_proven and all(finding.ok for finding in self.findings)


def utc(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def digest(columns: Sequence[object]) -> bytes:
    """Digest of a row's stable columns, as MessagePack: there each part says how long it is, so no
    two rows run together."""
    return hashlib.blake2b(_packed(columns), digest_size=DIGEST_BYTES).digest()
