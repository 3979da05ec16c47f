"""The three things that openai-hk offers, and nothing else."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.upstream import answers
from tests.upstream.answers import Reply
from tests.upstream.calls import BEARER, Request
from tests.upstream.filters import Refused
from tests.upstream.rows import Row
from tests.upstream.site import Site
from tests.upstream.world import ENABLED, Key, hk_key_of

from .pages import page_of

MOST_ROWS = 300
LOGIN_PAGE = "<!doctype html><html><body><form><input name=apikey></form></body></html>"


def answer(site: Site, request: Request, *, is_database_broken: bool = False) -> Reply:
    try:
        match request.method, request.path:
            case "POST", "/openai/sk/log":
                return success(_logs(site, request, is_database_broken=is_database_broken))
            case "GET", "/openai/sk/create":
                return success(_new_account(site, request))
            case "GET", "/m/aisk":
                return answers.html_reply(LOGIN_PAGE)
            case _:
                return answers.html_reply(answers.GATEWAY_PAGE.format("404 Not Found"), 404)
    except Refused as error:
        return answers.failure(site.profile, str(error), site.settings.refusal_status)


def headers(site: Site, request_id: str) -> Mapping[str, str]:
    return {}


def success(data: Any) -> Reply:
    return answers.json_reply({"data": data, "error": 0, "error_des": ""})


def _logs(site: Site, request: Request, *, is_database_broken: bool) -> Any:
    key = _key_of(site, request)
    start, limit = _cursor(request)
    if is_database_broken:
        raise Refused("系统繁忙，请稍后再试")
    only = key.id if site.settings.log_per_key else None
    rows = page_of(site.own(key.user_id), site.profile, start=start, limit=limit, key_id=only)
    return {"logs": [_view(row, site) for row in rows]}


def _key_of(site: Site, request: Request) -> Key:
    given = request.headers.get("authorization", "")
    for key in site.keys.values():
        if given == BEARER + hk_key_of(key):
            if site.account(key.user_id).status != ENABLED:
                raise Refused("账号已被禁用")
            return key
    raise Refused("apikey错误" if given else "请提供apikey")


def _cursor(request: Request) -> tuple[int, int]:
    try:
        asked = json.loads(request.content)
        start, limit = asked["start"], asked["limit"]
    except (ValueError, TypeError, KeyError):
        raise Refused("参数错误") from None
    if type(start) is not int or start < 0:
        raise Refused("start 必须大于等于 0")
    if type(limit) is not int or not 0 < limit <= MOST_ROWS:
        raise Refused(f"limit 必须大于 0 且不超过 {MOST_ROWS}")
    return start, limit


def _new_account(site: Site, request: Request) -> Any:
    """One more with each call; there is nobody who could be asked to wait."""
    if request.client not in site.settings.may_create:
        raise Refused(f"IP {request.client} 不在白名单")
    return {"apikey": hk_key_of(site.open_account())}


def _view(row: Row, site: Site) -> dict[str, str]:
    decimals = site.settings.decimals
    left = (row.balance or 0) + (row.quota if site.settings.balance_before else 0)
    told = {"yufen": _amount(left, decimals), "fen": _amount(row.quota, decimals)}
    names = {member: site.profile.renamed.get(member, member) for member in site.profile.row_fields}
    return {name: told.get(name, str(getattr(row, column))) for name, column in names.items()}


def _amount(units: int, decimals: int) -> str:
    return format(Decimal(units).scaleb(-decimals).normalize(), "f")
