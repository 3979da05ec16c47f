"""What a caller can do wrong, and how the versions tell it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """`says`: the reason whose words are used, where it is another."""

    status: int
    code: str | None = None
    says: str | None = None


# Before rc.22 often with status 200.
OLD_REFUSALS: Mapping[str, Refusal] = {
    "no_token": Refusal(status=401),
    "token_invalid": Refusal(status=200),
    "user_missing": Refusal(status=401),
    "user_malformed": Refusal(status=401),
    "user_mismatch": Refusal(status=401),
    "banned": Refusal(status=200),
    "role_too_low": Refusal(status=200),
}
CODED_REFUSALS: Mapping[str, Refusal] = {
    "no_token": Refusal(status=401, code="AUTH_UNAUTHORIZED", says="token_invalid"),
    "token_invalid": Refusal(status=401, code="AUTH_UNAUTHORIZED"),
    "banned": Refusal(status=401, code="AUTH_USER_DISABLED"),
    "role_too_low": Refusal(status=403, code="AUTH_INSUFFICIENT_PRIVILEGE"),
}
SCOPED_REFUSALS: Mapping[str, Refusal] = {
    **CODED_REFUSALS,
    "token_expired": Refusal(status=401, code="ACCESS_TOKEN_EXPIRED"),
    "legacy_retired": Refusal(status=401, code="ACCESS_TOKEN_LEGACY_RETIRED"),
    "scope_denied": Refusal(status=403, code="ACCESS_TOKEN_SCOPE_DENIED"),
    "session_required": Refusal(status=403, code="AUTH_SESSION_REQUIRED"),
}

# In Chinese, and in English for the versions that speak it; {header} carries the user id.
REASONS = {
    "no_token": (
        "无权进行此操作，未登录且未提供 access token",
        "Unauthorized, not logged in and no access token provided",
    ),
    "token_invalid": (
        "无权进行此操作，access token 无效",
        "Unauthorized, invalid access token",
    ),
    "user_missing": (
        "无权进行此操作，未提供 {header}",
        "Unauthorized, {header} header not provided",
    ),
    "user_malformed": (
        "无权进行此操作，{header} 格式错误",
        "Unauthorized, {header} header format error",
    ),
    "user_mismatch": (
        "无权进行此操作，{header} 与登录用户不匹配",
        "Unauthorized, {header} does not match logged in user",
    ),
    "banned": ("用户已被封禁", "User has been banned"),
    "role_too_low": ("无权进行此操作，权限不足", "Unauthorized, insufficient privileges"),
    "token_expired": ("访问令牌已过期", "Access token has expired"),
    "legacy_retired": ("旧版访问令牌已停用", "Legacy access tokens have been retired"),
    "scope_denied": ("访问令牌权限不足", "Access token lacks the required scope"),
    "session_required": ("此操作需要登录会话", "This operation requires a browser session"),
}
