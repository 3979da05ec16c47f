"""Whatever bytes a site sends, an adapter raises nothing but its own errors."""

import random
from contextlib import suppress

import pytest

from providers.adapters import new_api_facts as facts
from providers.adapters.errors import ProviderError
from providers.adapters.new_api_pages import dialect_of, read_page
from tests.providers.adapters.answers import ALWAYS, LATEST, ONE_API, answer, sample

PIECES = [b"\\ud800", b'"', b"[", b"}", b"null", b"1e999", b"-", b"9" * 30, b"\xff", b"0.5", b"\0"]
HOURS = {"start_timestamp": 0, "end_timestamp": 10**11}
READERS = [
    lambda given: read_page(given, scope="own", dialect="new-api", span=ALWAYS, number=1),
    lambda given: read_page(given, scope="own", dialect="one-api", span=ALWAYS, number=1),
    lambda given: dialect_of(given, scope="own"),
    lambda given: facts.read_facts(given),
    lambda given: facts.read_account(given),
    lambda given: facts.read_statistic(given, needs=""),
    lambda given: facts.read_hours(given, HOURS, scope="own"),
]


def damaged(body, chance):
    body = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        position = chance.randrange(len(body))
        removed = chance.choice([0, 1, 5])
        body[position : position + removed] = chance.choice([b"", *PIECES])
    return bytes(body)


@pytest.mark.parametrize(
    ("server", "name"),
    [
        (LATEST, "log-self-page-1"),
        (LATEST, "user-self"),
        (LATEST, "status"),
        (LATEST, "data-self"),
        (LATEST, "stat-self"),
        (LATEST, "auth-header-user-missing"),
        (ONE_API, "log-self-p-0"),
    ],
)
def test_garbage_is_never_a_surprise(server, name):
    chance = random.Random(name)
    whole = sample(server, name).body
    for _ in range(200):
        given = answer(damaged(whole, chance), content_type="application/json")
        for read in READERS:
            with suppress(ProviderError):
                read(given)
