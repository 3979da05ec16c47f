"""What units are worth at sites that do not say so: what a person paid for some, dated."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from providers.models import Site, SiteUnit


class SiteTells(Exception):
    """The site says itself what its unit is worth."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Paid:
    """`units` for `amount` of a currency, of which `usd_rate` are one US dollar."""

    units: int
    amount: Decimal
    currency: str
    usd_rate: Decimal

    @property
    def units_per_usd(self) -> Decimal:
        return self.units * self.usd_rate / self.amount

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} for {self.units}, {self.usd_rate} to the dollar"


def is_open(site: Site) -> bool:
    """Once its facts were read."""
    told = site.units.exclude(display=SiteUnit.PAID)
    return site.facts_read_at is not None and not told.exists()


def tell(site: Site, paid: Paid, *, since: datetime, by: User | None) -> SiteUnit:
    """From that moment on, and before it where nothing is known; of the same moment the last word
    counts."""
    if not is_open(site):
        raise SiteTells
    with audit.recording(by, Action.WORTH_TOLD, str(site), since=since, paid=str(paid)):
        unit, _ = SiteUnit.objects.update_or_create(
            site=site,
            read_at=since,
            defaults={
                "units_per_usd": paid.units_per_usd,
                "display": SiteUnit.PAID,
                "usd_rate": paid.usd_rate,
                "symbol": paid.currency,
            },
        )
    return unit


def remove(unit: SiteUnit, *, by: User | None) -> None:
    if unit.display != SiteUnit.PAID:
        raise SiteTells
    with audit.recording(by, Action.WORTH_REMOVED, str(unit.site), since=unit.read_at):
        unit.delete()
