"""A made-up site while it runs: its rows, accounts and clock, and what may happen to them."""

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from .profile import Profile
from .profiles import PROFILES
from .rows import Row, Shelf, Test
from .world import OWN_LIMIT, Account, Key, ScopedToken, World

CONSUMED, REFUNDED = 2, 6
EMPTY = Row(group="")
COLUMNS = frozenset(field.name for field in fields(Row))


@dataclass
class Clock:
    """The site's own; it may go wrong, and it may stand still."""

    offset: float = 0.0
    stopped_at: float | None = None

    def now(self) -> float:
        return time.time() + self.offset if self.stopped_at is None else self.stopped_at


class Site:
    """Hold `lock` while reading or changing anything."""

    def __init__(self, profile: Profile, world: World) -> None:
        self.lock = threading.RLock()
        self._first_profile = profile
        self.begin()
        self.load(world)

    def begin(self) -> None:
        self.clock = Clock()
        self.profile = self._first_profile
        self.started_at = int(self.clock.now())
        self.load(World())

    def load(self, world: World) -> None:
        self.accounts = {account.id: account for account in world.accounts}
        self.keys = {key.id: key for key in world.keys}
        self.scoped_tokens = {token.value: token for token in world.scoped_tokens}
        self.channels = dict(world.channels)
        self.settings = world.settings
        self._last_id = self.profile.first_id - 1
        self._shelve(map(self._stored, world.chain().rows))

    def restore(self, rows: Iterable[Row]) -> None:
        """Rows of the past, as they are; nobody is charged for them again."""
        for row in rows:
            self._put(self._stored(row))

    def set_clock(self, *, offset: float, at: float | None, is_stopped: bool) -> float:
        if at is not None:
            offset = at - time.time()
        self.clock = Clock(offset)
        if is_stopped:
            self.clock.stopped_at = self.clock.now() if at is None else at
        return self.clock.now()

    def switch(self, name: str) -> None:
        """An upgrade or a downgrade: the same rows in another dialect."""
        if name not in PROFILES:
            raise ValueError(f"there is no profile {name}")
        self.profile = PROFILES[name]

    @property
    def rate_limit(self) -> tuple[int, int] | None:
        given = self.settings.rate_limit
        return self.profile.rate_limit if given == OWN_LIMIT else given

    def account(self, user_id: int) -> Account:
        return self.accounts[user_id]

    def change_account(self, user_id: int, **members: Any) -> None:
        _change(self.accounts[user_id], members)

    def change_key(self, key_id: int, **members: Any) -> None:
        _change(self.keys[key_id], members)

    def issue(self, token: ScopedToken) -> None:
        """A scoped token in the place of one of the same value."""
        self.scoped_tokens[token.value] = token

    def own(self, user_id: int) -> Shelf:
        return self._by_user.get(user_id) or Shelf()

    def named(self, username: str) -> Shelf:
        return self._by_name.get(username) or Shelf()

    def append(
        self,
        user_id: int,
        columns: Iterable[Row | Mapping[str, Any]],
        charged_in: Sequence[int] | None = None,
    ) -> list[Row]:
        """Write rows as calls would have done it now; what is given wins over what is usual.

        `charged_in` has their places in the order of the charges, where that is another one.
        """
        account = self.accounts[user_id]
        rows = [self._arrive(account, given) for given in columns]
        for place in range(len(rows)) if charged_in is None else charged_in:
            self._charge(account, rows[place])
        return rows

    def _arrive(self, account: Account, given: Row | Mapping[str, Any]) -> Row:
        usual = {"created_at": int(self.clock.now()), "username": account.username}
        columns = asdict(given) if isinstance(given, Row) else given
        row = self._stored(Row(**usual | dict(columns) | {"user_id": account.id, "id": 0}))
        self._put(row)
        return row

    def _charge(self, account: Account, row: Row) -> None:
        if row.type in self.settings.counted_types:
            account.quota -= row.quota
            account.used_quota += row.quota
            account.request_count += 1
        elif row.type == REFUNDED:
            account.quota += row.quota
        if "balance" in self.profile.columns and row.balance is None:
            row.balance = account.quota

    def move_balance(self, user_id: int, by: int) -> int:
        """Without a row: a top-up, or a charge that no log tells of."""
        self.accounts[user_id].quota += by
        return self.accounts[user_id].quota

    def open_account(self) -> Key:
        owner, number = max(self.accounts, default=0) + 1, max(self.keys, default=0) + 1
        self.accounts[owner] = Account(id=owner, username=f"account-{owner}", quota=0)
        self.keys[number] = Key(id=number, user_id=owner, name="first")
        return self.keys[number]

    def delete(self, ids: Iterable[int]) -> int:
        gone = set(ids)
        return self._keep(lambda row: row.id not in gone)

    def delete_before(self, moment: int) -> int:
        """As an admin does it: rows of everybody, and but for One Hub of every type. Ids are not
        used again."""
        only = self.profile.cleans_only_consumption
        return self._keep(lambda row: row.created_at >= moment or (only and row.type != CONSUMED))

    def _keep(self, is_kept: Test) -> int:
        """Says how many rows are gone."""
        rows = self.everybody.rows
        self._shelve(row for row in rows if is_kept(row))
        return len(rows) - len(self.everybody.rows)

    def move_database(self, kept_since: int) -> None:
        """Rows in a new database, without the older ones; their ids begin again from 1."""
        kept = [row for row in self.everybody.rows if row.created_at >= kept_since]
        self._last_id = self.profile.first_id - 1
        for row in kept:
            row.id = 0
        self._shelve(kept)

    def _stored(self, row: Row) -> Row:
        """What a version has no column for is lost, and a later one finds nothing there."""
        for name in COLUMNS - self.profile.columns:
            setattr(row, name, getattr(EMPTY, name))
        return row

    def _shelve(self, rows: Iterable[Row]) -> None:
        self.everybody = Shelf()
        self._by_user: dict[int, Shelf] = {}
        self._by_name: dict[str, Shelf] = {}
        for row in rows:
            self._put(row)

    def _put(self, row: Row) -> None:
        row.id = row.id or self._last_id + 1
        self._last_id = max(self._last_id, row.id)
        self.everybody.append(row)
        self._by_user.setdefault(row.user_id, Shelf()).append(row)
        self._by_name.setdefault(row.username, Shelf()).append(row)


def _change(thing: Account | Key, members: Mapping[str, Any]) -> None:
    known = {field.name for field in fields(thing)} - {"id"}
    if unknown := members.keys() - known:
        raise ValueError(f"there is no {unknown}")
    for name, value in members.items():
        setattr(thing, name, value)
