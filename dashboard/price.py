"""How the price of a row was made, step by step, where the site left its ratios in the row.

What cannot be read is left out, and the charge stays as stored.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from dashboard import price_parts
from dashboard.price_parts import Part, Tokens
from dashboard.ratios import Other, group_ratio, is_apart, number

TOLERANCE = 1  # sites round at different steps

# With one of these in the row, more than what is told here may have made the price.
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


def price_of(
    other: Other, tokens: Tokens, *, charged: int, group: str, units_per_usd: Decimal | None
) -> Price | None:
    ratio = group_ratio(other)
    if ratio is None:
        return None
    per_call = number(other, "model_price")
    if per_call is not None and per_call > 0:
        steps = _by_call(per_call, units_per_usd)
    else:
        steps = _by_tokens(other, tokens)
    if not steps:
        return None
    steps += _beside(price_parts.beside_tokens(other, units_per_usd), steps[-1].result)
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


def cache_use_of(other: Other, read: int) -> CacheUse:
    per_call = number(other, "model_price")
    ratios = [number(other, key) for key in ("model_ratio", "cache_ratio")]
    group, (model, cache) = group_ratio(other), ratios
    saved = None
    if per_call is not None and per_call > 0:
        saved = Decimal(0)
    elif group is not None and model is not None and cache is not None:
        saved = read * (1 - cache) * model * group
    return CacheUse(read=read, is_apart=is_apart(other), saved=saved)


def _by_call(per_call: Decimal, units_per_usd: Decimal | None) -> list[Step]:
    if units_per_usd is None:
        return []
    part = Part(label=_("price per call, in units"), amount=per_call, factor=units_per_usd)
    return [_step(part)]


def _by_tokens(other: Other, tokens: Tokens) -> list[Step]:
    model_ratio = number(other, "model_ratio")
    if model_ratio is None:
        return []
    parts = price_parts.of_tokens(other, tokens)
    subtotal = sum((part.result for part in parts), Decimal(0))
    return [
        *(_step(part) for part in parts),
        Step(label=_("sum"), result=subtotal, is_sum=True),
        Step(label=_("model ratio"), factor=model_ratio, result=subtotal * model_ratio),
    ]


def _beside(parts: list[Part], before: Decimal) -> list[Step]:
    if not parts:
        return []
    whole = before + sum(part.result for part in parts)
    return [*(_step(part) for part in parts), Step(label=_("sum"), result=whole, is_sum=True)]


def _step(part: Part) -> Step:
    return Step(label=part.label, amount=part.amount, factor=part.factor, result=part.result)
