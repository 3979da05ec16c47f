"""What the team's log shows: the filter of the log, and whose rows, by which user and channel."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q
from django.http import QueryDict

from dashboard import names
from dashboard.filters import UsageFilter
from dashboard.parameters import several, text
from dashboard.people import Whose
from dashboard.periods import Preset
from dashboard.scope import Part
from dashboard.team import TeamScope
from dashboard.values import NONE, Values
from providers.models import Name

NOBODY = "nobody"
LARGEST = 2**63 - 1  # what both databases can compare


OF_TEAM: Mapping[str, forms.Field] = {
    "member": forms.RegexField(rf"\A(\d{{1,9}}|{NOBODY})\Z", required=False),
    "user": text(),
    "channel": text(),
}


@dataclass(frozen=True, kw_only=True)
class TeamFilter(UsageFilter):
    """`member` is an id, or nobody's rows. `channel` is a number, or part of a name. `is_by_key`:
    the user of a row alone does not say whose it is; see `knowing`."""

    member: Values = NONE
    user: Values = NONE
    channel: Values = NONE
    is_by_key: bool = False
    of_members: Part | None = None

    @classmethod
    def from_query(
        cls, query: QueryDict, *, now: datetime, zone: ZoneInfo, default: Preset
    ) -> Self:
        plain = super().from_query(query, now=now, zone=zone, default=default)
        of_team: dict[str, Any] = several(OF_TEAM, query)
        return replace(plain, connection=NONE, **of_team)

    def without_conditions(self) -> Self:
        of_team: dict[str, Any] = dict.fromkeys(OF_TEAM, NONE)
        return replace(super().without_conditions(), **of_team, of_members=None)

    @property
    def has_conditions(self) -> bool:
        return any(self.values(name) for name in OF_TEAM) or super().has_conditions

    @property
    def has_more(self) -> bool:
        return bool(self.user or self.channel or super().has_more)

    @property
    def is_of_rows(self) -> bool:
        is_split = bool(self.member) and self.is_by_key
        return bool(self.channel) or is_split or super().is_of_rows

    def knowing(self, known: Whose) -> Self:
        """With the rows that its members mean."""
        if not self.member:
            return self
        parts = {value: known.part_of(_number(value)) for value in _values_of(self.member)}
        of_members = Part(
            rows=self.member.condition(lambda value: parts[value].rows),
            days=self.member.condition(lambda value: parts[value].days),
        )
        return replace(self, is_by_key=known.has_keys, of_members=of_members)

    def narrow(self, scope: TeamScope) -> TeamScope:
        """The rows that are meant by what only the team's filter has."""
        if self.of_members is not None:
            scope = scope.narrowed(self.of_members)
        if self.user:
            users = self.user.condition(_of_user)
            scope = scope.narrowed(Part(rows=users, days=users))
        if self.channel:
            scope = scope.narrowed(Part(rows=self.channel.condition(_of_channel), days=Q()))
        return scope

    def _parameters(self) -> dict[str, object]:
        return {name: self.values(name) for name in OF_TEAM} | super()._parameters()


def _values_of(members: Values) -> list[str]:
    return [*members.wanted, *members.unwanted]


def _number(member: str) -> int | None:
    return None if member == NOBODY else int(member)


def _of_user(value: str) -> Q:
    return Q(user__in=names.matching(Name.Kind.USER, value))


def _of_channel(value: str) -> Q:
    number = value.removeprefix("#")
    if number.isascii() and number.isdecimal():
        return Q(channel=min(LARGEST, int(number)))
    return Q(detail__channel_name__icontains=value)
