import json
from decimal import Decimal

import pytest

from dashboard.price import cache_use_of, price_of
from dashboard.price_parts import Tokens
from dashboard.ratios import other_of

UNITS = Decimal(500_000)
RATIOS = {"model_ratio": 1.5, "completion_ratio": 5, "group_ratio": 0.8, "model_price": -1}


def price(other, *, charged, prompt=18_204, completion=942, units=UNITS):
    tokens = Tokens(prompt=prompt, completion=completion)
    read = other_of(json.dumps(other))
    return price_of(read, tokens, charged=charged, group="vip", units_per_usd=units)


def results(found):
    return [step.result for step in found.steps]


def test_tokens_and_ratios_make_the_price():
    found = price(RATIOS | {"cache_tokens": 15_360, "cache_ratio": 0.1}, charged=10_908)
    assert results(found) == [
        Decimal(number) for number in ("2844", "1536.0", "4710", "9090.0", "13635.00", "10908.000")
    ]
    assert found.agrees


def test_a_claude_row_counts_the_cache_apart():
    cache = {"claude": True, "cache_tokens": 100, "cache_ratio": 0.1, "cache_creation_tokens": 10}
    found = price(RATIOS | cache, charged=0, prompt=50, completion=0)
    assert [step.amount for step in found.steps[:3]] == [50, 100, 10]


def test_a_price_per_call_ignores_tokens():
    found = price({"model_price": 0.02, "group_ratio": 1}, charged=10_000)
    assert found.agrees
    assert price({"model_price": 0.02, "group_ratio": 1}, charged=1, units=None) is None


def test_the_ratio_of_a_user_group_replaces_the_group_ratio():
    found = price(RATIOS | {"user_group_ratio": 0}, charged=0)
    assert found.computed == 0
    assert price(RATIOS | {"user_group_ratio": -1}, charged=0).steps[-1].factor == Decimal("0.8")


def test_a_difference_is_told():
    found = price(RATIOS | {"web_search": True}, charged=999_999)
    assert not found.agrees
    assert found.has_surcharges


def amounts(found):
    return {step.label: (step.amount, step.factor) for step in found.steps if step.amount}


def test_text_and_audio_have_ratios_of_their_own():
    spoken = {"audio": True, "text_input": 100, "audio_input": 20, "text_output": 10}
    spoken |= {"audio_output": 5, "audio_ratio": 4, "audio_completion_ratio": 2}
    found = price(RATIOS | spoken, charged=324, prompt=120, completion=15)
    assert amounts(found) == {
        "text in": (100, 1),
        "audio in": (20, 4),
        "text out": (10, 5),
        "audio out": (5, 8),
    }
    assert found.computed == Decimal("324.000")
    assert found.agrees


def test_the_cache_is_written_for_five_minutes_or_an_hour():
    cache = {"claude": True, "cache_creation_tokens": 100, "cache_creation_ratio": 1.25}
    kept = {"cache_creation_tokens_5m": 60, "cache_creation_ratio_5m": 1.25}
    kept |= {"cache_creation_tokens_1h": 30, "cache_creation_ratio_1h": 2}
    found = price(RATIOS | cache | kept, charged=0, prompt=7, completion=0)
    assert amounts(found) == {
        "prompt": (7, 1),
        "cache write": (10, Decimal("1.25")),
        "cache write, 5 min": (60, Decimal("1.25")),
        "cache write, 1 h": (30, 2),
    }


def test_images_are_tokens_of_their_own():
    image = {"image": True, "image_output": 40, "image_ratio": 2.5}
    found = price(RATIOS | image, charged=192, prompt=60, completion=8)
    assert amounts(found)["images"] == (40, Decimal("2.5"))
    assert amounts(found)["prompt, all else"] == (20, 1)
    assert found.agrees


def test_what_is_charged_beside_the_tokens():
    """Audio by the million tokens, searches by the thousand calls; the group's ratio is on all."""
    tools = {"web_search": True, "web_search_call_count": 3, "web_search_price": 10}
    audio = {"audio_input_seperate_price": True, "audio_input_token_count": 50}
    found = price(
        RATIOS | tools | audio | {"audio_input_price": 1}, charged=12_080, prompt=100, completion=0
    )
    assert amounts(found)["web searches"] == (3, 5000)
    assert amounts(found)["audio in"] == (50, Decimal("0.5"))
    assert results(found)[-2:] == [Decimal("15100.0"), Decimal("12080.00")]
    assert found.agrees
    unknown = price(RATIOS | tools, charged=0, units=None)
    assert "web searches" not in amounts(unknown)


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "null", "{}", "[1]", "{", '"x"', "[" * 100_000),
        '{"model_ratio": "1", "group_ratio": 1}',
        '{"model_ratio": NaN, "group_ratio": 1}',
        '{"model_ratio": 1e999999999, "group_ratio": 1}',
        '{"model_ratio": 1e-999999999, "group_ratio": 1}',
        '{"model_ratio": true, "group_ratio": 1}',
        '{"model_ratio": 1}',
        '{"model_ratio": %s, "group_ratio": 1}' % ("9" * 5000),
    ],
)
def test_what_cannot_be_read_makes_no_price(text):
    tokens = Tokens(prompt=1, completion=1)
    found = price_of(other_of(text), tokens, charged=1, group="", units_per_usd=UNITS)
    assert found is None


@pytest.mark.parametrize(
    ("other", "saved"),
    [
        ({"model_ratio": 2, "cache_ratio": Decimal("0.1"), "group_ratio": 1}, 1800),
        ({"model_ratio": 2, "cache_ratio": Decimal("0.5"), "group_ratio": Decimal("0.5")}, 500),
        ({"model_ratio": 2, "cache_ratio": 0, "group_ratio": 1, "user_group_ratio": 3}, 6000),
        ({"model_price": Decimal("0.2"), "model_ratio": 2, "group_ratio": 1}, 0),
        ({"model_ratio": 2, "group_ratio": 1}, None),
        ({"cache_ratio": 0, "group_ratio": 1}, None),
        ({}, None),
    ],
)
def test_what_a_read_from_the_cache_saved(other, saved):
    assert cache_use_of(other, 1000).saved == saved


def test_claude_counts_the_cache_apart():
    assert cache_use_of({"claude": True}, 1).is_apart
    assert cache_use_of({"usage_semantic": "anthropic"}, 1).is_apart
    assert not cache_use_of({}, 1).is_apart
