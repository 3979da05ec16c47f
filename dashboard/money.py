"""Units into money: by the dated unit of each site, in Decimal.

Every site of the New API family counts in parts of a US dollar, so sums over sites are dollars.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Self
from zoneinfo import ZoneInfo

from providers.models import SiteUnit

ZERO = Decimal(0)
MINUS = "\N{MINUS SIGN}"
WIDE = Context(prec=200)  # an absurd number of a site must not end in an error page


@dataclass(frozen=True, slots=True)
class Rate:
    """From this business day on. None: as far back as is known."""

    day: date | None
    units_per_usd: Decimal


Rates = tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum over sites. `usd` leaves out units of unknown worth, and then is not whole."""

    units: int = 0
    usd: Decimal = ZERO
    is_whole: bool = True

    def __add__(self, other: "Amount") -> "Amount":
        is_whole = self.is_whole and other.is_whole
        return Amount(self.units + other.units, self.usd + other.usd, is_whole)

    def __neg__(self) -> "Amount":
        return Amount(-self.units, -self.usd, self.is_whole)

    def __sub__(self, other: "Amount") -> "Amount":
        return self + -other

    @classmethod
    def of(cls, units: int, rates: Rates, day: date) -> Self:
        usd = worth(units, rates, day)
        if usd is None:
            return cls(units=units, is_whole=units == 0)
        return cls(units=units, usd=usd)


NO_AMOUNT = Amount()


class Pot(defaultdict[Decimal | None, int]):
    """Units by what they are worth: many are added up before they become money."""

    def __init__(self) -> None:
        super().__init__(int)

    @property
    def amount(self) -> Amount:
        units, usd = sum(self.values()), ZERO
        for rate, part in self.items():
            usd += ZERO if rate is None else part / rate
        return Amount(units, usd, not self.get(None))


def worth(units: int, rates: Rates, day: date) -> Decimal | None:
    """By the last rate of the day or before; older days by the first that is known."""
    rate = rate_of(rates, day)
    return None if rate is None else units / rate


def rate_of(rates: Rates, day: date) -> Decimal | None:
    known = [rate for rate in rates if rate.day is None or rate.day <= day]
    if known:
        return known[-1].units_per_usd
    return rates[0].units_per_usd if rates else None


def rates_of(sites: Iterable[int], zone: ZoneInfo) -> Mapping[int, Rates]:
    """The rates of each site, oldest first; two in a row are different."""
    found: dict[int, list[Rate]] = {site: [] for site in sites}
    units = SiteUnit.objects.filter(site__in=found, units_per_usd__gt=0).order_by("read_at")
    for site, read_at, value in units.values_list("site", "read_at", "units_per_usd"):
        rates = found[site]
        if not rates or rates[-1].units_per_usd != value:
            day = read_at.astimezone(zone).date() if rates else None
            rates.append(Rate(day, value))
    return {site: tuple(rates) for site, rates in found.items()}


def decimal_text(value: Decimal, places: int) -> str:
    """1,234.50 with a real minus sign, which zero has not."""
    number = rounded(value, places)
    return f"{number or abs(number):,f}".replace("-", MINUS)


def rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, WIDE)


def usd_text(value: Decimal, places: int) -> str:
    text = decimal_text(value, places)
    return f"{MINUS}${text[1:]}" if text.startswith(MINUS) else f"${text}"
