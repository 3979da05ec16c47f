"""Following a log: its newest rows are shown again and again, as long as a signed permit lasts.

The permit holds the filter of the page that was looked at, so that what is followed is what the
audit log says, and nothing else.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing

from accounts.models import User
from dashboard.filters import UsageFilter
from providers.models import UsageLog

LASTS = timedelta(hours=1)
EVERY_SECONDS = 5
SALT = "dashboard.tail"


class Over(Exception):
    """The permit has ended, or is none of this person's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Follow:
    """`shown`: stands for the rows that are there now. `newest`: the highest id among them."""

    permit: str
    shown: int
    newest: int
    every = EVERY_SECONDS


def permit_of(person: User, page: str, filters: UsageFilter) -> str:
    return signing.dumps([person.pk, page, filters.query_string()], salt=SALT)


def query_of(permit: str, person: User, page: str) -> str:
    """Without the question mark."""
    try:
        owner, of_page, query = signing.loads(permit, salt=SALT, max_age=LASTS)
    except signing.BadSignature as wrong:
        raise Over from wrong
    if (owner, of_page) != (person.pk, page):
        raise Over
    return str(query).removeprefix("?")


def follow(permit: str, rows: Sequence[UsageLog]) -> Follow:
    ids = [row.pk for row in rows]
    shown = zlib.crc32(repr(ids).encode())
    return Follow(permit=permit, shown=shown, newest=max(ids, default=0))
