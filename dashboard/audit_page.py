"""What the page of the audit log shows: a filter, and the newest events that it fits."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.audit import Action
from accounts.models import AuditEvent

SIZE = 50
COMMANDS = "commands"  # in place of a person
DAY = timedelta(days=1)
WORDS = {
    "before": _("before"),
    "connections": _("connections"),
    "feeds": _("feeds"),
    "owner": _("owner"),
    "resealed": _("secrets"),
    "paid": _("paid"),
    "role": _("role"),
    "rows": _("rows"),
    "since": _("from"),
    "time_zone": _("time zone"),
    "until": _("until"),
    "vocabulary": _("meaning"),
}


class _Form(forms.Form):
    """Single values. One that is not valid is left out."""

    who = forms.RegexField(rf"\A(\d{{1,9}}|{COMMANDS})\Z", required=False)
    action = forms.ChoiceField(choices=Action.choices, required=False)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)
    before = forms.IntegerField(min_value=1, max_value=2**62, required=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditFilter:
    """`since` and `until` are business days, both included. `before`: the place in the list."""

    who: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None

    @classmethod
    def from_query(cls, query: QueryDict) -> Self:
        form = _Form(query)
        form.is_valid()
        return cls(**{name: value for name, value in form.cleaned_data.items() if value})

    @property
    def has_conditions(self) -> bool:
        return bool(self.who or self.action or self.since or self.until)

    def query_string(self, **changes: object) -> str:
        """The place in the list is kept only where it is given."""
        given: dict[str, object] = {
            "who": self.who,
            "action": self.action,
            "since": self.since,
            "until": self.until,
            **changes,
        }
        return "?" + urlencode({name: str(value) for name, value in given.items() if value})


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    event: AuditEvent
    details: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, event: AuditEvent) -> Self:
        told: dict[str, Any] = json.loads(event.details) if event.details else {}
        return cls(
            event=event,
            details=[(str(WORDS.get(name, name)), _text(value)) for name, value in told.items()],
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    lines: Sequence[Line]
    older: int | None


def page(filters: AuditFilter, zone: ZoneInfo) -> Page:
    """Newest first."""
    events = AuditEvent.objects.select_related("actor").order_by("-number")
    if filters.who:
        events = events.filter(actor=None if filters.who == COMMANDS else int(filters.who))
    if filters.action:
        events = events.filter(action=filters.action)
    if filters.since is not None:
        events = events.filter(time__gte=_begin(filters.since, zone))
    if filters.until is not None:
        events = events.filter(time__lt=_begin(filters.until + DAY, zone))
    if filters.before is not None:
        events = events.filter(number__lt=filters.before)
    found = list(events[: SIZE + 1])
    return Page(
        lines=[Line.of(event) for event in found[:SIZE]],
        older=found[SIZE - 1].number if len(found) > SIZE else None,
    )


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _text(value: Any) -> str:
    if value is None:
        return "—"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
