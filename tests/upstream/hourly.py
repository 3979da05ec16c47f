"""Hourly figures: made of the rows, but later than them, and in parts where there are nodes."""

from collections.abc import Callable, Iterable
from typing import Any

from .calls import Call
from .filters import Refused
from .rows import Row, Shelf

HOUR = 3600
LONGEST_SECONDS = 2_592_000
LONGEST_NAME = 64
TOO_LONG = "时间跨度不能超过 1 个月"

Group = tuple[str, str, int]  # model, user name, hour
Figures = tuple[int, int, int]  # calls, quota, tokens


def own_hours(call: Call) -> Any:
    start, end = call.query.integer("start_timestamp"), call.query.integer("end_timestamp")
    if end - start > LONGEST_SECONDS:
        raise Refused(TOO_LONG)
    return _as_stored(call, call.site.own(call.account.id))


def whole_hours(call: Call) -> Any:
    """Everybody's added up; with `username`, that user's as they are stored."""
    if username := call.query.text("username"):
        return _as_stored(call, call.site.named(username))
    rows = _counted(call, call.site.everybody)
    groups = _grouped(rows, lambda row: (_model(row), "", _hour(row)))
    return [_line(group, figures) for group, figures in groups]


def hours_by_user(call: Call) -> Any:
    rows = _counted(call, call.site.everybody)
    groups = _grouped(rows, lambda row: ("", row.username, _hour(row)))
    return [_line(group, figures) for group, figures in groups]


def _as_stored(call: Call, shelf: Shelf) -> list[dict[str, Any]]:
    rows = list(_counted(call, shelf))
    groups = _grouped(rows, lambda row: (_model(row), row.username, _hour(row)))
    if call.profile.adds_up_hourly:
        return [_line(group, figures) for group, figures in groups]
    owner = rows[0].user_id if rows else 0
    nodes = call.site.settings.nodes
    parts = [(group, part) for group, figures in groups for part in _parts(figures, nodes)]
    lines = [_line(group, part, number, owner) for number, (group, part) in enumerate(parts, 1)]
    return [{name: line[name] for name in call.profile.hourly_fields} for line in lines]


def _counted(call: Call, shelf: Shelf) -> Iterable[Row]:
    """Rows whose hour begins within the asked span, but for those not written down yet."""
    start, end = call.query.integer("start_timestamp"), call.query.integer("end_timestamp")
    first, last = -(-start // HOUR) * HOUR, end // HOUR * HOUR
    written = int(call.now) - call.site.settings.hourly_lag_seconds
    if first > last or written <= 0:
        return []
    rows = shelf.select(start=first, end=min(last + HOUR - 1, written))
    return (row for row in rows if row.type in call.site.settings.counted_types)


def _model(row: Row) -> str:
    return row.model_name[:LONGEST_NAME]


def _hour(row: Row) -> int:
    return row.created_at // HOUR * HOUR


def _grouped(rows: Iterable[Row], group_of: Callable[[Row], Group]) -> list[tuple[Group, Figures]]:
    groups: dict[Group, Figures] = {}
    for row in rows:
        count, quota, tokens = groups.get(group_of(row), (0, 0, 0))
        tokens += row.prompt_tokens + row.completion_tokens
        groups[group_of(row)] = (count + 1, quota + row.quota, tokens)
    return sorted(groups.items())


def _parts(figures: Figures, nodes: int) -> list[Figures]:
    """As each node wrote its own share; the last one takes what is left."""
    shares = [tuple(figure // nodes for figure in figures)] * (min(nodes, figures[0]) - 1)
    rest = tuple(figure - sum(share[n] for share in shares) for n, figure in enumerate(figures))
    return [*shares, rest]


def _line(group: Group, figures: Figures, number: int = 0, owner: int = 0) -> dict[str, Any]:
    model, username, hour = group
    count, quota, tokens = figures
    return {
        "id": number,
        "user_id": owner,
        "username": username,
        "model_name": model,
        "created_at": hour,
        "token_used": tokens,
        "count": count,
        "quota": quota,
    }
