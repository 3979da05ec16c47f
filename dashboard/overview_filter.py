"""What the overview shows: a range like that of the log, and which chart of it, how cut."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from dashboard.filters import UsageFilter
from dashboard.periods import Preset, Range, Step, buckets, steps

GROUP_DAYS = 31  # no rollup holds groups: they are summed from the rows, of at most so many days


class Kind(StrEnum):
    """The charts: four in the order in which the niche's consoles have them, then our own."""

    SPEND = "spend"
    TREND = "trend"
    SHARE = "share"
    RANKING = "ranking"
    BALANCE = "balance"
    CACHE = "cache"


class By(StrEnum):
    """What the bars of a chart are stacked by."""

    MODEL = "model"
    SITE = "site"
    CONNECTION = "connection"
    KEY = "key"
    GROUP = "group"


class _Form(forms.Form):
    """Single values. One that is not valid is left out and gets its default."""

    chart = forms.ChoiceField(choices=[(kind, kind) for kind in Kind], required=False)
    by = forms.ChoiceField(choices=[(by, by) for by in By], required=False)
    step = forms.ChoiceField(choices=[(step, step) for step in Step], required=False)


@dataclass(frozen=True, kw_only=True)
class OverviewFilter(UsageFilter):
    """`asked_by` and `asked_step` are kept in every link, also where the range is too long."""

    chart: Kind = Kind.SPEND
    asked_by: By = By.MODEL
    asked_step: Step | None = None

    @classmethod
    def from_query(
        cls, query: QueryDict, *, now: datetime, zone: ZoneInfo, default: Preset
    ) -> Self:
        form = _Form(query)
        form.is_valid()
        given: dict[str, Any] = form.cleaned_data
        filters = super().from_query(query, now=now, zone=zone, default=default).of_whole_days()
        return replace(
            filters,
            chart=Kind(given.get("chart") or Kind.SPEND),
            asked_by=By(given.get("by") or By.MODEL),
            asked_step=Step(given["step"]) if given.get("step") else None,
        )

    @property
    def by(self) -> By:
        return self.asked_by if self.asked_by in self.cuts else By.MODEL

    @property
    def cuts(self) -> Sequence[By]:
        """What the range is short enough for."""
        is_short = len(self.range.days()) <= GROUP_DAYS
        return [by for by in By if by is not By.GROUP or is_short]

    @property
    def steps(self) -> Sequence[Step]:
        return steps(self.range)

    @property
    def step(self) -> Step:
        return buckets(self.range, self.asked_step).step

    def query_string(self, **changes: object) -> str:
        said = {name: None if _UNSAID.get(name) == one else one for name, one in changes.items()}
        return super().query_string(**said)

    def rows(self, **changes: object) -> str:
        """The query string of the log, which knows nothing of charts."""
        return self.query_string(**_NO_CHART, unit=None, **changes)

    def rows_of(self, shown: Range) -> str:
        return self.of(shown, **_NO_CHART, unit=None)

    def hidden(self) -> list[tuple[str, str]]:
        kept = [(name, value) for name, value in self._of_chart().items() if value is not None]
        return [*super().hidden(), *((name, str(value)) for name, value in kept)]

    def _parameters(self) -> dict[str, object]:
        return super()._parameters() | self._of_chart()

    def _of_chart(self) -> dict[str, object]:
        return {
            "chart": None if self.chart is Kind.SPEND else self.chart,
            "by": None if self.asked_by is By.MODEL else self.asked_by,
            "step": self.asked_step,
        }


_UNSAID = {"chart": Kind.SPEND, "by": By.MODEL}
_NO_CHART = {"chart": None, "by": None, "step": None}
