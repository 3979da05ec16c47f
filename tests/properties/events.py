"""What may happen to a worker's turn, and between its steps: plain values, made by hypothesis."""

from dataclasses import dataclass
from typing import Any

Columns = dict[str, Any]


@dataclass(frozen=True)
class Batch:
    """Rows that a site writes at once, `late` seconds after the second that they carry."""

    rows: tuple[Columns, ...]
    late: int = 0
    apart: int = 0  # seconds from each row of a history to the one before it
    charged_in: tuple[int, ...] | None = None  # their places, where that is another order


@dataclass(frozen=True)
class Die:
    """The process is gone. Its lease is taken over at once, unless its whole machine is gone."""

    is_machine: bool = False


@dataclass(frozen=True)
class Rival:
    """The worker stands still for so many seconds, and then another one works meanwhile."""

    turn: "Turn"
    pause: int = 0


@dataclass(frozen=True)
class Arrive:
    batch: Batch


@dataclass(frozen=True)
class Upgrade:
    """The site runs its N-th newer version, or the newest."""

    steps: int


@dataclass(frozen=True)
class Delete:
    """The site deletes rows that are older than so many seconds."""

    age: int


@dataclass(frozen=True)
class Move:
    """The balance moves without a row: a top-up, or below zero a charge that no log tells of."""

    units: int


@dataclass(frozen=True)
class Rename:
    """The account has another name from now on."""

    name: str


@dataclass(frozen=True)
class MoveDatabase:
    """The site's rows stand in a new database, where their ids begin again."""


@dataclass(frozen=True)
class Namesake:
    """Another account takes the same name and spends: a statistic that goes by it sums both."""

    rows: tuple[Columns, ...]


@dataclass(frozen=True)
class Wait:
    seconds: int


@dataclass(frozen=True)
class CatchUp:
    """Faults end, and one worker after the other works until nothing is due."""


@dataclass(frozen=True)
class Spoil:
    """A fault of the site, see `tests/upstream/faults.py`."""

    kind: str
    ways: dict[str, Any]


@dataclass(frozen=True)
class Harm:
    """What is done to one of the mirrored rows, see `damage.py`."""

    kind: str
    place: int


@dataclass(frozen=True)
class Jump:
    """The site's clock is so many seconds ahead from now on."""

    seconds: int


@dataclass(frozen=True)
class At:
    """`event` before the n-th statement, write or request of a turn."""

    unit: str
    number: int
    event: Die | Rival | Arrive | Upgrade | Move


@dataclass(frozen=True)
class Turn:
    """One worker's; each answer of the site takes so many seconds."""

    plan: tuple[At, ...] = ()
    answer_seconds: int = 0
