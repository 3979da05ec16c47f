"""Which path answers what, to whom."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import uuid4

from . import answers, hourly, logs, shapes
from .answers import Reply
from .calls import Call, Caller, NotAllowed, Request, identify
from .dialect import Gateway
from .filters import Query, Refused
from .paging import asked_part, page_of
from .site import Site
from .world import ADMIN, USER, Key

AUTH_VERSION = "864b7076dbcd0a3c01b5520316720ebf"
API_FOLDERS = ("/api/", "/v1/")
MASK = "*" * 10


def status(site: Site) -> Any:
    known = {"version": site.profile.version, "start_time": site.started_at}
    return shapes.fill(site.profile.status, known | site.settings.status)


def account(call: Call) -> Any:
    known = asdict(call.account)
    name = call.account.username
    known |= {"display_name": name.title(), "email": f"{name}@example.org"}
    known |= {"aff_code": f"af{call.account.id:02}"}
    known["balance"] = f"{call.account.quota / status(call.site)['quota_per_unit']:.6f}"
    if call.profile.shows_token:
        known["access_token"] = call.account.token
    return shapes.fill(call.profile.account, known)


def new_token(call: Call) -> Any:
    """Replace the token of the account, as the gateways do: a mirror that asks locks itself out."""
    call.account.token = uuid4().hex
    return call.account.token


def keys(call: Call) -> Any:
    paging = call.profile.key_paging
    own = [key for key in call.site.keys.values() if key.user_id == call.account.id]
    part = asked_part(call.query, paging, cap=paging.own_cap)
    return page_of(own[::-1], part, paging, lambda key, _: _key_view(key, call.profile))


def _key_view(key: Key, profile: Gateway) -> dict[str, Any]:
    secret = f"{key.secret[:4]}{MASK}{key.secret[-4:]}" if profile.masks_keys else key.secret
    return shapes.fill(profile.key, asdict(key) | {"key": secret})


def one_user(call: Call) -> Any:
    """What a path that is not there yet falls into."""
    raise Refused('strconv.Atoi: parsing "access_tokens": invalid syntax')


SESSION_ONLY = "no token, whatever its scopes"


@dataclass(frozen=True)
class Route:
    """`scope` is what a scoped token must have, where there are such tokens."""

    answer: Callable[[Call], Any]
    scope: str
    role: int = USER
    is_there: Callable[[Gateway], bool] = lambda profile: True


def has_hourly(profile: Gateway) -> bool:
    return profile.has_hourly


def has_hourly_by_user(profile: Gateway) -> bool:
    return profile.has_hourly_by_user


STATUS = "/api/status"
ROUTES: Mapping[str, Route] = {
    "/api/user/self": Route(account, "profile:read"),
    "/api/user/token": Route(new_token, SESSION_ONLY),
    "/api/user/access_tokens": Route(one_user, SESSION_ONLY, ADMIN),
    "/api/token/": Route(keys, "api_key:read"),
    "/api/log/self": Route(logs.own_list, "usage:read"),
    "/api/log/self/stat": Route(logs.own_statistic, "usage:read"),
    "/api/log/": Route(logs.whole_list, "log:read", ADMIN),
    "/api/log/stat": Route(logs.whole_statistic, "log:read", ADMIN),
    "/api/data/self": Route(hourly.own_hours, "usage:read", is_there=has_hourly),
    "/api/data/": Route(hourly.whole_hours, "log:read", ADMIN, has_hourly),
    "/api/data/users": Route(hourly.hours_by_user, "log:read", ADMIN, has_hourly_by_user),
}


def answer(site: Site, request: Request, *, is_database_broken: bool = False) -> Reply:
    if request.method == "GET" and request.path == STATUS:
        return answers.success(status(site))
    route = _find(site.profile, request.path)
    if request.method == "GET" and route is not None:
        return _ask(route, site, request, is_database_broken=is_database_broken)
    if request.method == "GET" and (right := _with_right_slash(site.profile, request.path)):
        return answers.moved(f"{right}?{request.query_string}".removesuffix("?"))
    if request.path.startswith(API_FOLDERS):
        return answers.unknown_path(request.method, request.path)
    return answers.web_page()


def headers(site: Site, request_id: str) -> Mapping[str, str]:
    told = {"X-Oneapi-Request-Id": request_id}
    if site.profile.has_version_header:
        told["X-New-Api-Version"] = str(status(site)["version"])
    return told


def _find(profile: Gateway, path: str) -> Route | None:
    route = ROUTES.get(path)
    return route if route is not None and route.is_there(profile) else None


def _with_right_slash(profile: Gateway, path: str) -> str | None:
    other = path[:-1] if path.endswith("/") else f"{path}/"
    return other if other == STATUS or _find(profile, other) else None


def _ask(route: Route, site: Site, request: Request, *, is_database_broken: bool) -> Reply:
    profile = site.profile
    try:
        caller = identify(site, request)
        _check_rights(caller, route, profile)
    except NotAllowed as error:
        return answers.refusal(profile, str(error), language=request.language)
    call = Call(
        site=site,
        profile=profile,
        query=Query(request.parameters),
        account=caller.account,
        now=site.clock.now(),
        is_database_broken=is_database_broken,
    )
    try:
        reply = answers.success(route.answer(call))
    except Refused as error:
        reply = answers.failure(profile, str(error))
    if profile.has_auth_version_header:
        reply.headers["Auth-Version"] = AUTH_VERSION
    return reply


def _check_rights(caller: Caller, route: Route, profile: Gateway) -> None:
    if profile.has_scopes and route.scope == SESSION_ONLY:
        raise NotAllowed("session_required")
    if caller.scopes is not None and route.scope not in caller.scopes:
        raise NotAllowed("scope_denied")
    if caller.account.role < route.role:
        raise NotAllowed("role_too_low")
