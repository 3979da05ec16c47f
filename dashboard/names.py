"""Texts of names, cached per process, so that a page of rows needs no join.

Names are only ever added, so what is known stays right.
"""

from collections.abc import Iterable, Sequence

from django.db.models import Q

from providers.models import Name

SLOTS = 10  # colours of models

_texts: dict[int, str] = {}
_slots: dict[int, int] = {}


def texts_of(wanted: Iterable[int | None]) -> dict[int | None, str]:
    """The text of each id. An id whose row is gone has none."""
    ids = {pk for pk in wanted if pk is not None}
    unknown = ids - _texts.keys()
    if unknown:
        _texts.update(Name.objects.filter(pk__in=unknown).values_list("pk", "text"))
    return {pk: _texts[pk] for pk in ids if pk in _texts}


def slots_of(models: Iterable[int | None]) -> dict[int, int]:
    """The colour of each model, 1 to 10, by the order in which the installation first saw them."""
    ids = {pk for pk in models if pk is not None}
    if ids - _slots.keys():
        known = Name.objects.filter(kind=Name.Kind.MODEL).order_by("pk")
        for place, pk in enumerate(known.values_list("pk", flat=True)):
            _slots[pk] = place % SLOTS + 1
    return {pk: _slots[pk] for pk in ids if pk in _slots}


def forget() -> None:
    """Empty the cache (tests that roll back)."""
    _texts.clear()
    _slots.clear()


def matching(kind: str, wanted: str) -> list[int]:
    """Ids of the names that a filter's text means: `=` exactly, `%` anything, else contained."""
    named = Name.objects.filter(kind=kind)
    if wanted.startswith("="):
        return list(named.filter(text=wanted[1:]).values_list("pk", flat=True))
    pieces = wanted.lower().split("%")
    holds = Q()
    for piece in filter(None, pieces):
        holds &= Q(text__icontains=piece)
    found = named.filter(holds).values_list("pk", "text")
    return [pk for pk, text in found if len(pieces) == 1 or _fits(text.lower(), pieces)]


def _fits(text: str, pieces: Sequence[str]) -> bool:
    """Whether `text` is the pieces in their order, with anything between them."""
    first, *middle, last = pieces
    if not text.startswith(first):
        return False
    place = len(first)
    for piece in middle:
        place = text.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    return text.endswith(last) and len(text) - len(last) >= place
