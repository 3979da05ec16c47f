"""Conditions that only the rows can answer, one entry for each filter: from its value to a Q."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from django.db.models import Case, F, FloatField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from dashboard import names
from dashboard.money import WIDE, Rate
from dashboard.scope import Scope
from providers.models import Name

LARGEST = 2**63 - 1  # what both databases can compare
NOTHING = Q(pk__in=())

TOKENS = F("prompt") + F("completion")


def _group(value: str, _: Scope) -> Q:
    return Q(group__in=names.matching(Name.Kind.GROUP, value))


def _stream(value: str, _: Scope) -> Q:
    return Q(is_stream=value == "yes")


def _ip(value: str, scope: Scope) -> Q:
    """An address; one that ends where its next part would begin stands for all that go on so."""
    if not scope.shows_texts:
        return NOTHING
    return Q(detail__ip__startswith=value) if value.endswith((".", ":")) else Q(detail__ip=value)


def _text(value: str, scope: Scope) -> Q:
    if not scope.shows_texts:
        return NOTHING
    return Q(detail__content__icontains=value)


def _min_tokens(value: str, _: Scope) -> Q:
    return Q(GreaterThanOrEqual(TOKENS, int(value)))


def _max_tokens(value: str, _: Scope) -> Q:
    return Q(LessThanOrEqual(TOKENS, int(value)))


def _min_seconds(value: str, _: Scope) -> Q:
    return Q(duration__gte=_whole(Decimal(value) * 1000, ROUND_CEILING))


def _max_seconds(value: str, _: Scope) -> Q:
    return Q(duration__lte=_whole(Decimal(value) * 1000, ROUND_FLOOR))


def _min_cost(value: str, scope: Scope) -> Q:
    return _of_worth(scope, lambda rate: Q(units__gte=_units(value, rate, ROUND_CEILING)))


def _max_cost(value: str, scope: Scope) -> Q:
    return _of_worth(scope, lambda rate: Q(units__lte=_units(value, rate, ROUND_FLOOR)))


# Each may have several values; this is what one of them means.
MORE_CONDITIONS: Mapping[str, Callable[[str, Scope], Q]] = {
    "group": _group,
    "text": _text,
    "ip": _ip,
}

CONDITIONS: Mapping[str, Callable[[str, Scope], Q]] = {
    "stream": _stream,
    "min_cost": _min_cost,
    "max_cost": _max_cost,
    "min_tokens": _min_tokens,
    "max_tokens": _max_tokens,
    "min_seconds": _min_seconds,
    "max_seconds": _max_seconds,
}


def worth(scope: Scope) -> Combinable:
    """What a row cost, to put rows in order: near enough where sites have units of their own."""
    if scope.has_one_unit:
        return F("units")
    cases = [
        When(valid, then=F("units") * Value(float(1 / rate.units_per_usd)))
        for valid, rate in _periods(scope)
    ]
    return Case(*cases, default=Value(None), output_field=FloatField())


def _of_worth(scope: Scope, bound: Callable[[Rate], Q]) -> Q:
    """By what a unit was worth when the row was written; rows of unknown worth are left out."""
    found = NOTHING
    for valid, rate in _periods(scope):
        found |= valid & bound(rate)
    return found


def _periods(scope: Scope) -> Iterator[tuple[Q, Rate]]:
    """The rows for which each rate is valid."""
    for book in scope.books:
        ends = [*(rate.day for rate in book.rates[1:]), None]
        for rate, end in zip(book.rates, ends, strict=False):
            valid = Q(feed__in=book.feeds)
            if rate.day is not None:
                valid &= Q(time__gte=_begin(rate.day, scope))
            if end is not None:
                valid &= Q(time__lt=_begin(end, scope))
            yield valid, rate


def _begin(day: date, scope: Scope) -> datetime:
    return datetime.combine(day, time(), scope.zone)


def _units(usd: str, rate: Rate, rounding: str) -> int:
    return _whole(WIDE.multiply(Decimal(usd), rate.units_per_usd), rounding)


def _whole(number: Decimal, rounding: str) -> int:
    return min(LARGEST, int(number.to_integral_value(rounding)))
