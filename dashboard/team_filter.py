"""What the team's log shows: the filter of the log, and whose rows, by which user and channel."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q
from django.http import QueryDict

from dashboard import names
from dashboard.filters import LONGEST_TEXT, UsageFilter
from dashboard.people import Whose
from dashboard.periods import Preset
from dashboard.scope import Part
from dashboard.team import TeamScope
from providers.models import Name

NOBODY = "nobody"
LARGEST = 2**63 - 1  # what both databases can compare


class _TeamForm(forms.Form):
    member = forms.RegexField(rf"\A(\d{{1,9}}|{NOBODY})\Z", required=False)
    user = forms.CharField(max_length=LONGEST_TEXT, required=False)
    channel = forms.CharField(max_length=LONGEST_TEXT, required=False)


@dataclass(frozen=True, kw_only=True)
class TeamFilter(UsageFilter):
    """`member` is an id, or nobody's rows. `channel` is a number, or part of a name. `is_by_key`:
    the user of a row alone does not say whose it is; see `knowing`."""

    member: str = ""
    user: str = ""
    channel: str = ""
    is_by_key: bool = False
    of_member: Part | None = None

    @classmethod
    def from_query(
        cls, query: QueryDict, *, now: datetime, zone: ZoneInfo, default: Preset
    ) -> Self:
        form = _TeamForm(query)
        form.is_valid()
        given = {name: form.cleaned_data.get(name, "") for name in form.fields}
        plain = super().from_query(query, now=now, zone=zone, default=default)
        return replace(plain, connection=None, **given)

    def without_conditions(self) -> Self:
        return replace(super().without_conditions(), member="", user="", channel="", of_member=None)

    @property
    def has_conditions(self) -> bool:
        return bool(self.member or self.user or self.channel or super().has_conditions)

    @property
    def is_of_rows(self) -> bool:
        is_split = bool(self.member) and self.is_by_key
        return bool(self.channel) or is_split or super().is_of_rows

    def knowing(self, known: Whose) -> Self:
        """With the rows that its member means."""
        if not self.member:
            return self
        number = None if self.member == NOBODY else int(self.member)
        return replace(self, is_by_key=known.has_keys, of_member=known.part_of(number))

    def narrow(self, scope: TeamScope) -> TeamScope:
        """The rows that are meant by what only the team's filter has."""
        if self.of_member is not None:
            scope = scope.narrowed(self.of_member)
        if self.user:
            users = Q(user__in=names.matching(Name.Kind.USER, self.user))
            scope = scope.narrowed(Part(rows=users, days=users))
        if self.channel:
            scope = scope.narrowed(Part(rows=self._of_channel(), days=Q()))
        return scope

    def _of_channel(self) -> Q:
        number = self.channel.removeprefix("#")
        if number.isascii() and number.isdecimal():
            return Q(channel=min(LARGEST, int(number)))
        return Q(detail__channel_name__icontains=self.channel)

    def _parameters(self) -> dict[str, object]:
        of_team: dict[str, Any] = {name: getattr(self, name) for name in _TeamForm.base_fields}
        return of_team | super()._parameters()
