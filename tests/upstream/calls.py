"""One request to the made-up site, and who makes it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .filters import Query, Refused
from .profiles import Profile
from .site import Site
from .world import ENABLED, Account

DECIMAL = re.compile(r"[+-]?[0-9]+")
BEARER = "Bearer "


class NotAllowed(Exception):
    """The reason is a key of `answers.REASONS`."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """Names of headers are in lower case; of a repeated parameter the first value counts."""

    method: str
    path: str
    query_string: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]

    @property
    def language(self) -> str:
        return self.headers.get("accept-language", "")


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request that was let in."""

    site: Site
    profile: Profile
    query: Query
    account: Account
    now: float
    is_database_broken: bool = False

    def needs_database(self, complaint: str | None) -> None:
        if self.is_database_broken:
            raise Refused(complaint)


def identify(site: Site, request: Request) -> Account:
    """The account behind the request, checked in the order in which the gateways check."""
    profile = site.profile
    header = request.headers.get("authorization", "")
    if not header:
        raise NotAllowed("no_token")
    account = _owner(site, _token(header, profile))
    if account is None:
        raise NotAllowed("token_invalid")
    if profile.user_header is not None:
        _check_user_header(request.headers.get(profile.user_header.lower(), ""), account)
    if account.status != ENABLED:
        raise NotAllowed("banned")
    return account


def _token(header: str, profile: Profile) -> str:
    prefix = header[: len(BEARER)]
    is_bearer = prefix == BEARER
    if profile.bearer_in_any_case:
        is_bearer = prefix.lower() == BEARER.lower()
    return header[len(BEARER) :] if is_bearer else header


def _owner(site: Site, token: str) -> Account | None:
    return next((account for account in site.accounts.values() if account.token == token), None)


def _check_user_header(value: str, account: Account) -> None:
    if not value:
        raise NotAllowed("user_missing")
    if not DECIMAL.fullmatch(value):
        raise NotAllowed("user_malformed")
    if int(value) != account.id:
        raise NotAllowed("user_mismatch")
