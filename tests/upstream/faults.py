"""What may go wrong between a site and its reader, by name.

A fault is asked for with `{"kind": ..., "path": ..., "times": ...}` and the arguments of its kind.
Only one fault meets a request: the first that fits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from . import edits
from .answers import GATEWAY_PAGE, JSON, Reply, failure, html_reply, json_reply, unknown_path
from .calls import Request
from .edits import ROW_EDITS, How
from .site import Site

LOGS, STATISTICS = "/*/log*", "/api/log/*stat"
ELSEWHERE = "http://elsewhere.invalid/login"
CHALLENGE = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>"
    '<div id="challenge-error-text">Enable JavaScript and cookies to continue</div></body></html>'
)
LOGIN_PAGE = "<!doctype html><html><body><form action='/login'></form></body></html>"
PATIENCE_SECONDS = 3600.0  # longer than any reader waits
OVERSIZE_BYTES = 70 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Kind:
    """At most one of each; they take effect in this order."""

    happen: Callable[[Site, How], None] | None = None  # before the question is read
    replace: Callable[[How], Reply] | None = None  # the site is not asked, and this is answered
    forget: Callable[[How], Reply] | None = None  # it is asked, but this is answered
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
        reply = failure(how["speaks"], how.get("message", "refused"), status, how.get("code"))
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
    message = how.get("message", "系统繁忙，请稍后再试")
    return failure(how["speaks"], message, how.get("status", 200), how.get("code"))


def _missing(how: How) -> Reply:
    return unknown_path("GET", how.get("path", "/api/"))


def _oversize(how: How) -> Reply:
    return Reply(" " * how.get("size", OVERSIZE_BYTES), 200, {"Content-Type": JSON})


def _arrive(site: Site, how: How) -> None:
    site.append(how["user_id"], how["rows"])


def _delete(site: Site, how: How) -> None:
    """Rows that are older than `before`, or those with `ids`."""
    if "ids" in how:
        site.delete(how["ids"])
    else:
        site.delete_before(how["before"])


def _turn_clock(site: Site, how: How) -> None:
    site.set_clock(offset=how["offset"], at=None, is_stopped=False)


def _rename(site: Site, how: How) -> None:
    site.change_account(how["user_id"], username=how["username"])


def _switch(site: Site, how: How) -> None:
    site.switch(how["profile"])


_EDIT = Kind(change=edits.mark_members, recode=edits.write_members, path=LOGS)

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
    "lost": Kind(forget=lambda how: _status({"status": 502} | how)),
    "invalid_json": Kind(recode=lambda body, how: body[: len(body) // 2]),
    "truncated": Kind(deliver="truncated"),
    "drip": Kind(deliver="drip"),
    "stall": Kind(deliver="stall"),
    "reset": Kind(deliver="reset"),
    "stat_off": Kind(change=edits.move("quota"), path=STATISTICS),
    "stat_zero": Kind(
        change=lambda body, how: edits.move("quota")(body, {"to": 0}), path=STATISTICS
    ),
    "total_off": Kind(change=edits.move("total"), path=LOGS),
    "items_null": Kind(change=edits.no_rows, path=LOGS),
    "short_page": Kind(change=edits.fewer_rows, path=LOGS),
    "empty_page": Kind(change=lambda body, how: edits.fewer_rows(body, {"to": 0}), path=LOGS),
    "numbers": Kind(change=edits.numbers, path=LOGS),
    "trailing_comma": Kind(recode=edits.trailing_comma, path=LOGS),
    "repeated_row": Kind(change=edits.repeat_row, path=LOGS),
    "edit_rows": _EDIT,
    **dict.fromkeys(ROW_EDITS, _EDIT),
    "database_broken": Kind(breaks_database=True, path=LOGS),
    "arrival": Kind(happen=_arrive),
    "deletion": Kind(happen=_delete),
    "upgrade": Kind(happen=_switch),
    "clock": Kind(happen=_turn_clock),
    "rename": Kind(happen=_rename),
}
