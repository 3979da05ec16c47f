"""Ids of names, cached per process: names are only ever added, so a known id stays right."""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from providers.models import Name

DIGEST_BYTES = 8


class NameKey(NamedTuple):
    """`site_id` and `upstream_id` only for users and keys."""

    kind: str
    text: str
    site_id: int = 0
    upstream_id: str = ""

    @property
    def digest(self) -> bytes:
        text = self.text.encode()
        return hashlib.blake2b(text, digest_size=DIGEST_BYTES).digest()


Ids = dict[NameKey, int]

_known: dict[NameKey, int] = {}


def ids_of(wanted: Iterable[NameKey]) -> Ids:
    """The id of each name; what is new is stored. Call it outside the transaction of the rows: a
    rollback there would leave ids in the cache that no row has."""
    keys = set(wanted)
    unknown = [key for key in keys if key not in _known]
    if unknown:
        Name.objects.bulk_create([_row(key) for key in unknown], ignore_conflicts=True)
        _load(unknown)
    return {key: _known[key] for key in keys}


def forget() -> None:
    """Empty the cache (tests that roll back)."""
    _known.clear()


def _row(key: NameKey) -> Name:
    return Name(
        kind=key.kind,
        site_id=key.site_id,
        upstream_id=key.upstream_id,
        text=key.text,
        digest=key.digest,
    )


def _load(keys: Iterable[NameKey]) -> None:
    found = Name.objects.filter(digest__in={key.digest for key in keys})
    for name in found.iterator():
        key = NameKey(name.kind, name.text, name.site_id, name.upstream_id)
        _known[key] = name.pk
