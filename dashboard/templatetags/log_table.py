"""The log table in one tag: a loop in a template takes three times as long (performance.md 4)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dashboard import money, names
from dashboard.filters import Unit, UsageFilter
from dashboard.money import Amount, Rates
from dashboard.scope import Scope
from dashboard.type_names import type_name
from dashboard.walk import Page
from providers.models import UsageLog

register = template.Library()

NOTHING = "—"
MINUS = money.MINUS
SECONDS_SLOW, SECONDS_SLOWER = 10, 30
FIRST_SLOW, FIRST_SLOWER = 5, 10
COST_PLACES = 6
# From here on a number wants a wider column than usual.
LONG_COUNT, LONG_UNITS, LONG_USD = 10**7, 10**10, 10**4
EMPTY = SafeString()
CLASSES = {  # of a row: is it open, is it a call?
    (False, True): EMPTY,
    (False, False): SafeString(' class="other"'),
    (True, True): SafeString(' class="open"'),
    (True, False): SafeString(' class="open other"'),
}

ROW = (
    '<tr role="row"{}>'
    '<td role="cell" class="c-time">{}<b>{}</b></td>'
    '<td role="cell" class="c-site" title="{}">{}</td>'
    '<td role="cell" class="c-key">{}</td>'
    '<td role="cell" class="c-group muted" title="{}">{}</td>'
    '<td role="cell" class="c-type">{}</td>'
    '<td role="cell" class="c-model">{}</td>'
    '<td role="cell" class="c-dur n">{}</td>'
    '<td role="cell" class="c-in n" data-k="{}">{}</td>'
    '<td role="cell" class="c-out n" data-k="{}">{}</td>'
    '<td role="cell" class="c-cache n muted" data-k="{}">{}</td>'
    '<td role="cell" class="c-cost n money">{}</td>'
    '<td role="cell" class="c-det">{}</td>'
    '<td role="cell" class="c-more">{}</td></tr>'
)
TWIST = (
    '<a class="twist" href="{}" hx-get="{}" hx-target="closest tr" hx-swap="afterend"'
    ' hx-push-url="false" aria-expanded="{}" aria-controls="slip-{}">{}</a>'
)
VALUE = '<a class="v" href="{}" title="{}">{}</a>'


@register.simple_tag
def log_rows(
    page: Page, filters: UsageFilter, scope: Scope, excerpts: Mapping[int, str], sprite: str
) -> SafeString:
    """The rows of a page. `sprite`: the address of the icons."""
    return table_of(page.rows, filters, scope, excerpts, sprite).html()


@register.simple_tag
def log_style(rows: Sequence[UsageLog], filters: UsageFilter, scope: Scope) -> str:
    """Classes of a table that holds these rows: which numbers and words are long."""
    styles = {
        "long-counts": any(_has_long_count(row) for row in rows),
        "long-cost": any(_has_long_cost(row, filters, scope) for row in rows),
    }
    long = [style for style, is_needed in styles.items() if is_needed]
    is_strange = any(_is_of_unknown_type(row, scope) for row in rows)
    return " ".join([*(["long"] if long else []), *long, *(["strange"] if is_strange else [])])


def _is_of_unknown_type(row: UsageLog, scope: Scope) -> bool:
    return scope.book(row.feed_id).vocabulary.name(row.type) == "unknown"


def _has_long_count(row: UsageLog) -> bool:
    return max(row.prompt, row.completion, row.cached) >= LONG_COUNT


def _has_long_cost(row: UsageLog, filters: UsageFilter, scope: Scope) -> bool:
    if filters.unit is Unit.UNITS:
        return abs(row.units) >= LONG_UNITS
    day = row.time.astimezone(scope.zone).date()
    return abs(Amount.of(row.units, scope.book(row.feed_id).rates, day).usd) >= LONG_USD


@register.simple_tag
def open_row(row: UsageLog, filters: UsageFilter, scope: Scope, sprite: str) -> SafeString:
    """One row above its slip."""
    table = table_of([row], filters, scope, {}, sprite)
    table.is_open = True
    return table.html()


def table_of(
    rows: list[UsageLog],
    filters: UsageFilter,
    scope: Scope,
    excerpts: Mapping[int, str],
    sprite: str,
) -> "LogTable":
    used = (pk for row in rows for pk in (row.model_id, row.key_id, row.group_id))
    return LogTable(
        rows=rows,
        filters=filters,
        scope=scope,
        excerpts=excerpts,
        sprite=sprite,
        texts=names.texts_of(used),
        slots=names.slots_of(row.model_id for row in rows),
        words=_Words(),
    )


class _Words:
    """What repeats in each row, translated once."""

    def __init__(self) -> None:
        self.prompt, self.completion, self.cached = _("in"), _("out"), _("cached")
        self.second = _("s")
        self.stream = format_html('<span class="tag">{}</span>', _("stream"))
        self.unknown_worth = _("The worth of this site's unit is not known yet")
        self.only = _("Only %(name)s")
        self.details = _("Details")
        self.no_first = format_html('<span class="faint">{}</span>', NOTHING)


@dataclass(kw_only=True)
class LogTable:
    rows: list[UsageLog]
    filters: UsageFilter
    scope: Scope
    excerpts: Mapping[int, str]
    sprite: str
    texts: Mapping[int | None, str]
    slots: Mapping[int, int]
    words: _Words
    is_open: bool = False
    page = "logs"
    row_page = "log"

    def html(self) -> SafeString:
        self._begin()
        return format_html_join("\n", ROW, self._lines())

    def _begin(self) -> None:
        self._links: dict[tuple[str, int], SafeString] = {}
        self._rates: dict[tuple[Rates, date], Decimal | None] = {}
        self._types: dict[tuple[str, int], SafeString] = {}

    def _lines(self) -> Iterator[tuple[Any, ...]]:
        words = self.words
        for row in self.rows:
            seen = self.scope.feeds[row.feed_id]
            group = self.texts.get(row.group_id, "") or NOTHING
            yield (
                CLASSES[self.is_open, self._is_call(row)],
                *self._time(row.time.astimezone(self.scope.zone)),
                *(seen.feed.site.base_url, seen.label),
                self._name("key", row.key_id),
                *(group, group),
                self._type(row),
                self._model(row.model_id),
                self._duration(row),
                *(words.prompt, self._count(row, row.prompt)),
                *(words.completion, self._count(row, row.completion)),
                *(words.cached, self._count(row, row.cached)),
                self._cost(row),
                self._details(row.pk),
                self._twist(row.pk),
            )

    def _time(self, moment: datetime) -> tuple[SafeString, str]:
        has_day = self.is_open or self.filters.has_dates
        day = format_html("<i>{}</i>", f"{moment:%m-%d}") if has_day else EMPTY
        return day, f"{moment:%H:%M:%S}"

    def _name(self, column: str, pk: int | None) -> SafeString | str:
        """A link that filters by exactly this value."""
        text = self.texts.get(pk, "") if pk is not None else ""
        if not text or pk is None:
            return NOTHING
        known = self._links.get((column, pk))
        if known is None:
            href = self.filters.query_string(**{column: f"={text}", "request_id": None})
            title = self.words.only % {"name": text}
            base = reverse(self.page)
            known = format_html(VALUE, base + href, title, text)
            self._links[column, pk] = known
        return known

    def _model(self, pk: int | None) -> SafeString | str:
        if pk is None or not self.texts.get(pk):
            return NOTHING
        swatch = self.slots.get(pk, 0)
        return format_html('<span class="sw m{}"></span>{}', swatch, self._name("model", pk))

    def _type(self, row: UsageLog) -> SafeString:
        vocabulary = self.scope.book(row.feed_id).vocabulary
        known = self._types.get((vocabulary.code, row.type))
        if known is None:
            word = vocabulary.name(row.type)
            style = word.replace("_", "")
            label = type_name(word, row.type)
            known = format_html('<span class="type {}">{}</span>', style, label)
            self._types[vocabulary.code, row.type] = known
        return known

    def _duration(self, row: UsageLog) -> SafeString | str:
        if row.duration is None or not self._is_call(row):
            return NOTHING
        words = self.words
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
        rates, day = self.scope.book(row.feed_id).rates, row.time.astimezone(self.scope.zone).date()
        if (rates, day) not in self._rates:
            self._rates[rates, day] = money.rate_of(rates, day)
        rate = self._rates[rates, day]
        if rate is None:
            return format_html('<span title="{}">{}</span>', self.words.unknown_worth, NOTHING)
        return money.usd_text(units / rate, COST_PLACES)

    def _details(self, pk: int) -> SafeString | str:
        text = self.excerpts.get(pk, "").strip()
        return format_html('<span class="up" lang="und">{}</span>', text) if text else ""

    def _twist(self, pk: int) -> SafeString:
        url = reverse(self.row_page, args=[pk])
        icon = format_html(
            '<svg class="i" aria-hidden="true"><use href="{}#right"/></svg>'
            '<span class="vh">{}</span>',
            *(self.sprite, self.words.details),
        )
        return format_html(TWIST, url, url, "true" if self.is_open else "false", pk, icon)


def _seconds(milliseconds: int, slow: int, slower: int) -> SafeString:
    text = f"{milliseconds / 1000:,.1f}"
    if milliseconds <= slow * 1000:
        return format_html("<span>{}</span>", text)
    style = "slower" if milliseconds > slower * 1000 else "slow"
    return format_html('<span class="{}">{}</span>', style, text)
