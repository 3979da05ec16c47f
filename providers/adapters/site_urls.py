"""The base URL of a site, out of whatever a person copied from a browser or a manual."""

import re
from collections.abc import Set

from providers.adapters.errors import Refused
from providers.adapters.http import web_address

LABEL = r"(?=.{1,63}(?:\.|$))[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})*|[0-9a-f:.]*:[0-9a-f:.]+")
# A name without a dot that is as long as a token is a token in the wrong field: asking a name
# server for it would tell everybody.
LONGEST_LOCAL_NAME = 28


def site_url(text: str, *, roots: Set[str], pages: Set[str]) -> str:
    """`roots`: from the first of these segments on, a path is not the installation's; `pages` are
    those that may stand at its end."""
    address = web_address(_with_scheme(text.strip()))
    port = "" if address.port is None else f":{address.port}"
    path = _installation_path(address.raw_path.decode().partition("?")[0], roots, pages)
    return f"{address.scheme}://{_host(address.raw_host.decode())}{port}{path}"


def _with_scheme(text: str) -> str:
    """https unless http is written; a field that begins with "https://" is often pasted behind."""
    rest, scheme = text.removeprefix("//"), "https"
    while written := re.match(r"([a-z]+)://", rest, re.IGNORECASE):
        scheme, rest = written[1].lower(), rest[written.end() :]
    return f"{scheme}://{rest}"


def _host(name: str) -> str:
    host = name.lower().rstrip(".")
    is_token = "." not in host and ":" not in host and len(host) > LONGEST_LOCAL_NAME
    if is_token or not HOST.fullmatch(host):
        raise Refused("not a web address", code="bad_url")
    return f"[{host}]" if ":" in host else host


def _installation_path(path: str, roots: Set[str], pages: Set[str]) -> str:
    segments = [segment for segment in path.split("/") if segment]
    foreign = [segment.lower() in roots for segment in segments]
    if any(foreign):
        segments = segments[: foreign.index(True)]
    while segments and segments[-1].lower() in pages:
        segments.pop()
    return "".join(f"/{segment}" for segment in segments)
