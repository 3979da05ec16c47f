"""What a gateway's world is like where credits are counted."""

import math
import random

from tests.upstream.rows import Row
from tests.upstream.traffic import CONSUMED
from tests.upstream.world import World

TOP_UP = 5_000_000
SEED = 6


def of_credits(world: World) -> World:
    """Its calls alone, charged in another order within a second, and topped up in time."""
    world.rows = sorted(
        (row for row in world.rows if row.type == CONSUMED), key=lambda row: row.created_at
    )
    rng = random.Random(SEED)
    charges = sorted(world.rows, key=lambda row: (row.created_at, rng.random()))
    for account in world.accounts:
        account.quota = _charge([row for row in charges if row.user_id == account.id])
    return world


def _charge(rows: list[Row]) -> int:
    """What is left after all of them."""
    left = TOP_UP
    for row in rows:
        top_ups = max(0, math.ceil((row.quota - left) / TOP_UP))
        left += top_ups * TOP_UP - row.quota
        row.balance = left
    return left
