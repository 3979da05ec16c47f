"""The query string: parsed once into a frozen object that can write itself back."""

import re
import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from dashboard.periods import DAY, Preset, Range, of_days, of_preset

EARLIEST, LATEST = date(2015, 1, 1), date(2100, 1, 1)
SIZES = (10, 20, 50, 100)
SIZE = 20
TYPES = ("consume", "top_up", "refund", "error", "manage", "system", "login", "test", "unknown")
LONGEST_TEXT = 200

_CURSOR = re.compile(r"(\d{1,11})-(\d{1,18})")


class Unit(StrEnum):
    USD = "usd"
    UNITS = "units"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place of a row in a list by time and id."""

    second: int
    pk: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        match = _CURSOR.fullmatch(text)
        return cls(int(match[1]), int(match[2])) if match else None

    def __str__(self) -> str:
        return f"{self.second}-{self.pk}"


class _Form(forms.Form):
    """Single values. One that is not valid is left out and gets its default."""

    period = forms.ChoiceField(choices=[(preset, preset) for preset in Preset], required=False)
    since = forms.CharField(max_length=30, required=False)
    until = forms.CharField(max_length=30, required=False)
    type = forms.ChoiceField(choices=[(word, word) for word in TYPES], required=False)
    model = forms.CharField(max_length=LONGEST_TEXT, required=False)
    key = forms.CharField(max_length=LONGEST_TEXT, required=False)
    connection = forms.UUIDField(required=False)
    site = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    request_id = forms.CharField(max_length=LONGEST_TEXT, required=False)
    unit = forms.ChoiceField(choices=[(unit, unit) for unit in Unit], required=False)
    size = forms.TypedChoiceField(
        choices=[(size, size) for size in SIZES], coerce=int, empty_value=None, required=False
    )
    before = forms.CharField(max_length=40, required=False)
    after = forms.CharField(max_length=40, required=False)


def _number() -> forms.Field:
    return forms.DecimalField(min_value=0, max_digits=15, decimal_places=6, required=False)


def _count() -> forms.Field:
    return forms.IntegerField(min_value=0, max_value=10**12, required=False)


class _MoreForm(forms.Form):
    """What only the rows can answer; `conditions.py` says how."""

    group = forms.CharField(max_length=LONGEST_TEXT, required=False)
    stream = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")], required=False)
    ip = forms.CharField(max_length=LONGEST_TEXT, required=False)
    text = forms.CharField(max_length=LONGEST_TEXT, required=False)
    min_cost, max_cost = _number(), _number()
    min_tokens, max_tokens = _count(), _count()
    min_seconds, max_seconds = _number(), _number()


MORE = tuple(_MoreForm.base_fields)


@dataclass(frozen=True, kw_only=True, slots=True)
class UsageFilter:
    """What a page shows. `model` and `key`: plain text is contained, `%` stands for anything, a
    leading `=` means exactly. `more`: parameters that only the rows can answer, as texts."""

    period: Preset
    range: Range
    today: date
    type: str = ""
    model: str = ""
    key: str = ""
    connection: uuid.UUID | None = None
    site: int | None = None
    request_id: str = ""
    more: tuple[tuple[str, str], ...] = ()
    unit: Unit = Unit.USD
    size: int = SIZE
    before: Cursor | None = None
    after: Cursor | None = None

    @classmethod
    def from_query(
        cls, query: QueryDict, *, now: datetime, zone: ZoneInfo, default: Preset
    ) -> Self:
        form = _Form(query)
        form.is_valid()
        given: dict[str, Any] = form.cleaned_data
        today = now.astimezone(zone).date()
        period, shown = period_of(given, today, zone, default)
        return cls(
            period=period,
            range=shown,
            today=today,
            **{name: given.get(name, "") for name in ("type", "model", "key", "request_id")},
            connection=given.get("connection"),
            site=given.get("site"),
            more=_more(query),
            unit=Unit(given.get("unit") or Unit.USD),
            size=given.get("size") or SIZE,
            before=Cursor.parse(given.get("before", "")),
            after=Cursor.parse(given.get("after", "")),
        )

    def query_string(self, **changes: object) -> str:
        """`?period=30d&model=small`. The place in the list is kept only where it is given."""
        given = {"before": None, "after": None, **changes}
        parameters = {**self._parameters(), **given}
        if given.keys() & {"period"} and parameters["period"] != Preset.CUSTOM:
            parameters |= {"since": None, "until": None}
        kept = {name: str(value) for name, value in parameters.items() if value not in (None, "")}
        return "?" + urlencode(kept)

    @property
    def address(self) -> str:
        """The query string of this very page."""
        return self.query_string(before=self.before, after=self.after)

    def of(self, shown: Range, **changes: object) -> str:
        """The query string of another range."""
        ends = {"since": local_text(shown.since), "until": local_text(shown.until)}
        return self.query_string(period=Preset.CUSTOM, **ends, **changes)

    def hidden(self) -> list[tuple[str, str]]:
        """What a form must carry along that has no field in it."""
        kept = {"unit": self.unit, "size": self.size}
        defaults = {"unit": Unit.USD, "size": SIZE}
        return [(name, str(kept[name])) for name in kept if kept[name] != defaults[name]]

    def of_whole_days(self) -> Self:
        """The same range, grown to whole days: what the daily sums can answer."""
        days = self.range.days()
        zone: Any = self.range.since.tzinfo
        return replace(self, range=of_days(days[0], days[-1], zone))

    def without_conditions(self) -> Self:
        bare = replace(self, type="", model="", key="", connection=None, request_id="")
        return replace(bare, site=None, more=())

    @property
    def has_conditions(self) -> bool:
        named = self.type or self.model or self.key or self.connection or self.request_id
        return bool(named or self.site or self.more)

    @property
    def given(self) -> dict[str, str]:
        return dict(self.more)

    @property
    def is_of_rows(self) -> bool:
        """Whether no daily sum can answer it: those hold no model and key together, either."""
        return bool(self.more or (self.model and self.key))

    @property
    def has_dates(self) -> bool:
        """Whether a row's time needs its day beside it."""
        return bool(self.request_id) or len(self.range.days()) > 1

    @property
    def last_day(self) -> date:
        return self.range.days()[-1]

    @property
    def since_text(self) -> str:
        return local_text(self.range.since)

    @property
    def until_text(self) -> str:
        return local_text(self.range.until)

    def _parameters(self) -> dict[str, object]:
        is_custom = self.period is Preset.CUSTOM
        return {
            "period": self.period,
            "since": self.since_text if is_custom else None,
            "until": self.until_text if is_custom else None,
            "type": self.type,
            "model": self.model,
            "key": self.key,
            "connection": self.connection,
            "site": self.site,
            "request_id": self.request_id,
            **self.given,
            "unit": None if self.unit is Unit.USD else self.unit,
            "size": None if self.size == SIZE else self.size,
            "before": self.before,
            "after": self.after,
        }


def _more(query: QueryDict) -> tuple[tuple[str, str], ...]:
    form = _MoreForm(query)
    form.is_valid()
    found = ((name, form.cleaned_data.get(name)) for name in MORE)
    return tuple((name, _text(value)) for name, value in found if value not in (None, ""))


def _text(value: object) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def period_of(
    given: dict[str, Any], today: date, zone: ZoneInfo, default: Preset
) -> tuple[Preset, Range]:
    """The preset that was asked for; `custom` with both ends, else the default."""
    since, until = given.get("since", ""), given.get("until", "")
    asked = given.get("period") or (Preset.CUSTOM if since or until else default)
    if asked != Preset.CUSTOM:
        return Preset(asked), of_preset(Preset(asked), today, zone)
    shown = _custom(since, until, today, zone)
    return (Preset.CUSTOM, shown) if shown else (default, of_preset(default, today, zone))


def _custom(since: str, until: str, today: date, zone: ZoneInfo) -> Range | None:
    """A day alone as the end includes that day; one missing end is today."""
    whole_day = of_days(today, today, zone)
    begin = _moment(since, zone) if since else whole_day.since
    end = _moment(until, zone) if until else whole_day.until
    if begin is None or end is None:
        return None
    if len(until) == len("2026-11-18"):
        end += DAY
    return Range(since=begin, until=end) if begin < end else None


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is not None or not EARLIEST <= moment.date() <= LATEST:
        return None
    return moment.replace(microsecond=0, tzinfo=zone)


def local_text(moment: datetime) -> str:
    text = moment.replace(tzinfo=None).isoformat(timespec="seconds")
    return text.removesuffix(":00")
