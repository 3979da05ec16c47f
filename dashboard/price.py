"""How the price of a row was made, step by step, where the site left its ratios in the row.

The site's text promises nothing: what cannot be read is left out, and the charge stays as stored.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

SMALLEST_EXPONENT, LARGEST_EXPONENT = -20, 15
TOLERANCE = 1  # sites round at different steps

# With one of these in the row, more than tokens and ratios made the price.
SURCHARGES = (
    *("web_search", "file_search", "image_generation_call", "tool_surcharges", "audio", "ws"),
    *("image", "audio_input_seperate_price", "billing_mode", "violation_fee", "is_task"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """`amount` × `factor` = `result`. A sum has neither, a factor on the sum has no amount."""

    label: str
    note: str = ""
    amount: Decimal | None = None
    factor: Decimal | None = None
    result: Decimal
    is_sum: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    steps: list[Step]
    charged: int
    has_surcharges: bool

    @property
    def computed(self) -> Decimal:
        return self.steps[-1].result

    @property
    def agrees(self) -> bool:
        return abs(self.computed - self.charged) <= TOLERANCE


@dataclass(frozen=True, kw_only=True, slots=True)
class Tokens:
    prompt: int
    completion: int


def other_of(text: str | None) -> Mapping[str, Any]:
    """The object that a site keeps in a row's `other`, or nothing."""
    try:
        found = json.loads(text or "", parse_float=Decimal, parse_constant=lambda _name: None)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def price_of(
    other: Mapping[str, Any],
    tokens: Tokens,
    *,
    charged: int,
    group: str,
    units_per_usd: Decimal | None,
) -> Price | None:
    ratio = _group_ratio(other)
    if ratio is None:
        return None
    per_call = _number(other, "model_price")
    if per_call is not None and per_call > 0:
        steps = _by_call(per_call, units_per_usd)
    else:
        steps = _by_tokens(other, tokens)
    if not steps:
        return None
    result = steps[-1].result * ratio
    steps.append(Step(label=_("group ratio"), note=group, factor=ratio, result=result))
    has_surcharges = any(other.get(key) for key in SURCHARGES)
    return Price(steps=steps, charged=charged, has_surcharges=has_surcharges)


@dataclass(frozen=True, kw_only=True, slots=True)
class CacheUse:
    """What a row read from the cache. `saved` units are what the prompt's full price would have
    cost more; None where the row does not tell all of its ratios."""

    read: int
    is_apart: bool  # the prompt does not include it
    saved: Decimal | None


def cache_use_of(other: Mapping[str, Any], read: int) -> CacheUse:
    per_call = _number(other, "model_price")
    ratios = [_number(other, key) for key in ("model_ratio", "cache_ratio")]
    group, (model, cache) = _group_ratio(other), ratios
    saved = None
    if per_call is not None and per_call > 0:
        saved = Decimal(0)
    elif group is not None and model is not None and cache is not None:
        saved = read * (1 - cache) * model * group
    return CacheUse(read=read, is_apart=_is_apart(other), saved=saved)


def _is_apart(other: Mapping[str, Any]) -> bool:
    """Claude-style rows count the cache apart from the prompt."""
    return other.get("claude") is True or other.get("usage_semantic") == "anthropic"


def _by_call(per_call: Decimal, units_per_usd: Decimal | None) -> list[Step]:
    if units_per_usd is None:
        return []
    result = per_call * units_per_usd
    return [
        Step(
            label=_("price per call, in units"),
            amount=per_call,
            factor=units_per_usd,
            result=result,
        )
    ]


def _by_tokens(other: Mapping[str, Any], tokens: Tokens) -> list[Step]:
    model_ratio = _number(other, "model_ratio")
    if model_ratio is None:
        return []
    parts = [step for step in _token_parts(other, tokens) if step.amount]
    subtotal = sum((step.result for step in parts), Decimal(0))
    return [
        *parts,
        Step(label=_("sum"), result=subtotal, is_sum=True),
        Step(label=_("model ratio"), factor=model_ratio, result=subtotal * model_ratio),
    ]


def _token_parts(other: Mapping[str, Any], tokens: Tokens) -> list[Step]:
    read, written = _count(other, "cache_tokens"), _count(other, "cache_creation_tokens")
    is_apart = _is_apart(other)
    fresh = Decimal(tokens.prompt) if is_apart else max(Decimal(0), tokens.prompt - read - written)
    label = _("prompt") if is_apart or not (read or written) else _("prompt, not cached")
    return [
        _times(label, fresh, Decimal(1)),
        _times(_("cache read"), read, _factor(other, "cache_ratio")),
        _times(_("cache write"), written, _factor(other, "cache_creation_ratio")),
        _times(_("completion"), Decimal(tokens.completion), _factor(other, "completion_ratio")),
    ]


def _times(label: str, amount: Decimal, factor: Decimal) -> Step:
    return Step(label=label, amount=amount, factor=factor, result=amount * factor)


def _group_ratio(other: Mapping[str, Any]) -> Decimal | None:
    """The special ratio of the user's group, if there is one (-1: none), replaces the group's."""
    special = _number(other, "user_group_ratio")
    return special if special is not None and special >= 0 else _number(other, "group_ratio")


def _factor(other: Mapping[str, Any], key: str) -> Decimal:
    number = _number(other, key)
    return Decimal(1) if number is None else number


def _count(other: Mapping[str, Any], key: str) -> Decimal:
    number = _number(other, key)
    return Decimal(0) if number is None or number < 0 else number


def _number(other: Mapping[str, Any], key: str) -> Decimal | None:
    """A number that arithmetic can stand."""
    value = other.get(key)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    if not number.is_finite():
        return None
    is_fit = not number or SMALLEST_EXPONENT <= number.adjusted() <= LARGEST_EXPONENT
    return number if is_fit else None
