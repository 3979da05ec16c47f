"""Whole worlds: one to break a mirror with, one to show a product with."""

from collections.abc import Iterable
from dataclasses import replace

from .rows import Row
from .special import late_row, special_rows
from .traffic import CONSUMED, DAY, MODELS, Model, Traffic
from .world import Account, Key, World

LAB, LING, KEEPER = 2, 3, 4
SHARES = {LAB: 0.8, LING: 0.1, KEEPER: 0.1}
TEAM = 2
YEAR = 365 * DAY
# Key, share of the calls, how late in the year it was made, and what it calls most.
TEAM_KEYS = (
    ("website-chat", 0.34, 0.0, "gpt-4o-mini"),
    ("code-assistant", 0.24, 0.15, "claude-sonnet-4-20250514"),
    ("docs-search", 0.16, 0.3, "text-embedding-3-small"),
    ("nightly-reports", 0.14, 0.0, "deepseek-chat"),
    ("support-triage", 0.08, 0.55, "gemini-2.5-flash"),
    ("experiments", 0.04, 0.05, "o3"),
)
PREFERENCE = 8.0  # how much more often a key calls its favourite


def seeded_world(count: int, *, until: int, days: int = 90) -> World:
    """About `count` ordinary rows, the special ones in the last two days, and one late row."""
    world, traffic = World(), Traffic(seed=1)
    since, renamed_at = until - days * DAY, until - days * DAY * 2 // 3
    rows: list[Row] = []
    for owner, share in SHARES.items():
        keys = [(key.id, key.name) for key in world.keys if key.user_id == owner]
        begin = since if owner == LAB else renamed_at
        made = traffic.rows(keys, since=begin, until=until - 2 * DAY, count=int(count * share))
        rows += _owned(made, owner)
    for row in rows:
        if row.user_id == LAB and row.created_at < renamed_at:
            row.username = "ling"  # its name then
    rows += _owned(special_rows(until), LAB)
    rows.sort(key=lambda row: row.created_at)
    return _settled(world.add([*rows, *_owned([late_row(until)], LAB)]))


def team_world(count: int, *, until: int) -> World:
    """A year of a team's calls on one account, with a key for every purpose."""
    keys = [Key(id=n, user_id=TEAM, name=name) for n, (name, *_) in enumerate(TEAM_KEYS, start=1)]
    world = World(accounts=[Account(id=TEAM, username="team", quota=8_250_000)], keys=keys)
    rows: list[Row] = []
    for key, (name, share, made_at, favourite) in zip(keys, TEAM_KEYS, strict=True):
        traffic = Traffic(seed=key.id, models=_preferring(favourite))
        since = until - int(YEAR * (1 - made_at))
        rows += traffic.rows([(key.id, name)], since=since, until=until, count=int(count * share))
    return _settled(world.add(sorted(rows, key=lambda row: row.created_at), user_id=TEAM))


def _preferring(favourite: str) -> list[Model]:
    return [
        replace(model, share=model.share * PREFERENCE) if model.name == favourite else model
        for model in MODELS
    ]


def _settled(world: World) -> World:
    """Give accounts and keys the counters that their rows have left behind."""
    accounts = {account.id: account for account in world.accounts}
    keys = {key.id: key for key in world.keys}
    for row in world.rows:
        if row.type != CONSUMED:
            continue
        accounts[row.user_id].used_quota += row.quota
        accounts[row.user_id].request_count += 1
        if row.token_id in keys:
            keys[row.token_id].used_quota += row.quota
    return world


def _owned(rows: Iterable[Row], user_id: int) -> list[Row]:
    kept = list(rows)
    for row in kept:
        row.user_id = user_id
    return kept
