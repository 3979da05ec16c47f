"""Which windows a page shows, out of the query string and back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from dashboard.filters import Cursor, local_text, period_of
from dashboard.periods import Preset, Range
from providers.adapters.records import Span
from providers.models import Window

DEFAULT = Preset.DAYS_30


class _Form(forms.Form):
    """Single values. One that is not valid is left out and gets its default."""

    period = forms.ChoiceField(choices=[(preset, preset) for preset in Preset], required=False)
    since = forms.CharField(max_length=30, required=False)
    until = forms.CharField(max_length=30, required=False)
    feed = forms.IntegerField(min_value=1, max_value=2**62, required=False)
    state = forms.ChoiceField(choices=Window.State.choices, required=False)
    before = forms.CharField(max_length=40, required=False)
    after = forms.CharField(max_length=40, required=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowFilter:
    """A cursor is the second at which a window begins, and its feed."""

    period: Preset
    range: Range
    feed: int | None = None
    state: str = ""
    before: Cursor | None = None
    after: Cursor | None = None

    @classmethod
    def from_query(cls, query: QueryDict, *, now: datetime, zone: ZoneInfo) -> Self:
        form = _Form(query)
        form.is_valid()
        given: dict[str, Any] = form.cleaned_data
        period, shown = period_of(given, now.astimezone(zone).date(), zone, DEFAULT)
        return cls(
            period=period,
            range=shown,
            feed=given.get("feed"),
            state=given.get("state", ""),
            before=Cursor.parse(given.get("before", "")),
            after=Cursor.parse(given.get("after", "")),
        )

    def query_string(self, **changes: object) -> str:
        """The place in the list is kept only where it is given."""
        is_custom = self.period is Preset.CUSTOM
        parameters = {
            "period": None if self.period is DEFAULT else self.period,
            "since": self.since_text if is_custom else None,
            "until": self.until_text if is_custom else None,
            "feed": self.feed,
            "state": self.state,
            **changes,
        }
        kept = {name: str(value) for name, value in parameters.items() if value not in (None, "")}
        return "?" + urlencode(kept)

    @property
    def address(self) -> str:
        """The query string of this very page."""
        return self.query_string(before=self.before, after=self.after)

    @property
    def span(self) -> Span:
        ends = self.range.since.timestamp(), self.range.until.timestamp()
        return Span(since=int(ends[0]), until=int(ends[1]))

    @property
    def has_conditions(self) -> bool:
        return bool(self.feed or self.state)

    @property
    def since_text(self) -> str:
        return local_text(self.range.since)

    @property
    def until_text(self) -> str:
        return local_text(self.range.until)
