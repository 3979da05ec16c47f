"""A person's own questions to a site, in turn with its workers, which go on meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from accounts.zone import business_zone
from providers.models import Site
from providers.pacing import Visit
from providers.sync.turn import Turn, open_door

PATIENCE_SECONDS = 3600.0  # nobody else waits for this


@contextmanager
def turn_beside_workers(site: Site) -> Iterator[Turn]:
    """Lets `ProviderError`s through."""
    with open_door(Visit(site.pk, patience=PATIENCE_SECONDS)) as door:
        yield Turn(site=site, door=door, zone=business_zone())
