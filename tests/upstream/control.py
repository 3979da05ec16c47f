"""The hidden side: what a test or a person may do to the site. `POST /_control/<method>`, JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from .faults import Fault, Faults
from .growth import Growth
from .ledger import Ledger
from .limiter import Limiter
from .rows import Row
from .site import Site
from .world import ScopedToken, World

FITTING = {"path", "query", "skip", "times"}


class Control:
    """Every public method is a verb of the control plane."""

    def __init__(
        self, site: Site, *, faults: Faults, ledger: Ledger, limiter: Limiter, growth: Growth
    ) -> None:
        self._site, self._faults, self._ledger = site, faults, ledger
        self._limiter, self._growth = limiter, growth

    def reset(self) -> None:
        """An empty standard site at the right time, in the profile it was started with."""
        self._site.begin()
        self._faults.waiting.clear()
        self._growth.change()
        self._limiter.forget()
        self._ledger.forget()

    def load(self, world: Mapping[str, Any]) -> None:
        self._site.load(World.from_json(world))

    def restore(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._site.restore(Row(**row) for row in rows)

    def append(
        self,
        user_id: int,
        rows: Sequence[Mapping[str, Any]],
        charged_in: Sequence[int] | None = None,
    ) -> list[dict[str, Any]]:
        return [asdict(row) for row in self._site.append(user_id, rows, charged_in)]

    def move_balance(self, user_id: int, by: int) -> int:
        return self._site.move_balance(user_id, by)

    def grow(self, **members: Any) -> None:
        self._growth.change(**members)

    def delete(self, ids: Sequence[int]) -> int:
        return self._site.delete(ids)

    def delete_before(self, moment: int) -> int:
        return self._site.delete_before(moment)

    def move_database(self, kept_since: int = 0) -> None:
        self._site.move_database(kept_since)

    def account(self, user_id: int, **members: Any) -> dict[str, Any]:
        self._site.change_account(user_id, **members)
        return asdict(self._site.account(user_id))

    def accounts(self) -> list[dict[str, Any]]:
        return [asdict(account) for account in self._site.accounts.values()]

    def key(self, key_id: int, **members: Any) -> None:
        self._site.change_key(key_id, **members)

    def scoped_token(self, **members: Any) -> None:
        self._site.issue(ScopedToken(**members))

    def status(self, **members: Any) -> None:
        self._site.settings.status |= members

    def settings(self, **members: Any) -> dict[str, Any]:
        for name, value in members.items():
            if not hasattr(self._site.settings, name):
                raise ValueError(f"there is no setting {name}")
            setattr(self._site.settings, name, value)
        self._limiter.forget()
        return asdict(self._site.settings)

    def channels(self, **names: str) -> None:
        """Channels by number; one that is left out was deleted."""
        self._site.channels = {int(number): name for number, name in names.items()}

    def clock(
        self, offset: float = 0.0, at: float | None = None, *, is_stopped: bool = False
    ) -> float:
        return self._site.set_clock(offset=offset, at=at, is_stopped=is_stopped)

    def profile(self, name: str) -> None:
        self._site.switch(name)

    def fault(self, kind: str, **members: Any) -> None:
        known = {name: members.pop(name) for name in FITTING & members.keys()}
        self._faults.waiting.append(Fault(kind, **known, how=members | {"kind": kind}))

    def clear_faults(self) -> None:
        self._faults.waiting.clear()

    def requests(self) -> dict[str, Any]:
        return self._ledger.to_json()

    def forget_requests(self) -> None:
        self._ledger.forget()

    def truth(
        self, user_id: int | None = None, since: int = 0, until: int | None = None
    ) -> list[dict[str, Any]]:
        shelf = self._site.everybody if user_id is None else self._site.own(user_id)
        rows = shelf.rows
        return [
            asdict(row)
            for row in rows
            if since <= row.created_at and (until is None or row.created_at < until)
        ]
