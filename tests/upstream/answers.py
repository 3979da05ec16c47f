"""Envelopes, refusals and the other fixed answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from .dialect import Gateway
from .encoding import to_json
from .profile import Profile
from .refusals import REASONS

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
WEEK_SECONDS = 604_800
GATEWAY_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>nginx</body></html>"
PAGE = "<!doctype html><html><head><title>stub</title></head><body>stub page</body></html>\n"


@dataclass
class Reply:
    """`body` is an object that becomes JSON, or a text that is sent as it stands."""

    body: Any = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        text = self.body if isinstance(self.body, str) else to_json(self.body)
        return text.encode("utf-8", "replace")


def json_reply(body: Any, status: int = 200, **headers: str) -> Reply:
    return Reply(body, status, {"Content-Type": JSON} | headers)


def html_reply(body: str, status: int = 200, **headers: str) -> Reply:
    return Reply(body, status, {"Content-Type": HTML} | headers)


def success(payload: Any) -> Reply:
    return json_reply({"data": payload, "message": "", "success": True})


def failure(profile: Profile, message: str, status: int = 200, code: str | None = None) -> Reply:
    return json_reply(profile.failure(message, code), status)


def refusal(profile: Gateway, reason: str, *, language: str) -> Reply:
    """Say what the caller did wrong, in the manner of the version."""
    refused = profile.refusals[reason]
    chinese, english = REASONS[refused.says or reason]
    text = english if profile.speaks_english and not language.startswith("zh") else chinese
    message = text.format(header=profile.user_header)
    return failure(profile, message, refused.status, refused.code)


def unknown_path(method: str, path: str) -> Reply:
    message = f"Invalid URL ({method} {path})"
    error = {"message": message, "type": "invalid_request_error", "param": "", "code": ""}
    headers = {"Content-Type": JSON, "Cache-Control": f"max-age={WEEK_SECONDS}"}
    return Reply({"error": error}, 404, headers)


def web_page() -> Reply:
    return Reply(PAGE, 200, {"Content-Type": HTML, "Cache-Control": "no-cache"})


def moved(location: str) -> Reply:
    body = f'<a href="{escape(location)}">Moved Permanently</a>.\n\n'
    return html_reply(body, 301, Location=location)


def too_many_requests(retry_after: int | None) -> Reply:
    headers: Mapping[str, str] = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Reply("", 429, dict(headers))
