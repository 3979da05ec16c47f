"""The parameters of a query string, read one by one: what is not valid is left out."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from dashboard.periods import Preset
from dashboard.values import NOT, Values

SIZES = (10, 20, 50, 100)
SIZE = 20
TYPES = ("consume", "top_up", "refund", "error", "manage", "system", "login", "test", "unknown")
LONGEST_TEXT = 200


class Unit(StrEnum):
    USD = "usd"
    UNITS = "units"


class Order(StrEnum):
    """Of rows: by time, or the largest of the range."""

    NEWEST = "newest"
    OLDEST = "oldest"
    COST = "cost"
    TOKENS = "tokens"
    DURATION = "duration"


def choice(words: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=[(word, word) for word in words], required=False)


def text() -> forms.CharField:
    return forms.CharField(max_length=LONGEST_TEXT, required=False)


def _number() -> forms.Field:
    return forms.DecimalField(min_value=0, max_digits=15, decimal_places=6, required=False)


def _count() -> forms.Field:
    return forms.IntegerField(min_value=0, max_value=10**12, required=False)


def place() -> forms.Field:
    """A number that the database can hold."""
    return forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)


class SingleForm(forms.Form):
    period = choice(Preset)
    since = forms.CharField(max_length=30, required=False)
    until = forms.CharField(max_length=30, required=False)
    request_id = text()
    unit = choice(Unit)
    order = choice(Order)
    totals = choice(["here"])
    live = choice(["on"])
    size = forms.TypedChoiceField(
        choices=[(size, size) for size in SIZES], coerce=int, empty_value=None, required=False
    )
    before = forms.CharField(max_length=40, required=False)
    after = forms.CharField(max_length=40, required=False)


# Those that may have several values.
NAMED: Mapping[str, forms.Field] = {
    "type": choice(TYPES),
    "model": text(),
    "key": text(),
    "connection": forms.UUIDField(required=False),
    "site": place(),
}

# What only the rows can answer; `conditions.py` says how.
MORE_NAMED: Mapping[str, forms.Field] = {"group": text(), "text": text(), "ip": text()}


class MoreForm(forms.Form):
    stream = choice(["yes", "no"])
    min_cost, max_cost = _number(), _number()
    min_tokens, max_tokens = _count(), _count()
    min_seconds, max_seconds = _number(), _number()


def single(form: type[forms.Form], query: QueryDict) -> dict[str, Any]:
    given = form(query)
    given.is_valid()
    return given.cleaned_data


def several(fields: Mapping[str, forms.Field], query: QueryDict) -> dict[str, Values]:
    return {
        name: Values.of(_valid(field, value) for value in query.getlist(name))
        for name, field in fields.items()
    }


def _valid(field: forms.Field, value: str) -> str:
    """As the field writes it, with its sign; nothing where it is not valid."""
    sign = NOT if value.lstrip().startswith(NOT) else ""
    try:
        found = field.clean(value.lstrip().removeprefix(sign))
    except ValidationError:
        return ""
    return "" if found in (None, "") else f"{sign}{found}"


def more_of(query: QueryDict) -> tuple[tuple[str, str], ...]:
    named = [(name, value) for name, all_ in several(MORE_NAMED, query).items() for value in all_]
    given = single(MoreForm, query)
    found = ((name, given.get(name)) for name in MoreForm.base_fields)
    plain = [(name, _text(value)) for name, value in found if value not in (None, "")]
    return (*named, *plain)


def _text(value: object) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)
