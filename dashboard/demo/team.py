"""The made-up team: its people, the sites that it buys from, and what it uses there.

Plain data, shared by what fills the database and by the made-up sites (`tests/demo`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

NAME = "Aurora Labs"
ZONE = "Asia/Shanghai"
DAY = 86_400
YEAR = 365 * DAY


@dataclass(frozen=True, kw_only=True)
class Key:
    """`calls` on a working day at the end of the year; a steady one calls around the clock."""

    id: int
    name: str
    calls: int
    favourite: str
    days_old: int = 365
    is_steady: bool = False


@dataclass(frozen=True, kw_only=True)
class Account:
    """`top_up` is what is paid in, in units of the site, whenever the balance runs low."""

    id: int
    name: str
    keys: Sequence[Key]
    top_up: int

    @property
    def token(self) -> str:
        return f"demo-access-token-of-{self.name}"


@dataclass(frozen=True, kw_only=True)
class MadeUpSite:
    """`rows_kept_days`: older rows were pruned there, after some of them had been mirrored."""

    name: str
    profile: str
    accounts: Sequence[Account]
    units_per_usd: int = 500_000
    display: str = "USD"
    days_old: int = 365
    rows_kept_days: int = 365

    def account(self, name: str) -> Account:
        return next(account for account in self.accounts if account.name == name)


@dataclass(frozen=True, kw_only=True)
class Person:
    name: str
    email: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Access:
    """A connection of a person. One that stopped was refused by the site `stopped_days` ago; a late
    one was just added, so that its history can be watched as it comes."""

    owner: Person
    site: MadeUpSite
    account: str
    name: str
    stopped_days: int = 0
    is_late: bool = False


ADMIN = Person(name="Mira Sommer", email="mira@aurora.example", role="admin")
LIN = Person(name="林悦", email="lin@aurora.example", role="member")
MARCO = Person(name="Marco Ricci", email="marco@aurora.example", role="member")
PRIYA = Person(name="Priya Nair", email="priya@aurora.example", role="member")
FINANCE = Person(name="Jonas Weber", email="jonas@aurora.example", role="finance")
PEOPLE = (ADMIN, LIN, MARCO, PRIYA, FINANCE)

LANTERN = MadeUpSite(
    name="Lantern API",
    profile="new-api-v0.13.2",
    days_old=420,
    rows_kept_days=330,
    accounts=(
        Account(
            id=21,
            name="aurora",
            top_up=50_000_000,
            keys=(
                Key(id=101, name="website-chat", calls=150, favourite="gpt-4o-mini", days_old=420),
                Key(id=102, name="code-assistant", calls=90, favourite="claude-sonnet-4-20250514"),
                Key(
                    id=105,
                    name="docs-search",
                    calls=60,
                    favourite="text-embedding-3-small",
                    days_old=250,
                ),
                Key(id=107, name="nightly-reports", calls=30, favourite="deepseek-chat"),
                Key(
                    id=131,
                    name="inbox-agent",
                    calls=720,
                    favourite="gpt-4o-mini",
                    days_old=10,
                    is_steady=True,
                ),
            ),
        ),
        Account(
            id=34,
            name="lin.yue",
            top_up=12_500_000,
            keys=(
                Key(id=110, name="laptop", calls=40, favourite="claude-sonnet-4-20250514"),
                Key(id=118, name="notebooks", calls=15, favourite="o3", days_old=190),
            ),
        ),
    ),
)
HARBOUR = MadeUpSite(
    name="港湾 Gateway",
    profile="new-api-rc.24",
    units_per_usd=1_000_000,
    display="CNY",
    accounts=(
        Account(
            id=7,
            name="aurora-hk",
            top_up=30_000_000,
            keys=(
                Key(
                    id=12,
                    name="support-triage",
                    calls=80,
                    favourite="gemini-2.5-flash",
                    days_old=220,
                ),
                Key(id=14, name="批量翻译", calls=70, favourite="deepseek-chat"),
            ),
        ),
        Account(
            id=12,
            name="priya",
            top_up=20_000_000,
            keys=(Key(id=31, name="evals", calls=45, favourite="gpt-4.1"),),
        ),
    ),
)
CELLAR = MadeUpSite(
    name="Cellar One API",
    profile="one-api",
    accounts=(
        Account(
            id=3,
            name="marco",
            top_up=5_000_000,
            keys=(Key(id=4, name="side-projects", calls=9, favourite="kimi-k2-0711-preview"),),
        ),
    ),
)
SITES = (LANTERN, HARBOUR, CELLAR)

CONNECTIONS = (
    Access(owner=ADMIN, site=LANTERN, account="aurora", name="Lantern, team"),
    Access(owner=ADMIN, site=HARBOUR, account="aurora-hk", name="港湾, team"),
    Access(owner=LIN, site=LANTERN, account="lin.yue", name="Lantern, mine"),
    Access(owner=LIN, site=LANTERN, account="aurora", name="Lantern, team"),
    Access(owner=MARCO, site=HARBOUR, account="aurora-hk", name="Harbour"),
    Access(owner=MARCO, site=CELLAR, account="marco", name="Old One API", stopped_days=6),
    Access(owner=PRIYA, site=HARBOUR, account="priya", name="Harbour, evals", is_late=True),
)
# The site's statistic counts one row more there than its list shows.
DISPUTED_SITE, DISPUTED_ACCOUNT, DISPUTED_DAYS, DISPUTED_UNITS = HARBOUR, "aurora-hk", 20, 48_250


def stopped() -> Iterator[Access]:
    return (access for access in CONNECTIONS if access.stopped_days)


def late() -> Iterator[Access]:
    return (access for access in CONNECTIONS if access.is_late)


def long_standing() -> Iterator[Access]:
    return (access for access in CONNECTIONS if not access.is_late)
