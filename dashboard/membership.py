"""People and the health of their connections, as admins see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from dashboard.standing import trouble
from providers.models import Connection


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """Of somebody's connections: how many there are, and how many of them are not read now."""

    connections: int = 0
    troubled: int = 0
    word: str = ""  # where it is one only

    def __bool__(self) -> bool:
        return self.connections > 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    person: User
    health: Health


def everybody(now: datetime) -> Sequence[Line]:
    people = User.objects.prefetch_related("groups").order_by("-is_active", "name", "email")
    healths = _healths(now)
    return [Line(person=one, health=healths.get(one.pk, Health())) for one in people]


def _healths(now: datetime) -> Mapping[int, Health]:
    counts: dict[int, int] = {}
    words: dict[int, list[str]] = {}
    for connection in Connection.objects.select_related("feed").defer("sealed"):
        counts[connection.owner_id] = counts.get(connection.owner_id, 0) + 1
        standing = trouble(connection, now)
        if standing is not None:
            words.setdefault(connection.owner_id, []).append(standing.word)
    return {
        owner: Health(
            connections=count,
            troubled=len(words.get(owner, [])),
            word=words[owner][0] if len(words.get(owner, [])) == 1 else "",
        )
        for owner, count in counts.items()
    }
