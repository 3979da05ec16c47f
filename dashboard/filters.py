"""The query string: parsed once into a frozen object that can write itself back."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict

from dashboard.parameters import (
    MORE_NAMED,
    NAMED,
    SIZE,
    Order,
    SingleForm,
    Unit,
    more_of,
    several,
    single,
)
from dashboard.periods import DAY, Preset, Range, of_days, of_preset
from dashboard.values import NONE, Values

EARLIEST, LATEST = date(2015, 1, 1), date(2100, 1, 1)

_CURSOR = re.compile(r"(\d{1,11})-(\d{1,18})")


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


@dataclass(frozen=True, kw_only=True, slots=True)
class UsageFilter:
    """What a page shows. Where `model` and `key` have values, plain text is contained, `%` stands
    for anything, a leading `=` means exactly; `!` before it means all others. `more`: parameters
    that only the rows can answer, as texts. `usual_size`: of a page that asks for no other."""

    period: Preset
    range: Range
    today: date
    type: Values = NONE
    model: Values = NONE
    key: Values = NONE
    connection: Values = NONE
    site: Values = NONE
    request_id: str = ""
    more: tuple[tuple[str, str], ...] = ()
    unit: Unit = Unit.USD
    order: Order = Order.NEWEST
    has_totals: bool = False  # with the rows, not after them: for those who have no script
    is_live: bool = False
    asked_size: int | None = None
    usual_size: int = SIZE
    before: Cursor | None = None
    after: Cursor | None = None

    @classmethod
    def from_query(
        cls, query: QueryDict, *, now: datetime, zone: ZoneInfo, default: Preset
    ) -> Self:
        given = single(SingleForm, query)
        named: dict[str, Any] = several(NAMED, query)
        today = now.astimezone(zone).date()
        period, shown = period_of(given, today, zone, default)
        return cls(
            period=period,
            range=shown,
            today=today,
            **named,
            request_id=given.get("request_id", ""),
            more=more_of(query),
            unit=Unit(given.get("unit") or Unit.USD),
            order=Order(given.get("order") or Order.NEWEST),
            has_totals=bool(given.get("totals")),
            is_live=bool(given.get("live")),
            asked_size=given.get("size"),
            before=Cursor.parse(given.get("before", "")),
            after=Cursor.parse(given.get("after", "")),
        )

    def query_string(self, **changes: object) -> str:
        """`?period=30d&model=small&model=large`. The place in the list is kept only where it is
        given."""
        given = {"before": None, "after": None, **changes}
        parameters = {**self._parameters(), **given}
        if given.keys() & {"period"} and parameters["period"] != Preset.CUSTOM:
            parameters |= {"since": None, "until": None}
        kept = {name: value for name, value in parameters.items() if value not in (None, "", ())}
        written = {
            name: list(value) if isinstance(value, Values) else str(value)
            for name, value in kept.items()
        }
        return "?" + urlencode(written, doseq=True)

    @property
    def size(self) -> int:
        """Rows of a page."""
        return self.asked_size or self.usual_size

    @property
    def address(self) -> str:
        """The query string of this very page."""
        return self.query_string(before=self.before, after=self.after)

    def of(self, shown: Range, **changes: object) -> str:
        """The query string of another range."""
        ends = {"since": local_text(shown.since), "until": local_text(shown.until)}
        return self.query_string(period=Preset.CUSTOM, **ends, **changes)

    def values(self, name: str) -> Values:
        """Of a parameter that may have several."""
        if name in MORE_NAMED:
            return Values(value for more, value in self.more if more == name)
        found: Values = getattr(self, name)
        return found

    def hidden(self) -> list[tuple[str, str]]:
        """What a form must carry along that has no field in it."""
        names = ("unit", "totals", "live", "size")
        kept = ((name, self._parameters()[name]) for name in names)
        return [(name, str(value)) for name, value in kept if value not in (None, "")]

    def of_whole_days(self) -> Self:
        """The same range, grown to whole days: what the daily sums can answer."""
        days = self.range.days()
        zone: Any = self.range.since.tzinfo
        return replace(self, range=of_days(days[0], days[-1], zone))

    def without_conditions(self) -> Self:
        bare: dict[str, Any] = dict.fromkeys(NAMED, NONE)
        return replace(self, **bare, request_id="", more=())

    @property
    def has_conditions(self) -> bool:
        named = any(self.values(name) for name in NAMED)
        return bool(named or self.request_id or self.more)

    @property
    def has_more(self) -> bool:
        """Whether something is said that stands under more filters."""
        return bool(self.more or self.connection or self.site or self.request_id)

    @property
    def is_oldest_first(self) -> bool:
        return self.order is Order.OLDEST

    @property
    def is_of_largest(self) -> bool:
        return self.order not in (Order.NEWEST, Order.OLDEST) and not self.request_id

    def can_follow(self, now: datetime) -> bool:
        """Whether new rows would stand at the top of this page."""
        is_first = self.before is None and self.after is None and not self.request_id
        is_open = self.range.since <= now < self.range.until
        return self.order is Order.NEWEST and is_first and is_open

    @property
    def given(self) -> dict[str, str]:
        """Of those that have one value."""
        return {name: value for name, value in self.more if name not in MORE_NAMED}

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
            **{name: self.values(name) for name in NAMED},
            "request_id": self.request_id,
            **{name: self.values(name) for name in MORE_NAMED},
            **self.given,
            "unit": None if self.unit is Unit.USD else self.unit,
            "order": None if self.order is Order.NEWEST else self.order,
            "totals": "here" if self.has_totals else None,
            "live": "on" if self.is_live else None,
            "size": None if self.size == self.usual_size else self.size,
            "before": self.before,
            "after": self.after,
        }


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
