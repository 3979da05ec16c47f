"""Numbers out of a row's `other`. Its text promises nothing: what cannot be read is nothing."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

SMALLEST_EXPONENT, LARGEST_EXPONENT = -20, 15
Other = Mapping[str, Any]


def other_of(text: str | None) -> Other:
    """The object that a site keeps in a row's `other`, or nothing."""
    try:
        found = json.loads(text or "", parse_float=Decimal, parse_constant=lambda _name: None)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def number(other: Other, key: str) -> Decimal | None:
    """One that arithmetic can stand."""
    value = other.get(key)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    found = Decimal(value)
    if not found.is_finite():
        return None
    is_fit = not found or SMALLEST_EXPONENT <= found.adjusted() <= LARGEST_EXPONENT
    return found if is_fit else None


def factor(other: Other, key: str) -> Decimal:
    found = number(other, key)
    return Decimal(1) if found is None else found


def count(other: Other, key: str) -> Decimal:
    found = number(other, key)
    return Decimal(0) if found is None or found < 0 else found


def group_ratio(other: Other) -> Decimal | None:
    """The special ratio of the user's group, if there is one (-1: none), replaces the group's."""
    special = number(other, "user_group_ratio")
    return special if special is not None and special >= 0 else number(other, "group_ratio")


def is_apart(other: Other) -> bool:
    """Claude-style rows count the cache apart from the prompt."""
    return other.get("claude") is True or other.get("usage_semantic") == "anthropic"
