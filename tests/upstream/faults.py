"""What may go wrong between a site and its reader, by name.

A fault is asked for with `{"kind": ..., "path": ..., "times": ...}` and the arguments of its kind.
Only one fault meets a request: the first that fits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from .answers import JSON, Reply, failure, html_reply, json_reply, unknown_path
from .calls import Request
from .site import Site

How = Mapping[str, Any]
LOGS, STATISTICS = "/api/log/*", "/api/log/*stat"
ELSEWHERE = "http://elsewhere.invalid/login"
CHALLENGE = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>"
    '<div id="challenge-error-text">Enable JavaScript and cookies to continue</div></body></html>'
)
GATEWAY_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>nginx</body></html>"
LOGIN_PAGE = "<!doctype html><html><body><form action='/login'></form></body></html>"
PATIENCE_SECONDS = 3600.0  # longer than any reader waits
OVERSIZE_BYTES = 70 * 1024 * 1024

# What a row can carry: the members to replace, each as the JSON text that goes out.
ROW_EDITS: Mapping[str, Mapping[str, str]] = {
    "text_quota": {"quota": '"1250"'},
    "fraction_quota": {"quota": "12.5"},
    "null_quota": {"quota": "null"},
    "null_time": {"created_at": "null"},
    "text_time": {"created_at": '"yesterday"'},
    "object_model": {"model_name": '{"name": "gpt-x"}'},
    "infinite_quota": {"quota": "1e400"},
    "long_quota": {"quota": "1" + "0" * 30},
    "nul_text": {"content": '"a\\u0000b"'},
    "html_text": {"content": '"<script>alert(1)</script><img src=x onerror=alert(1)>"'},
    "surrogate_text": {"content": '"half \\ud83d of a pair"'},
}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """At most one of each; they take effect in this order."""

    happen: Callable[[Site, How], None] | None = None  # before the question is read
    replace: Callable[[How], Reply] | None = None  # in place of the site's answer
    change: Callable[[Any, How], None] | None = None  # in the body, before it becomes JSON
    recode: Callable[[bytes, How], bytes] | None = None  # in the bytes of the body
    deliver: str | None = None  # how they travel; see `delivery`
    breaks_database: bool = False
    path: str = "*"  # where it is met, unless the fault says so


@dataclass
class Fault:
    kind: str
    path: str | None = None
    query: dict[str, str] = field(default_factory=dict)
    skip: int = 0
    times: int | None = None
    how: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault is called {self.kind}; there are {', '.join(KINDS)}")

    @property
    def effect(self) -> Kind:
        return KINDS[self.kind]

    def fits(self, request: Request) -> bool:
        asked = request.parameters
        is_there = fnmatchcase(request.path, self.path or self.effect.path)
        return is_there and self.query.items() <= asked.items()

    def meet(self) -> bool:
        """Count one request that fits; say whether the fault shows itself."""
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Faults:
    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def take(self, request: Request) -> Fault | None:
        for fault in [fault for fault in self.waiting if fault.fits(request)]:
            shows = fault.meet()
            if fault.times == 0:
                self.waiting.remove(fault)
            if shows:
                return fault
        return None


def _status(how: How) -> Reply:
    status = how["status"]
    reply = html_reply(GATEWAY_PAGE.format(status), status) if status >= 500 else Reply("", status)
    if status in (401, 403):
        reply = failure(how.get("message", "refused"), status, how.get("code"))
    if "retry_after" in how:
        reply.headers["Retry-After"] = str(how["retry_after"])
    if "body" in how:
        reply.body = how["body"]
    return reply


def _challenge(how: How) -> Reply:
    return html_reply(CHALLENGE, how.get("status", 403), **{"Cf-Mitigated": "challenge"})


def _redirect(how: How) -> Reply:
    location = how.get("location", ELSEWHERE)
    return html_reply("", how.get("status", 302), Location=location)


def _refused(how: How) -> Reply:
    return failure(how.get("message", "系统繁忙，请稍后再试"), 200, how.get("code"))


def _missing(how: How) -> Reply:
    return unknown_path("GET", how.get("path", "/api/"))


def _oversize(how: How) -> Reply:
    return Reply(" " * how.get("size", OVERSIZE_BYTES), 200, {"Content-Type": JSON})


def _payload(body: Any) -> Any:
    return body.get("data") if isinstance(body, dict) else None


def _items(body: Any) -> list[Any]:
    payload = _payload(body)
    items = payload.get("items") if isinstance(payload, dict) else payload
    return items if isinstance(items, list) else []


def _chosen_rows(body: Any, how: How) -> Sequence[Any]:
    rows, wanted = _items(body), how.get("at", 0)
    return rows if wanted == "all" else rows[wanted : wanted + 1]


def _mark(number: int) -> str:
    """Stands in a body for JSON that Python would not write."""
    return f"\ufdd0{number}\ufdd1"


def _edits(how: How) -> Mapping[str, str]:
    return how["edits"] if "edits" in how else ROW_EDITS[how["kind"]]


def _mark_members(body: Any, how: How) -> None:
    for row in _chosen_rows(body, how):
        row.update({name: _mark(number) for number, name in enumerate(_edits(how))})


def _write_members(body: bytes, how: How) -> bytes:
    for number, text in enumerate(_edits(how).values()):
        body = body.replace(f'"{_mark(number)}"'.encode(), text.encode())
    return body


def _move(name: str) -> Callable[[Any, How], None]:
    def move(body: Any, how: How) -> None:
        payload = _payload(body)
        if isinstance(payload, dict) and name in payload:
            payload[name] = how["to"] if "to" in how else payload[name] + how.get("by", 1)

    return move


def _no_items(body: Any, how: How) -> None:
    """Null where a list is expected."""
    payload = _payload(body)
    if isinstance(payload, dict) and "items" in payload:
        payload["items"] = None
    elif isinstance(payload, list):
        body["data"] = None


def _repeat_row(body: Any, how: How) -> None:
    """A row twice and its neighbour not at all: the number of rows stays right."""
    rows = _items(body)
    if len(rows) > 1:
        rows[1] = dict(rows[0])


def _arrive(site: Site, how: How) -> None:
    site.append(how["user_id"], how["rows"])


def _delete(site: Site, how: How) -> None:
    site.delete_before(how["before"])


def _turn_clock(site: Site, how: How) -> None:
    site.set_clock(offset=how["offset"], at=None, is_stopped=False)


def _rename(site: Site, how: How) -> None:
    site.change_account(how["user_id"], username=how["username"])


def _switch(site: Site, how: How) -> None:
    site.switch(how["profile"])


_EDIT = Kind(change=_mark_members, recode=_write_members, path=LOGS)

KINDS: Mapping[str, Kind] = {
    "status": Kind(replace=_status),
    "html": Kind(replace=lambda how: html_reply(how.get("body", LOGIN_PAGE))),
    "challenge": Kind(replace=_challenge),
    "redirect": Kind(replace=_redirect),
    "refused": Kind(replace=_refused),
    "empty_body": Kind(replace=lambda how: Reply("", 200, {"Content-Type": JSON})),
    "no_json_type": Kind(replace=lambda how: html_reply('{"success":true}')),
    "wrong_shape": Kind(replace=lambda how: json_reply(how.get("body", {"success": True}))),
    "oversize": Kind(replace=_oversize),
    "missing": Kind(replace=_missing),
    "invalid_json": Kind(recode=lambda body, how: body[: len(body) // 2]),
    "truncated": Kind(deliver="truncated"),
    "drip": Kind(deliver="drip"),
    "stall": Kind(deliver="stall"),
    "reset": Kind(deliver="reset"),
    "stat_off": Kind(change=_move("quota"), path=STATISTICS),
    "stat_zero": Kind(change=lambda body, how: _move("quota")(body, {"to": 0}), path=STATISTICS),
    "total_off": Kind(change=_move("total"), path=LOGS),
    "items_null": Kind(change=_no_items, path=LOGS),
    "repeated_row": Kind(change=_repeat_row, path=LOGS),
    "edit_rows": _EDIT,
    **dict.fromkeys(ROW_EDITS, _EDIT),
    "database_broken": Kind(breaks_database=True, path=LOGS),
    "arrival": Kind(happen=_arrive),
    "deletion": Kind(happen=_delete),
    "upgrade": Kind(happen=_switch),
    "clock": Kind(happen=_turn_clock),
    "rename": Kind(happen=_rename),
}
