"""The dialects of the family, one value each. A quirk that differs between versions is a field."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from . import shapes


class IdForm(StrEnum):
    """What an owner sees in place of the real id of a row."""

    ZERO = "zero"
    MODULO = "modulo 1024"
    RANK = "rank in the list"


class Matching(StrEnum):
    """How a name is compared with the one in a row."""

    EXACT = "exact"
    LIKE = "like"  # % and _ are wildcards, letters match in either case
    CAREFUL_LIKE = "like without underscore"  # and with limits on %
    EXACT_UNLESS_PERCENT = "exact unless percent"


@dataclass(frozen=True, kw_only=True)
class Paging:
    """How a page is asked for; without an envelope the answer is a bare array."""

    first: int = 1
    keeps_negative_page: bool = True
    size_names: tuple[str, ...] = ("page_size", "ps", "size")  # none: the size is fixed
    zero_size: int = 10  # also when no size is given
    negative_size: int | None = None  # None: no limit at all
    own_cap: int | None = 100
    all_cap: int | None = 100
    envelope: tuple[str, ...] = ("page", "page_size", "total", "items")


@dataclass(frozen=True, kw_only=True)
class Refusal:
    status: int
    code: str | None = None


# What a caller can do wrong, and how it is told: before rc.22 often with status 200.
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
    "no_token": Refusal(status=401, code="AUTH_UNAUTHORIZED"),
    "token_invalid": Refusal(status=401, code="AUTH_UNAUTHORIZED"),
    "banned": Refusal(status=401, code="AUTH_USER_DISABLED"),
    "role_too_low": Refusal(status=403, code="AUTH_INSUFFICIENT_PRIVILEGE"),
}

NO_TABLE = "SQL logic error: no such table: logs (1)"


@dataclass(frozen=True, kw_only=True)
class Broken:
    """What is said when the database of the logs is gone; None is a silent zero."""

    own_list: str
    all_list: str
    stat: str | None = None


@dataclass(frozen=True, kw_only=True)
class Profile:
    name: str
    version: str
    paging: Paging = Paging()
    key_paging: Paging = Paging()

    row_fields: tuple[str, ...]
    left_out_when_empty: frozenset[str] = frozenset({"request_id", "upstream_request_id"})
    own_ids: IdForm
    hidden_in_own_other: frozenset[str] = frozenset({"admin_info"})
    all_by_time: bool = False

    text_filters: tuple[str, ...] = ("token_name", "group")
    own_model: Matching
    all_model: Matching
    all_stat_model: Matching
    user_name: Matching = Matching.EXACT
    stat_fields: tuple[str, ...] = ("quota", "rpm", "tpm")
    stat_forgets_quota: bool = False
    broken: Broken

    user_header: str | None = "New-Api-User"
    refusals: Mapping[str, Refusal] = field(default_factory=lambda: OLD_REFUSALS)
    speaks_english: bool = False
    bearer_in_any_case: bool = False
    has_version_header: bool = True
    has_auth_version_header: bool = True

    has_hourly: bool = True
    has_hourly_by_user: bool = False
    adds_up_hourly: bool = False
    rate_limit: tuple[int, int] = (180, 180)  # calls, seconds
    has_retry_after: bool = False

    status: shapes.Shape
    account: shapes.Shape
    shows_token: bool = False
    key: shapes.Shape
    masks_keys: bool = False


_COMMON = (
    *("id", "user_id", "created_at", "type", "content", "username", "token_name", "model_name"),
    *("quota", "prompt_tokens", "completion_tokens"),
)
_ONE_API_ROW = (*_COMMON, "channel", "request_id", "elapsed_time", "is_stream")
_OLD_ROW = (
    *(*_COMMON, "use_time", "is_stream", "channel", "channel_name", "token_id", "group", "other"),
)
_IP_ROW = (*_OLD_ROW[:-1], "ip", "other")
_REQUEST_ID_ROW = (*_OLD_ROW[:-1], "ip", "request_id", "other")
_UPSTREAM_ID_ROW = (*_OLD_ROW[:-1], "ip", "request_id", "upstream_request_id", "other")

_BARE_TENS = Paging(
    first=0, keeps_negative_page=False, size_names=(), negative_size=10, envelope=()
)

ONE_API = Profile(
    name="one-api",
    version="v0.6.11-alpha.22",
    paging=_BARE_TENS,
    key_paging=_BARE_TENS,
    row_fields=(*_ONE_API_ROW, "system_prompt_reset"),
    left_out_when_empty=frozenset(),
    own_ids=IdForm.ZERO,
    text_filters=("token_name",),
    own_model=Matching.EXACT,
    all_model=Matching.EXACT,
    all_stat_model=Matching.EXACT,
    stat_fields=("quota",),
    broken=Broken(own_list="no such table: logs", all_list="no such table: logs"),
    user_header=None,
    has_version_header=False,
    has_auth_version_header=False,
    has_hourly=False,
    rate_limit=(480, 180),
    status=shapes.ONE_API_STATUS,
    account=shapes.ONE_API_ACCOUNT,
    key=shapes.ONE_API_KEY,
)

V0_6_8 = Profile(
    name="new-api-v0.6.8",
    version="v0.6.8.0",
    paging=Paging(
        keeps_negative_page=False,
        size_names=("page_size",),
        zero_size=0,
        negative_size=10,
        all_cap=None,
        envelope=("items", "page", "page_size", "total"),
    ),
    key_paging=replace(_BARE_TENS, size_names=("size",)),
    row_fields=_OLD_ROW,
    own_ids=IdForm.MODULO,
    own_model=Matching.LIKE,
    all_model=Matching.LIKE,
    all_stat_model=Matching.LIKE,
    broken=Broken(own_list=NO_TABLE, all_list=NO_TABLE),
    has_version_header=False,
    has_auth_version_header=False,
    status=shapes.STATUS_V0_6,
    account=shapes.ACCOUNT_V0_6,
    shows_token=True,
    key=shapes.KEY_V0_6,
)

V0_10_7 = replace(
    V0_6_8,
    name="new-api-v0.10.7",
    version="v0.10.7",
    paging=Paging(),
    key_paging=Paging(),
    row_fields=_IP_ROW,
    hidden_in_own_other=frozenset({"admin_info", "request_conversion", "reject_reason"}),
    has_version_header=True,
    status=shapes.STATUS_V0_10,
    account=shapes.ACCOUNT,
    shows_token=False,
    key=shapes.KEY,
)

V0_13_2 = replace(
    V0_10_7,
    name="new-api-v0.13.2",
    version="v0.13.2",
    row_fields=_REQUEST_ID_ROW,
    own_ids=IdForm.RANK,
    hidden_in_own_other=frozenset({"admin_info", "stream_status"}),
    text_filters=("token_name", "group", "request_id"),
    own_model=Matching.CAREFUL_LIKE,
    all_stat_model=Matching.CAREFUL_LIKE,
    broken=Broken(own_list="查询日志失败", all_list=NO_TABLE, stat="查询统计数据失败"),
    speaks_english=True,
    has_auth_version_header=True,
    has_hourly_by_user=True,
    status=shapes.STATUS,
    masks_keys=True,
)

RC_24 = replace(
    V0_13_2,
    name="new-api-rc.24",
    version="v1.0.0-rc.24",
    row_fields=_UPSTREAM_ID_ROW,
    hidden_in_own_other=frozenset({"admin_info", "audit_info"}),
    all_by_time=True,
    text_filters=("token_name", "group", "request_id", "upstream_request_id"),
    own_model=Matching.EXACT_UNLESS_PERCENT,
    all_model=Matching.EXACT_UNLESS_PERCENT,
    all_stat_model=Matching.EXACT_UNLESS_PERCENT,
    user_name=Matching.EXACT_UNLESS_PERCENT,
    user_header=None,
    refusals=CODED_REFUSALS,
    bearer_in_any_case=True,
    adds_up_hourly=True,
    rate_limit=(360, 180),
    has_retry_after=True,
)

RC_29 = replace(RC_24, name="new-api-rc.29", version="v1.0.0-rc.29", stat_forgets_quota=True)

PROFILES: Mapping[str, Profile] = {
    profile.name: profile for profile in (ONE_API, V0_6_8, V0_10_7, V0_13_2, RC_24, RC_29)
}
