"""One request to the made-up site, and who makes it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .dialect import Gateway
from .filters import Query, Refused, StrictQuery
from .site import Site
from .world import ENABLED, Account

DECIMAL = re.compile(r"[+-]?[0-9]+")
BEARER = "Bearer "


class NotAllowed(Exception):
    """The reason is a key of `refusals.REASONS`."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """Names of headers are in lower case; of a repeated parameter the first value counts. Members
    of a JSON body are parameters, too. `client` is the address of the caller."""

    method: str
    path: str
    query_string: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes = b""
    client: str = ""

    @property
    def language(self) -> str:
        return self.headers.get("accept-language", "")


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request that was let in."""

    site: Site
    profile: Gateway
    query: Query
    account: Account
    now: float
    is_database_broken: bool = False

    @property
    def list_query(self) -> Query:
        strict = self.profile.refuses_bad_numbers
        return StrictQuery(self.query.parameters) if strict else self.query

    def needs_database(self, complaint: str | None) -> None:
        if self.is_database_broken:
            raise Refused(complaint)


@dataclass(frozen=True)
class Caller:
    """Who asks, and what the token is good for; None is everything that the account may do."""

    account: Account
    scopes: Sequence[str] | None = None


def identify(site: Site, request: Request) -> Caller:
    """The caller behind the request, checked in the order in which the gateways check."""
    profile = site.profile
    header = request.headers.get("authorization", "")
    if not header:
        raise NotAllowed("no_token")
    caller = _caller(site, _token(header, profile))
    if profile.user_header is not None:
        _check_user_header(request.headers.get(profile.user_header.lower(), ""), caller.account)
    if caller.account.status != ENABLED:
        raise NotAllowed("banned")
    return caller


def _token(header: str, profile: Gateway) -> str:
    prefix = header[: len(BEARER)]
    is_bearer = prefix == BEARER
    if profile.bearer_in_any_case:
        is_bearer = prefix.lower() == BEARER.lower()
    return header[len(BEARER) :] if is_bearer else header


def _caller(site: Site, token: str) -> Caller:
    if site.profile.has_scopes and token in site.scoped_tokens:
        scoped = site.scoped_tokens[token]
        if scoped.expires_at and scoped.expires_at <= site.clock.now():
            raise NotAllowed("token_expired")
        return Caller(site.account(scoped.user_id), scoped.scopes)
    for account in site.accounts.values():
        if account.token == token:
            if site.profile.has_scopes and site.settings.legacy_tokens_retired:
                raise NotAllowed("legacy_retired")
            return Caller(account)
    raise NotAllowed("token_invalid")


def _check_user_header(value: str, account: Account) -> None:
    if not value:
        raise NotAllowed("user_missing")
    if not DECIMAL.fullmatch(value):
        raise NotAllowed("user_malformed")
    if int(value) != account.id:
        raise NotAllowed("user_mismatch")
