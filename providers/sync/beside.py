"""A person's own questions to a site, within its budget but without its lease: workers go on."""

from collections.abc import Iterator
from contextlib import contextmanager

from accounts.zone import business_zone
from providers import leases
from providers.adapters.errors import RateLimited
from providers.models import Site
from providers.sync.turn import Turn, open_door

PATIENCE_SECONDS = 3600.0  # nobody else waits for this


@contextmanager
def turn_beside_workers(site: Site) -> Iterator[Turn]:
    """Lets `ProviderError`s through; a 429 slows the workers down as well."""
    lease = leases.Lease(site.pk, patience=PATIENCE_SECONDS)
    with open_door(lease.wait_for_budget) as door:
        try:
            yield Turn(site=site, door=door, zone=business_zone())
        except RateLimited as error:
            leases.penalise(site.pk, error.retry_after)
            raise
