"""The log table as HTML: a loop in a template takes three times as long (performance.md 4)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dashboard import money, names
from dashboard.columns import Column
from dashboard.filters import UsageFilter
from dashboard.log_heads import head
from dashboard.money import Amount, Rates
from dashboard.parameters import Unit
from dashboard.scope import Scope
from dashboard.type_names import type_name
from providers.models import UsageLog

NOTHING = "—"
SECONDS_SLOW, SECONDS_SLOWER = 10, 30
FIRST_SLOW, FIRST_SLOWER = 5, 10
COST_PLACES = 6
# From here on a number wants a wider column than usual.
LONG_COUNT, LONG_UNITS, LONG_USD = 10**7, 10**10, 10**4
EMPTY = SafeString()
CELL = '<td role="cell" class="{}">{{}}</td>'
CELLS = {
    "time": '<td role="cell" class="c-time">{}<b>{}</b></td>',
    "site": '<td role="cell" class="c-site" title="{}">{}</td>',
    "group": '<td role="cell" class="c-group muted">{}</td>',
    "prompt": '<td role="cell" class="c-in n" data-k="{}">{}</td>',
    "completion": '<td role="cell" class="c-out n" data-k="{}">{}</td>',
    "cache": '<td role="cell" class="c-cache n muted" data-k="{}">{}</td>',
    "cost": '<td role="cell" class="c-cost n money">{}</td>',
    "user": '<td role="cell" class="c-user muted">{}</td>',
    "channel": '<td role="cell" class="c-chan muted" title="{}">{}</td>',
}
TWIST = (
    '<a class="twist" href="{}" hx-get="{}" hx-target="closest tr" hx-swap="afterend"'
    ' hx-push-url="false" aria-expanded="{}" aria-controls="slip-{}">{}</a>'
)
VALUE = '<a class="v" data-p="{}" href="{}" title="{}">{}</a>'
Cell = tuple[object, ...]


class _Words:
    """What repeats in each row, translated once."""

    def __init__(self) -> None:
        self.prompt, self.completion, self.cached = _("in"), _("out"), _("cached")
        self.second = _("s")
        self.stream = format_html('<span class="tag">{}</span>', _("stream"))
        self.unknown_worth = _("The worth of this site's unit is not known yet")
        self.only = _("Only %(name)s; with the shift key all others")
        self.no_first = format_html('<span class="faint">{}</span>', NOTHING)
        self.icon = format_html(
            '<svg class="i" aria-hidden="true"><use href="{}#right"/></svg>'
            '<span class="vh">{}</span>',
            *(static("img/icons.svg"), _("Details")),
        )


@dataclass(kw_only=True)
class LogTable:
    """`excerpts`: texts of rows that are no ordinary calls. `known_to`: rows of higher ids are
    new to who looks."""

    rows: Sequence[UsageLog]
    columns: Sequence[Column]
    filters: UsageFilter
    scope: Scope
    excerpts: Mapping[int, str]
    ips: Mapping[int, str]
    is_open: bool = False
    is_roomy: bool = False
    known_to: int | None = None
    page = "logs"
    row_page = "log"

    @property
    def head(self) -> SafeString:
        return head(self.columns, self.filters)

    @property
    def width(self) -> int:
        """In columns, with the one that opens a row."""
        return len(self.columns) + 1

    @property
    def style(self) -> str:
        """Classes of a table that holds these rows: which numbers and words are long."""
        long = {
            "long-counts": any(_has_long_count(row) for row in self.rows),
            "long-cost": any(self._has_long_cost(row) for row in self.rows),
        }
        styles = {
            "dated": self._has_dates,
            "extra": any(not column.is_usual for column in self.columns),
            "roomy": self.is_roomy,
            "long": any(long.values()),
            **long,
            "strange": any(self._word(row) == "unknown" for row in self.rows),
        }
        return " ".join(style for style, is_needed in styles.items() if is_needed)

    @property
    def body(self) -> SafeString:
        template = "".join(
            ['<tr role="row"{}>']
            + [CELLS.get(one.word) or CELL.format(one.style) for one in self.columns]
            + ['<td role="cell" class="c-more">{}</td></tr>']
        )
        return format_html_join("\n", template, self._lines())

    def _lines(self) -> Iterator[Cell]:
        makers = [self._makers[column.word] for column in self.columns]
        for row in self.rows:
            line: list[object] = [self._class(row)]
            for maker in makers:
                line += maker(row)
            yield *line, self._twist(row.pk)

    def _class(self, row: UsageLog) -> SafeString:
        styles = {
            "open": self.is_open,
            "other": not self._is_call(row),
            "fresh": self.known_to is not None and row.pk > self.known_to,
        }
        found = " ".join(style for style, is_so in styles.items() if is_so)
        return format_html(' class="{}"', found) if found else EMPTY

    @cached_property
    def _makers(self) -> Mapping[str, Callable[[UsageLog], Cell]]:
        words = self._words
        return {
            "time": lambda row: self._time(row.time.astimezone(self.scope.zone)),
            "site": self._site,
            "key": lambda row: (self._name("key", row.key_id),),
            "group": lambda row: (self._name("group", row.group_id),),
            "type": lambda row: (self._type(row),),
            "model": lambda row: (self._model(row.model_id),),
            "duration": lambda row: (self._duration(row),),
            "prompt": lambda row: (words.prompt, self._count(row, row.prompt)),
            "completion": lambda row: (words.completion, self._count(row, row.completion)),
            "cache": lambda row: (words.cached, self._count(row, row.cached)),
            "cost": lambda row: (self._cost(row),),
            "ip": lambda row: (self._link("ip", self.ips.get(row.pk, "")),),
            "details": lambda row: (self._details(row.pk),),
        }

    @cached_property
    def _words(self) -> _Words:
        return _Words()

    @cached_property
    def _texts(self) -> Mapping[int | None, str]:
        used = (pk for row in self.rows for pk in (row.model_id, row.key_id, row.group_id))
        return names.texts_of(used)

    @cached_property
    def _slots(self) -> Mapping[int, int]:
        return names.slots_of(row.model_id for row in self.rows)

    @cached_property
    def _base(self) -> str:
        return reverse(self.page)

    @cached_property
    def _links(self) -> dict[tuple[str, str], SafeString]:
        return {}

    @cached_property
    def _rates(self) -> dict[tuple[Rates, date], Decimal | None]:
        return {}

    @property
    def _has_dates(self) -> bool:
        return self.is_open or self.filters.has_dates

    def _time(self, moment: datetime) -> Cell:
        day = format_html("<i>{}</i>", f"{moment:%m-%d}") if self._has_dates else EMPTY
        return day, f"{moment:%H:%M:%S}"

    def _site(self, row: UsageLog) -> Cell:
        seen = self.scope.feeds[row.feed_id]
        if seen.connection is None:
            return seen.feed.site.base_url, self._link("site", str(seen.feed.site_id), seen.label)
        link = self._link("connection", str(seen.connection.pk), seen.label)
        return seen.feed.site.base_url, link

    def _name(self, column: str, pk: int | None) -> SafeString | str:
        text = self._texts.get(pk, "") if pk is not None else ""
        return self._link(column, f"={text}", text) if text else NOTHING

    def _link(self, parameter: str, value: str, text: str | None = None) -> SafeString | str:
        """Leads to the rows of exactly this value."""
        shown = value if text is None else text
        if not shown:
            return NOTHING
        known = self._links.get((parameter, value))
        if known is None:
            href = self.filters.query_string(**{parameter: value, "request_id": None})
            title = self._words.only % {"name": shown}
            known = format_html(VALUE, parameter, self._base + href, title, shown)
            self._links[parameter, value] = known
        return known

    def _model(self, pk: int | None) -> SafeString | str:
        if pk is None or not self._texts.get(pk):
            return NOTHING
        swatch = self._slots.get(pk, 0)
        return format_html('<span class="sw m{}"></span>{}', swatch, self._name("model", pk))

    def _type(self, row: UsageLog) -> SafeString | str:
        word = self._word(row)
        style = word.replace("_", "")
        badge = format_html('<span class="type {}">{}</span>', style, type_name(word, row.type))
        return self._link("type", word, badge)

    def _word(self, row: UsageLog) -> str:
        return self.scope.book(row.feed_id).vocabulary.name(row.type)

    def _duration(self, row: UsageLog) -> SafeString | str:
        if row.duration is None or not self._is_call(row):
            return NOTHING
        words = self._words
        total = _seconds(row.duration, SECONDS_SLOW, SECONDS_SLOWER)
        first = words.no_first
        if row.first_ms is not None:
            first = _seconds(row.first_ms, FIRST_SLOW, FIRST_SLOWER)
        stream = words.stream if row.is_stream else EMPTY
        text = '{}{}<span class="faint"> / </span>{} {}'
        return format_html(text, stream, total, first, words.second)

    def _is_call(self, row: UsageLog) -> bool:
        vocabulary = self.scope.book(row.feed_id).vocabulary
        return row.type in vocabulary.spend or vocabulary.name(row.type) == "error"

    def _count(self, row: UsageLog, count: int) -> str:
        return f"{count:,}" if count or self._is_call(row) else NOTHING

    def _cost(self, row: UsageLog) -> SafeString | str:
        vocabulary = self.scope.book(row.feed_id).vocabulary
        if not row.units and not self._is_call(row):
            return NOTHING
        if row.type in vocabulary.refunds:
            return self._money(row, -row.units)
        text = self._money(row, row.units)
        is_top_up = vocabulary.name(row.type) == "top_up" and row.units > 0
        return format_html('<span class="pos">+{}</span>', text) if is_top_up else text

    def _money(self, row: UsageLog, units: int) -> SafeString | str:
        if self.filters.unit is Unit.UNITS:
            return money.decimal_text(Decimal(units), 0)
        rates, day = self.scope.book(row.feed_id).rates, self._day(row)
        if (rates, day) not in self._rates:
            self._rates[rates, day] = money.rate_of(rates, day)
        rate = self._rates[rates, day]
        if rate is None:
            return format_html('<span title="{}">{}</span>', self._words.unknown_worth, NOTHING)
        return money.usd_text(units / rate, COST_PLACES)

    def _has_long_cost(self, row: UsageLog) -> bool:
        if self.filters.unit is Unit.UNITS:
            return abs(row.units) >= LONG_UNITS
        rates = self.scope.book(row.feed_id).rates
        return abs(Amount.of(row.units, rates, self._day(row)).usd) >= LONG_USD

    def _day(self, row: UsageLog) -> date:
        return row.time.astimezone(self.scope.zone).date()

    def _details(self, pk: int) -> SafeString | str:
        text = self.excerpts.get(pk, "").strip()
        return format_html('<span class="up" lang="und">{}</span>', text) if text else ""

    def _twist(self, pk: int) -> SafeString:
        url = reverse(self.row_page, args=[pk])
        is_open = "true" if self.is_open else "false"
        return format_html(TWIST, url, url, is_open, pk, self._words.icon)


def _has_long_count(row: UsageLog) -> bool:
    return max(row.prompt, row.completion, row.cached) >= LONG_COUNT


def _seconds(milliseconds: int, slow: int, slower: int) -> SafeString:
    text = f"{milliseconds / 1000:,.1f}"
    if milliseconds <= slow * 1000:
        return format_html("<span>{}</span>", text)
    style = "slower" if milliseconds > slower * 1000 else "slow"
    return format_html('<span class="{}">{}</span>', style, text)
