"""Start a made-up gateway in its own process, and play fate for it."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self

from .rows import Row
from .world import World, hk_key_of, scoped_token_of, standard_keys, token_of

PROJECT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 10
ANSWER_SECONDS = 120
ROWS_AT_ONCE = 20_000

Columns = Row | Mapping[str, Any]


class Double:
    """One running gateway. It ends with the `with` block, and also when this process dies."""

    def __init__(self, profile: str, *options: str) -> None:
        command = [sys.executable, "-m", "tests.upstream", "--leash", "--profile", profile]
        self._process = subprocess.Popen(
            [*command, *options],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            self.stop()
            raise RuntimeError("the upstream double did not start; its message is above")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Afterwards connections to `url` are refused."""
        self._process.stdin.close()
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @staticmethod
    def token(username: str) -> str:
        return token_of(username)

    @staticmethod
    def scoped_token(username: str) -> str:
        """What rc.41 and later take beside the other, or in its place."""
        return scoped_token_of(username)

    @staticmethod
    def hk_key(number: int) -> str:
        """What openai-hk takes, of a key of the standard world."""
        return next(hk_key_of(key) for key in standard_keys() if key.id == number)

    def reset(self) -> None:
        """Back to an empty standard site; quicker than starting another one."""
        self._do("reset")

    def load(self, world: World) -> None:
        """Replace everything that the site holds."""
        members = world.to_json()
        rows, members["rows"] = members["rows"], []
        self._do("load", world=members)
        for start in range(0, len(rows), ROWS_AT_ONCE):
            self._do("restore", rows=rows[start : start + ROWS_AT_ONCE])

    def append(
        self, user_id: int, rows: Iterable[Columns], *, charged_in: Sequence[int] | None = None
    ) -> list[dict[str, Any]]:
        """Write rows now; give only the columns that matter. Returns them whole.

        Rows of calls at the same time may be `charged_in` another order: their places in it.
        """
        given = [_columns(row) for row in rows]
        return self._do("append", user_id=user_id, rows=given, charged_in=charged_in)

    def top_up(self, user_id: int, amount: int) -> int:
        """Without a row; returns the balance."""
        return self._do("move_balance", user_id=user_id, by=amount)

    def charge(self, user_id: int, amount: int) -> int:
        """Without a row; returns the balance."""
        return self._do("move_balance", user_id=user_id, by=-amount)

    def grow(self, per_second: float, **pace: Any) -> None:
        """Let rows keep coming, see `growth.Pace`; 0 ends it."""
        self._do("grow", per_second=per_second, **pace)

    def delete(self, ids: Iterable[int]) -> int:
        """Rows by their real ids; returns how many that were."""
        return self._do("delete", ids=list(ids))

    def delete_before(self, moment: int) -> int:
        return self._do("delete_before", moment=moment)

    def move_database(self, *, kept_since: int = 0) -> None:
        """The ids of the rows begin again; older rows are left behind."""
        self._do("move_database", kept_since=kept_since)

    def change_account(self, user_id: int, **members: Any) -> dict[str, Any]:
        """`quota` (the balance), `username`, `role`, `status`, `token`, ..."""
        return self._do("account", user_id=user_id, **members)

    def accounts(self) -> list[dict[str, Any]]:
        """Everybody's, also those that were opened meanwhile."""
        return self._do("accounts")

    def rename(self, user_id: int, username: str) -> None:
        self.change_account(user_id, username=username)

    def rename_key(self, key_id: int, name: str) -> None:
        self._do("key", key_id=key_id, name=name)

    def issue_token(
        self, username: str, user_id: int, *, scopes: Iterable[str], expires_at: int = 0
    ) -> None:
        """Give the account's scoped token other scopes, or an end."""
        value = scoped_token_of(username)
        told = {"user_id": user_id, "scopes": list(scopes), "expires_at": expires_at}
        self._do("scoped_token", value=value, **told)

    def set_status(self, **members: Any) -> None:
        """Members of `/api/status`: `quota_per_unit`, `version`, `quota_display_type`, ..."""
        self._do("status", **members)

    def set(self, **settings: Any) -> None:
        """Members of `Settings`; a `rate_limit` is calls and seconds, "own" or None."""
        self._do("settings", **settings)

    def set_channels(self, channels: Mapping[int, str]) -> None:
        self._do("channels", **{str(number): name for number, name in channels.items()})

    def set_clock(
        self, *, offset: float = 0.0, at: float | None = None, is_stopped: bool = False
    ) -> float:
        """Returns the site's present moment."""
        return self._do("clock", offset=offset, at=at, is_stopped=is_stopped)

    def switch(self, profile: str) -> None:
        """An upgrade or a downgrade, with all rows."""
        self._do("profile", name=profile)

    def fault(
        self,
        kind: str,
        *,
        path: str | None = None,
        times: int | None = None,
        skip: int = 0,
        query: Mapping[str, Any] | None = None,
        **how: Any,
    ) -> None:
        """Spoil the next `times` fitting requests after `skip` good ones; None is all."""
        asked = {name: str(value) for name, value in (query or {}).items()}
        if "rows" in how:
            how["rows"] = [_columns(row) for row in how["rows"]]
        self._do("fault", kind=kind, path=path, times=times, skip=skip, query=asked, **how)

    def clear_faults(self) -> None:
        self._do("clear_faults")

    def requests(self, path: str | None = None) -> list[dict[str, Any]]:
        """What was asked so far, oldest first."""
        entries = self._do("requests")["requests"]
        return [entry for entry in entries if path in (None, entry["path"])]

    def most_at_once(self) -> int:
        return self._do("requests")["most_at_once"]

    def forget_requests(self) -> None:
        self._do("forget_requests")

    def truth(
        self, user_id: int | None = None, *, since: int = 0, until: int | None = None
    ) -> list[dict[str, Any]]:
        """The stored rows in order of arrival, with their real ids; None is everybody's."""
        return self._do("truth", user_id=user_id, since=since, until=until)

    def _do(self, verb: str, **arguments: Any) -> Any:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request("POST", f"/_control/{verb}", json.dumps(arguments))
            response = connection.getresponse()
            result = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise ValueError(result)
        return result


def start_double(
    profile: str = "new-api-v0.13.2",
    *,
    world: World | None = None,
    seed_rows: int | None = None,
    team_rows: int | None = None,
) -> Double:
    """Start a gateway on a free loopback port; it answers when this returns.

    Its rows are those of `world`, or made by itself: `seed_rows` ordinary ones and all that breaks
    mirrors, or `team_rows` of a year of a team.
    """
    asked = {"--seed-rows": seed_rows, "--team-rows": team_rows}
    options = [f"{name}={count}" for name, count in asked.items() if count is not None]
    double = Double(profile, *options)
    if world is not None:
        double.load(world)
    return double


def _columns(row: Columns) -> dict[str, Any]:
    """A whole row would bring its defaults along; only what differs from them was meant."""
    if not isinstance(row, Row):
        return dict(row)
    usual = asdict(Row())
    return {name: value for name, value in asdict(row).items() if value != usual[name]}
