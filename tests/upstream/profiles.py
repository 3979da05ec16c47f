"""The dialects of the New API family, one value each: what it has in common with another, and what
not. `PROFILES` has those of every product."""

from collections.abc import Mapping
from dataclasses import replace

from . import shapes
from .dialect import (
    Broken,
    Gateway,
    IdForm,
    Matching,
    OtherForm,
    Paging,
    same_names,
)
from .openai_hk.profiles import OPENAI_HK
from .profile import Profile
from .refusals import CODED_REFUSALS, OLD_REFUSALS, SCOPED_REFUSALS

NO_TABLE = "SQL logic error: no such table: logs (1)"
SILENT_STAT = Broken(own_list=NO_TABLE, all_list=NO_TABLE)

_COMMON = (
    *("id", "user_id", "created_at", "type", "content", "username", "token_name", "model_name"),
    *("quota", "prompt_tokens", "completion_tokens"),
)
_ONE_API_ROW = (*_COMMON, "channel", "request_id", "elapsed_time", "is_stream")
_EARLY_ROW = (*_COMMON, "use_time", "is_stream", "channel", "token_id")
_GROUP_ROW = (*_EARLY_ROW, "group", "other")
_OLD_ROW = (
    *(*_COMMON, "use_time", "is_stream", "channel", "channel_name", "token_id", "group", "other"),
)
_IP_ROW = (*_OLD_ROW[:-1], "ip", "other")
_REQUEST_ID_ROW = (*_OLD_ROW[:-1], "ip", "request_id", "other")
_UPSTREAM_ID_ROW = (*_OLD_ROW[:-1], "ip", "request_id", "upstream_request_id", "other")
_ONE_HUB_ROW = (
    *(*_COMMON, "channel_id", "request_time", "is_stream", "source_ip", "metadata", "channel"),
)

_HOUR = (
    *("id", "user_id", "username", "model_name", "created_at", "token_used", "count", "quota"),
)
_BARE_TENS = Paging(
    first=0, keeps_negative_page=False, size_names=(), negative_size=10, envelope={}
)
_BARE_SIZED = replace(_BARE_TENS, size_names=("size",))
_NO_DEFAULT_SIZE = Paging(
    keeps_negative_page=False,
    size_names=("page_size",),
    zero_size=0,
    negative_size=10,
    all_cap=None,
    envelope=same_names("items", "page", "page_size", "total"),
)

ONE_API = Gateway(
    name="one-api",
    version="v0.6.11-alpha.22",
    paging=_BARE_TENS,
    key_paging=_BARE_TENS,
    row_fields=(*_ONE_API_ROW, "system_prompt_reset"),
    left_out_when_empty=frozenset(),
    own_ids=IdForm.ZERO,
    text_filters=same_names("token_name"),
    own_model=Matching.EXACT,
    all_model=Matching.EXACT,
    all_stat_model=Matching.EXACT,
    stat_fields=("quota",),
    broken=Broken(own_list="no such table: logs", all_list="no such table: logs"),
    user_header=None,
    refusals=OLD_REFUSALS,
    has_version_header=False,
    has_auth_version_header=False,
    has_hourly=False,
    hourly_fields=(),
    rate_limit=(480, 180),
    status=shapes.ONE_API_STATUS,
    account=shapes.ONE_API_ACCOUNT,
    key=shapes.ONE_API_KEY,
)

ONE_HUB = replace(
    ONE_API,
    name="one-hub",
    version="v0.14.27",
    paging=Paging(
        page_name="page",
        keeps_negative_page=False,
        size_names=("size",),
        negative_size=10,
        refuses_above_cap=True,
        envelope={"data": "items", "page": "page", "size": "page_size", "total_count": "total"},
    ),
    row_fields=_ONE_HUB_ROW,
    renamed={"channel_id": "channel", "request_time": "elapsed_time", "source_ip": "ip"},
    shows_objects=True,
    unseen=frozenset({"other"}),
    type_filter="log_type",
    channel_filter="channel_id",
    refuses_bad_numbers=True,
    rate_limit=(300, 180),
    cleans_only_consumption=True,
    status=shapes.ONE_HUB_STATUS,
    account=shapes.ONE_HUB_ACCOUNT,
    shows_token=True,
    key=shapes.ONE_HUB_KEY,
)
ONE_HUB = replace(ONE_HUB, key_paging=ONE_HUB.paging)

V0_2_0 = Gateway(
    name="new-api-v0.2.0",
    version="v0.2.0",
    paging=_BARE_TENS,
    key_paging=_BARE_SIZED,
    row_fields=_EARLY_ROW,
    own_ids=IdForm.ZERO,
    text_filters=same_names("token_name"),
    own_model=Matching.EXACT,
    all_model=Matching.EXACT,
    all_stat_model=Matching.EXACT,
    rates_of_whole_window=True,
    broken=SILENT_STAT,
    user_header=None,  # a session in a browser needs it from v0.2.7.4, a token from v0.4.6.1
    refusals=OLD_REFUSALS,
    has_version_header=False,
    has_auth_version_header=False,
    hourly_fields=tuple(name for name in _HOUR if name != "token_used"),
    status=shapes.STATUS_V0_2,
    account=shapes.ACCOUNT_V0_2,
    shows_token=True,
    key=shapes.KEY_V0_2,
)

V0_2_7_5 = replace(
    V0_2_0,
    name="new-api-v0.2.7.5",
    version="v0.2.7.5",
    paging=replace(_BARE_TENS, size_names=("page_size",), zero_size=0, all_cap=None),
    row_fields=(*_EARLY_ROW, "other"),
    own_model=Matching.LIKE,
    all_model=Matching.LIKE,
    all_stat_model=Matching.LIKE,
    rates_of_whole_window=False,
    hourly_fields=_HOUR,
    status=shapes.STATUS_V0_2_7,
    key=shapes.KEY_V0_2_7,
)

V0_2_7_6 = replace(V0_2_7_5, name="new-api-v0.2.7.6", version="v0.2.7.6", paging=_NO_DEFAULT_SIZE)

V0_4_2_4 = replace(
    V0_2_7_6,
    name="new-api-v0.4.2.4",
    version="v0.4.2.4",
    row_fields=_GROUP_ROW,
    own_ids=IdForm.MODULO,
    text_filters=same_names("token_name", "group"),
    status=shapes.STATUS_V0_4,
    account=shapes.ACCOUNT_V0_4,
    key=shapes.KEY_V0_6,
)

V0_6_8 = replace(
    V0_4_2_4,
    name="new-api-v0.6.8",
    version="v0.6.8.0",
    row_fields=_OLD_ROW,
    user_header="New-Api-User",
    status=shapes.STATUS_V0_6,
    account=shapes.ACCOUNT_V0_6,
)

V0_8_8 = replace(
    V0_6_8,
    name="new-api-v0.8.8",
    version="v0.8.8.0",
    paging=Paging(),
    key_paging=Paging(),
    row_fields=_IP_ROW,
    status=shapes.STATUS_V0_8,
    account=shapes.ACCOUNT_V0_8,
)

V0_10_7 = replace(
    V0_8_8,
    name="new-api-v0.10.7",
    version="v0.10.7",
    hidden_in_own_other=frozenset({"admin_info", "request_conversion", "reject_reason"}),
    has_version_header=True,
    status=shapes.STATUS_V0_10,
    account=shapes.ACCOUNT,
    shows_token=False,
    key=shapes.KEY,
)

V0_10_8 = replace(
    V0_10_7,
    name="new-api-v0.10.8",
    version="v0.10.8",
    row_fields=_REQUEST_ID_ROW,
    own_ids=IdForm.RANK,
    hidden_in_own_other=frozenset({"admin_info", "reject_reason"}),
    text_filters=same_names("token_name", "group", "request_id"),
    own_model=Matching.CAREFUL_LIKE,
    all_stat_model=Matching.CAREFUL_LIKE,
    broken=Broken(own_list="查询日志失败", all_list=NO_TABLE, stat="查询统计数据失败"),
)

V0_13_2 = replace(
    V0_10_8,
    name="new-api-v0.13.2",
    version="v0.13.2",
    hidden_in_own_other=frozenset({"admin_info", "stream_status"}),
    speaks_english=True,
    has_auth_version_header=True,
    has_hourly_by_user=True,
    status=shapes.STATUS,
    masks_keys=True,
)

RC_10 = replace(
    V0_13_2,
    name="new-api-rc.10",
    version="v1.0.0-rc.10",
    row_fields=_UPSTREAM_ID_ROW,
    text_filters=same_names("token_name", "group", "request_id", "upstream_request_id"),
    own_model=Matching.EXACT_UNLESS_PERCENT,
    all_model=Matching.EXACT_UNLESS_PERCENT,
    all_stat_model=Matching.EXACT_UNLESS_PERCENT,
    user_name=Matching.EXACT_UNLESS_PERCENT,
    status=shapes.STATUS_RC_10,
)

RC_24 = replace(
    RC_10,
    name="new-api-rc.24",
    version="v1.0.0-rc.24",
    hidden_in_own_other=frozenset({"admin_info", "audit_info"}),
    all_by_time=True,
    user_header=None,
    refusals=CODED_REFUSALS,
    bearer_in_any_case=True,
    adds_up_hourly=True,
    rate_limit=(360, 180),
    has_retry_after=True,
    status=shapes.STATUS_RC_24,
    key=shapes.KEY_RC_24,
)

RC_29 = replace(RC_24, name="new-api-rc.29", version="v1.0.0-rc.29", stat_forgets_quota=True)

RC_41 = replace(
    RC_24,
    name="new-api-rc.41",
    version="v1.0.0-rc.41",
    own_other=OtherForm.STRIPPED,
    hidden_in_own_other=RC_24.hidden_in_own_other
    | {"root_info", "reject_reason", "channel_id", "channel_name", "channel_type"},
    refusals=SCOPED_REFUSALS,
    has_scopes=True,
)

VELOERA = replace(
    V0_6_8,
    name="veloera",
    version="",
    user_header="Veloera-User",
    status=shapes.VELOERA_STATUS,
    account=shapes.VELOERA_ACCOUNT,
)

# Not read: what is known of these is the name of their header.
RENAMED_HEADERS = {
    "v-api": "X-Api-User",
    "voapi": "voapi-user",
    "super-api": "User-id",
    "neo-api": "neo-api-user",
}
RENAMED = [
    replace(V0_6_8, name=name, version="", user_header=header)
    for name, header in RENAMED_HEADERS.items()
]
RIX_API = replace(
    V0_6_8, name="rix-api", version="", user_header="Rix-Api-User", account=shapes.RIX_ACCOUNT
)
APIYI = replace(V0_6_8, name="apiyi", paging=replace(_BARE_TENS, size_names=("pageSize",)))

GATEWAYS: Mapping[str, Gateway] = {
    profile.name: profile
    for profile in (
        *(ONE_API, ONE_HUB, V0_2_0, V0_2_7_5, V0_2_7_6, V0_4_2_4, V0_6_8, V0_8_8, V0_10_7),
        *(V0_10_8, V0_13_2, RC_10, RC_24, RC_29, RC_41, VELOERA, *RENAMED, RIX_API, APIYI),
    )
}

PROFILES: Mapping[str, Profile] = {**GATEWAYS, **OPENAI_HK}
