import pytest

from providers.adapters.records import LogRecord
from providers.vocabulary import HITOPEN_DOCS, NEW_API, ONE_API, VOCABULARIES
from providers.vocabulary import is_documented_by_hitopen as settled


def row(**fields):
    return LogRecord(**{"second": 1_780_000_000, "type": 1, "digest": b"", "units": 0} | fields)


@pytest.mark.parametrize(
    ("vocabulary", "log_type", "name"),
    [
        (NEW_API, 1, "top_up"),
        (NEW_API, 2, "consume"),
        (NEW_API, 5, "error"),
        (NEW_API, 6, "refund"),
        (NEW_API, 9, "unknown"),
        (ONE_API, 5, "test"),
        (HITOPEN_DOCS, 1, "consume"),
    ],
)
def test_it_names_a_type(vocabulary, log_type, name):
    assert vocabulary.name(log_type) == name


def test_every_vocabulary_is_found_by_its_code():
    assert all(VOCABULARIES[code].code == code for code in VOCABULARIES)


def test_no_type_is_spend_and_refund():
    assert not any(words.spend & words.refunds for words in VOCABULARIES.values())


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"model": "gpt-x", "prompt": 1}, True),
        ({"model": "gpt-x", "completion": 1}, True),
        ({"model": "gpt-x"}, False),
        ({"model": "", "prompt": 1}, False),
        ({"model": None, "prompt": 1}, False),
        ({"type": 2, "model": "gpt-x", "prompt": 1}, False),
    ],
)
def test_a_top_up_that_counts_tokens_is_a_request(fields, expected):
    assert settled([row(type=2), row(**fields)]) is expected
