"""What a made-up site holds when it starts: accounts, keys, channels, settings and rows."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from .rows import Row

USER, ADMIN, ROOT = 1, 10, 100
ENABLED, DISABLED = 1, 2
SCOPED_LENGTH = 47
MIRROR_SCOPES = ("usage:read", "profile:read")
OWN_LIMIT = "own"  # the rate limit of the profile


@dataclass(kw_only=True)
class Account:
    """`quota` is the balance, as the gateways call it; it moves with every row that arrives."""

    id: int
    username: str
    token: str = ""
    role: int = USER
    status: int = ENABLED
    quota: int = 5_000_000
    used_quota: int = 0
    request_count: int = 0
    group: str = "default"

    def __post_init__(self) -> None:
        self.token = self.token or token_of(self.username)


@dataclass(kw_only=True)
class ScopedToken:
    """What rc.41 and later have beside the one old token of an account. `expires_at` 0 is never."""

    value: str
    user_id: int
    scopes: tuple[str, ...] = MIRROR_SCOPES
    expires_at: int = 0


@dataclass(kw_only=True)
class Key:
    id: int
    user_id: int
    name: str
    secret: str = ""
    created_time: int = 1_762_720_000
    accessed_time: int = 1_780_000_000
    remain_quota: int = 900_000
    used_quota: int = 0
    unlimited_quota: bool = False
    group: str = "default"

    def __post_init__(self) -> None:
        self.secret = self.secret or f"test-key-{self.id}".ljust(48, "0")


@dataclass(kw_only=True)
class Settings:
    """How the site is run. `status` overrides members of `/api/status`."""

    status: dict[str, Any] = field(default_factory=dict)
    hourly_lag_seconds: int = 300  # what the servers keep in memory before they write it
    nodes: int = 1  # each writes its own part of an hour
    counted_types: tuple[int, ...] = (2,)  # what the statistics call consumption
    rate_limit: tuple[int, int] | str | None = None  # calls and seconds, or OWN_LIMIT
    legacy_tokens_retired: bool = False  # 30 days after a version with scoped ones was started
    # What openai-hk does not tell of itself:
    log_per_key: bool = False
    balance_before: bool = False  # a row says what was left before it
    decimals: int = 0  # of an amount; with one of them 15 is shown as 1.5
    refusal_status: int = 200
    may_create: tuple[str, ...] = ("127.0.0.1",)  # whose accounts may be opened from


@dataclass(kw_only=True)
class World:
    accounts: list[Account] = field(default_factory=lambda: standard_accounts())
    keys: list[Key] = field(default_factory=lambda: standard_keys())
    scoped_tokens: list[ScopedToken] = field(default_factory=lambda: standard_scoped_tokens())
    channels: dict[int, str] = field(default_factory=lambda: dict(CHANNELS))
    settings: Settings = field(default_factory=Settings)
    rows: list[Row] = field(default_factory=list)

    def account(self, username: str) -> Account:
        return next(account for account in self.accounts if account.username == username)

    def add(self, rows: Iterable[Row | Mapping[str, Any]], *, user_id: int | None = None) -> Self:
        """Rows in the order in which the site wrote them; `user_id` where they have no owner."""
        names = {account.id: account.username for account in self.accounts}
        for row in map(Row.of, rows):
            row.user_id = row.user_id or user_id or 0
            row.username = row.username or names.get(row.user_id, "")
            self.rows.append(row)
        return self

    def chain(self) -> Self:
        """Let each row have left what the account has now and what was charged since."""
        left = {account.id: account.quota for account in self.accounts}
        for row in reversed(self.rows):
            if row.balance is None:
                row.balance = left.get(row.user_id, 0)
            left[row.user_id] = row.balance + row.quota
        return self

    def to_json(self) -> dict[str, Any]:
        return asdict(self.chain())

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> Self:
        return cls(
            accounts=[Account(**account) for account in members["accounts"]],
            keys=[Key(**key) for key in members["keys"]],
            scoped_tokens=[ScopedToken(**token) for token in members["scoped_tokens"]],
            channels={int(number): name for number, name in members["channels"].items()},
            settings=Settings(**members["settings"]),
            rows=[Row(**row) for row in members["rows"]],
        )


CHANNELS = {1: "azure-east", 2: "claude 直连", 3: "<b>bold</b> & cheap", 15: "kimi"}


def token_of(username: str) -> str:
    return f"test-access-token-of-{username}"


def scoped_token_of(username: str) -> str:
    return f"nap_{username}".ljust(SCOPED_LENGTH, "0")


def hk_key_of(key: Key) -> str:
    return f"hk-{key.secret}"


def standard_accounts() -> list[Account]:
    """`lab` was called `ling` once; another account took that name over and owes money."""
    return [
        Account(id=1, username="root", role=ROOT, quota=100_000_000),
        Account(id=2, username="lab", quota=4_321_987),
        Account(id=3, username="ling", quota=-1_234),
        Account(id=4, username="keeper", role=ADMIN, quota=500_000),
        Account(id=5, username="locked", status=DISABLED, quota=1_000),
    ]


def standard_keys() -> list[Key]:
    """Names that a careless filter or page breaks on; two owners use one of them."""
    names = [
        (1, 2, "team-a"),
        (2, 2, "100%_sure"),
        (3, 2, 'it\'s "quoted" 🚀'),
        (4, 2, "trailing blank "),
        (5, 3, "ling-main"),
        (6, 4, "keeper-key"),
        (7, 3, "team-a"),
    ]
    return [Key(id=number, user_id=owner, name=name) for number, owner, name in names]


def standard_scoped_tokens() -> list[ScopedToken]:
    return [
        ScopedToken(value=scoped_token_of("lab"), user_id=2),
        ScopedToken(
            value=scoped_token_of("keeper"), user_id=4, scopes=(*MIRROR_SCOPES, "log:read")
        ),
    ]
