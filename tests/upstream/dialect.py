"""What can differ between the members of the New API family: the fields of a `Gateway`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from . import shapes
from .profile import Profile
from .refusals import Refusal


class IdForm(StrEnum):
    """What an owner sees in place of the real id of a row."""

    ZERO = "zero"
    MODULO = "modulo 1024"
    RANK = "rank in the list"


class OtherForm(StrEnum):
    """What an owner sees of the text that was stored in `other`."""

    REWRITTEN = "parsed, stripped and written again"
    STRIPPED = "as stored where there is nothing to strip"


class Matching(StrEnum):
    """How a name is compared with the one in a row."""

    EXACT = "exact"
    LIKE = "like"  # % and _ are wildcards, letters match in either case
    CAREFUL_LIKE = "like without underscore"  # and with limits on %
    EXACT_UNLESS_PERCENT = "exact unless percent"


@dataclass(frozen=True, kw_only=True)
class Paging:
    """How a page is asked for; without an envelope the answer is a bare array.

    `envelope` maps its members to what they hold: items, total, page or page_size.
    """

    first: int = 1
    page_name: str = "p"
    keeps_negative_page: bool = True
    size_names: tuple[str, ...] = ("page_size", "ps", "size")  # none: the size is fixed
    zero_size: int = 10  # also when no size is given
    negative_size: int | None = None  # None: no limit at all
    own_cap: int | None = 100
    all_cap: int | None = 100
    refuses_above_cap: bool = False
    envelope: Mapping[str, str] = field(
        default_factory=lambda: same_names("page", "page_size", "total", "items")
    )


def same_names(*members: str) -> Mapping[str, str]:
    return dict(zip(members, members, strict=True))


@dataclass(frozen=True, kw_only=True)
class Broken:
    """What is said when the database of the logs is gone; None is a silent zero."""

    own_list: str
    all_list: str
    stat: str | None = None


@dataclass(frozen=True, kw_only=True)
class Gateway(Profile):
    version: str
    paging: Paging = Paging()
    key_paging: Paging = Paging()

    shows_objects: bool = False  # `channel` and `metadata` are objects, or null
    left_out_when_empty: frozenset[str] = frozenset({"request_id", "upstream_request_id"})
    own_ids: IdForm
    own_other: OtherForm = OtherForm.REWRITTEN
    hidden_in_own_other: frozenset[str] = frozenset({"admin_info"})
    all_by_time: bool = False

    type_filter: str = "type"
    text_filters: Mapping[str, str] = field(
        default_factory=lambda: same_names("token_name", "group")
    )
    channel_filter: str = "channel"
    refuses_bad_numbers: bool = False  # in a list; a statistic takes them for no filter
    own_model: Matching
    all_model: Matching
    all_stat_model: Matching
    user_name: Matching = Matching.EXACT
    stat_fields: tuple[str, ...] = ("quota", "rpm", "tpm")
    stat_forgets_quota: bool = False
    rates_of_whole_window: bool = False
    broken: Broken

    user_header: str | None = "New-Api-User"
    refusals: Mapping[str, Refusal]
    speaks_english: bool = False
    bearer_in_any_case: bool = False
    has_scopes: bool = False
    has_version_header: bool = True
    has_auth_version_header: bool = True

    has_hourly: bool = True
    has_hourly_by_user: bool = False
    hourly_fields: tuple[str, ...]
    adds_up_hourly: bool = False

    status: shapes.Shape
    account: shapes.Shape
    shows_token: bool = False
    key: shapes.Shape
    masks_keys: bool = False

    def failure(self, message: str, code: str | None) -> Mapping[str, Any]:
        coded = {} if code is None else {"code": code}
        return coded | {"message": message, "success": False}
