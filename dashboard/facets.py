"""The values of a column that occur in a range, under the other filters, with how often."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, Sum

from dashboard import names, sums
from dashboard.filters import UsageFilter
from dashboard.periods import Range
from dashboard.scope import Scope
from dashboard.type_names import type_name
from dashboard.values import EXACTLY, NOT, Values
from providers.models.logs import OfFeedQuerySet

MOST = 200
# What is counted by for each column.
FIELDS = {
    **{name: (name,) for name in ("model", "key", "group", "user", "channel")},
    "type": ("feed", "type"),
    "site": ("feed",),
    "connection": ("feed",),
}
NAMED = ("model", "key", "group", "user")
UNROLLED = ("group", "channel")
Texts = Mapping[int | None, str]


@dataclass(frozen=True, slots=True)
class Option:
    """`value`: as in the query string. One that was chosen and does not occur has no rows."""

    value: str
    label: str
    rows: int
    is_wanted: bool
    is_unwanted: bool

    @property
    def excluded(self) -> str:
        return NOT + self.value


@dataclass(frozen=True, kw_only=True, slots=True)
class Facet:
    """Most frequent first. `since`: the budget ended there. `left_off`: so many more there are."""

    options: list[Option]
    since: datetime | None
    left_off: int


@dataclass(frozen=True, slots=True)
class Found:
    """The rows that a filter means, and the condition they fulfil."""

    filters: UsageFilter
    scope: Scope
    rows: OfFeedQuerySet
    condition: Q


def facet(column: str, chosen: Values, found: Found) -> Facet:
    """`found`: by the other filters. `chosen`: what this one says."""
    counted, since = _counted(column, found)
    words = _words(column, counted, found.scope)
    rows: Counter[tuple[str, str]] = Counter()
    for group, count in counted.items():
        if group in words:
            rows[words[group]] += count
    known = {value for value, _ in rows}
    for value in (*chosen.wanted, *chosen.unwanted):
        if value not in known and (column not in NAMED or value.startswith(EXACTLY)):
            rows[value, value.removeprefix(EXACTLY)] = 0
    options = [
        Option(value, label, count, value in chosen.wanted, value in chosen.unwanted)
        for (value, label), count in rows.most_common()
    ]
    options.sort(key=lambda one: not (one.is_wanted or one.is_unwanted))
    return Facet(options=options[:MOST], since=since, left_off=max(0, len(options) - MOST))


def _counted(column: str, found: Found) -> tuple[Counter[Any], datetime | None]:
    filters, fields = found.filters, FIELDS[column]
    is_of_models, is_of_keys = (name == column or filters.values(name) for name in ("model", "key"))
    is_of_both = is_of_models and is_of_keys
    is_rolled = column not in UNROLLED and not filters.is_of_rows and not is_of_both
    if not is_rolled or not filters.range.is_whole_days:
        return _from_rows(fields, found)
    usage = found.scope.key_days() if is_of_keys else found.scope.model_days()
    days = filters.range.days()
    inside = usage.filter(found.condition, day__gte=days[0], day__lte=days[-1])
    return _grouped(inside, fields, Sum("requests")), None


def _from_rows(fields: tuple[str, ...], found: Found) -> tuple[Counter[Any], datetime | None]:
    counted = Counter[Any]()

    def count(part: Range) -> None:
        inside = found.rows.filter(time__gte=part.since, time__lt=part.until)
        counted.update(_grouped(inside, fields, Count("pk")))

    return counted, sums.within_budget(found.filters.range, count)


def _grouped(usage: OfFeedQuerySet, fields: tuple[str, ...], count: Any) -> Counter[Any]:
    grouped = usage.order_by().values(*fields).annotate(uses=count)
    return Counter({tuple(group): uses for *group, uses in grouped.values_list(*fields, "uses")})


def _words(column: str, groups: Collection[Any], scope: Scope) -> dict[Any, tuple[str, str]]:
    """The value and the label of each group that has one."""
    texts = names.texts_of(group[0] for group in groups) if column in NAMED else {}
    found = {group: _word(column, group, scope, texts) for group in groups}
    return {group: word for group, word in found.items() if word is not None}


def _word(column: str, group: Any, scope: Scope, texts: Texts) -> tuple[str, str] | None:
    match column:
        case "channel":
            return (str(group[0]), f"#{group[0]}") if group[0] else None
        case "type":
            return _type(group[0], group[1], scope)
        case "site" | "connection":
            return _of_feed(column, group[0], scope)
        case _:
            return _exactly(texts.get(group[0]))


def _exactly(text: str | None) -> tuple[str, str] | None:
    return (EXACTLY + text, text) if text else None


def _type(feed: int, number: int, scope: Scope) -> tuple[str, str]:
    word = scope.book(feed).vocabulary.name(number)
    return word, type_name(word)


def _of_feed(column: str, feed: int, scope: Scope) -> tuple[str, str] | None:
    seen = scope.feeds[feed]
    if column == "site":
        return str(seen.feed.site_id), str(seen.feed.site)
    return None if seen.connection is None else (str(seen.connection.pk), seen.label)
