"""What the team's usage shows: a range, by what it is cut, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.urls import reverse

from dashboard.filters import UsageFilter, local_text
from dashboard.periods import Buckets, Preset, Range, Step, buckets, steps

ROW_DAYS = 31  # what no rollup holds is summed from the rows, of at most so many days
STEPS = (Step.HOUR, Step.DAY, Step.WEEK, Step.MONTH)


class Dim(StrEnum):
    """What a row can be counted by."""

    MEMBER = "member"
    MODEL = "model"
    USER = "user"
    KEY = "key"
    CHANNEL = "channel"
    GROUP = "group"
    SITE = "site"


class Sort(StrEnum):
    SPEND = "spend"
    RISE = "rise"
    REQUESTS = "requests"
    TOKENS = "tokens"
    ERRORS = "errors"
    REFUNDS = "refunds"


class View(StrEnum):
    SUMS = "sums"
    SPEED = "speed"


def _choice(words: type[StrEnum]) -> forms.ChoiceField:
    return forms.ChoiceField(choices=[(word, word) for word in words], required=False)


class _Form(forms.Form):
    by, also, sort, view = _choice(Dim), _choice(Dim), _choice(Sort), _choice(View)
    step = forms.ChoiceField(choices=[(step, step) for step in STEPS], required=False)


@dataclass(frozen=True, kw_only=True)
class CutFilter(UsageFilter):
    """`also`: a second cut, for the pairs of both."""

    by: Dim = Dim.MEMBER
    also: Dim | None = None
    sort: Sort = Sort.SPEND
    view: View = View.SUMS
    asked_step: Step | None = None

    @classmethod
    def from_query(
        cls, query: QueryDict, *, now: datetime, zone: ZoneInfo, default: Preset
    ) -> Self:
        form = _Form(query)
        form.is_valid()
        given: dict[str, Any] = form.cleaned_data
        plain = super().from_query(query, now=now, zone=zone, default=default).of_whole_days()
        by = Dim(given.get("by") or Dim.MEMBER)
        also = Dim(given["also"]) if given.get("also") else None
        return replace(
            plain.without_conditions(),
            by=by,
            also=None if also is by else also,
            sort=Sort(given.get("sort") or Sort.SPEND),
            view=View(given.get("view") or View.SUMS),
            asked_step=Step(given["step"]) if given.get("step") else None,
        )

    @property
    def dims(self) -> tuple[Dim, ...]:
        return (self.by,) if self.also is None else (self.by, self.also)

    @property
    def is_short(self) -> bool:
        return len(self.range.days()) <= ROW_DAYS

    @property
    def steps(self) -> Sequence[Step]:
        return steps(self.range)

    @property
    def buckets(self) -> Buckets:
        return buckets(self.range, self.asked_step)

    def rows(self, **conditions: object) -> str:
        """The address of the team's log of these rows."""
        asked: dict[str, object] = {"period": self.period}
        if self.period is Preset.CUSTOM:
            asked |= {"since": self.since_text, "until": self.until_text}
        asked |= conditions
        return f"{reverse('team_logs')}?{urlencode(asked)}"

    def rows_of(self, shown: Range) -> str:
        return self.rows(
            period=Preset.CUSTOM, since=local_text(shown.since), until=local_text(shown.until)
        )

    def _parameters(self) -> dict[str, object]:
        return super()._parameters() | {
            "by": None if self.by is Dim.MEMBER else self.by,
            "also": self.also,
            "sort": None if self.sort is Sort.SPEND else self.sort,
            "view": None if self.view is View.SUMS else self.view,
            "step": self.asked_step,
        }
