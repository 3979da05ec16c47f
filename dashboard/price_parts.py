"""What a row was charged for: its tokens by kind, and what is charged beside them."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from dashboard.ratios import Other, count, factor, is_apart, number

MILLION, THOUSAND = 1_000_000, 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Tokens:
    prompt: int
    completion: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """`amount` × `factor`: of tokens before the model's ratio, of all else in units."""

    label: str
    amount: Decimal
    factor: Decimal

    @property
    def result(self) -> Decimal:
        return self.amount * self.factor


def of_tokens(other: Other, tokens: Tokens) -> list[Part]:
    is_spoken = other.get("ws") is True or other.get("audio") is True
    found = _spoken(other) if is_spoken else _written(other, tokens)
    return [part for part in found if part.amount]


def _spoken(other: Other) -> Iterator[Part]:
    """Text and audio are counted apart, both ways."""
    audio = factor(other, "audio_ratio")
    answer = audio * factor(other, "audio_completion_ratio")
    yield _part(_("text in"), count(other, "text_input"), Decimal(1))
    yield _part(_("audio in"), count(other, "audio_input"), audio)
    yield _part(_("text out"), count(other, "text_output"), factor(other, "completion_ratio"))
    yield _part(_("audio out"), count(other, "audio_output"), answer)


def _written(other: Other, tokens: Tokens) -> Iterator[Part]:
    read, images = count(other, "cache_tokens"), _images(other)
    written = list(_written_to_cache(other))
    audio = _priced_audio(other)
    cache = Decimal(0) if is_apart(other) else read + sum(part.amount for part in written)
    rest = max(Decimal(0), tokens.prompt - cache - images - audio)
    label = _("prompt, not cached") if cache else _("prompt")
    yield _part(_("prompt, all else") if images or audio else label, rest, Decimal(1))
    yield _part(_("cache read"), read, factor(other, "cache_ratio"))
    yield from written
    yield _part(_("images"), images, factor(other, "image_ratio"))
    yield _part(_("completion"), Decimal(tokens.completion), factor(other, "completion_ratio"))


def _written_to_cache(other: Other) -> Iterator[Part]:
    """By how long it is kept there, where the site says so; the rest has a ratio of its own."""
    name = "cache_creation_tokens"
    kept = [
        _part(label, count(other, f"{name}_{life}"), factor(other, f"cache_creation_ratio_{life}"))
        for life, label in (("5m", _("cache write, 5 min")), ("1h", _("cache write, 1 h")))
    ]
    rest = count(other, name) - sum(part.amount for part in kept)
    yield _part(_("cache write"), max(Decimal(0), rest), factor(other, "cache_creation_ratio"))
    yield from kept


def _images(other: Other) -> Decimal:
    return count(other, "image_output") if other.get("image") is True else Decimal(0)


def _priced_audio(other: Other) -> Decimal:
    """Tokens of audio that have a price of their own."""
    if other.get("audio_input_seperate_price") is not True:
        return Decimal(0)
    return count(other, "audio_input_token_count")


def beside_tokens(other: Other, units_per_usd: Decimal | None) -> list[Part]:
    """What has a price in dollars: audio by the million tokens, searches by the thousand calls."""
    if units_per_usd is None:
        return []
    audio = _price(other, "audio_input_price", units_per_usd / MILLION)
    found = [_part(_("audio in"), _priced_audio(other), audio)]
    for name, label in (("web_search", _("web searches")), ("file_search", _("file searches"))):
        if other.get(name) is True:
            calls = count(other, f"{name}_call_count")
            found.append(
                _part(label, calls, _price(other, f"{name}_price", units_per_usd / THOUSAND))
            )
    if other.get("image_generation_call") is True:
        price = _price(other, "image_generation_call_price", units_per_usd)
        found.append(_part(_("images made"), Decimal(1), price))
    return [part for part in found if part.amount and part.factor]


def _price(other: Other, key: str, units: Decimal) -> Decimal:
    return (number(other, key) or Decimal(0)) * units


def _part(label: str, amount: Decimal, by: Decimal) -> Part:
    return Part(label=label, amount=amount, factor=by)
