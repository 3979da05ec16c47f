"""All that one connection's own page says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import User
from dashboard import links, money, watched
from dashboard.links import Links
from dashboard.strips import GridDay, grid
from dashboard.watched import Comparison, Watched
from providers import traits, worth
from providers.adapters import ADAPTERS, AccountOpener, WebLogin
from providers.models import Connection, Opening, SiteUnit
from providers.pacing import per_minute
from providers.traits import Told

NEWS = timedelta(days=14)  # how long a changed site is news
GRID_DAYS = 14  # of those that the strip has


@dataclass(frozen=True, kw_only=True, slots=True)
class Details:
    entry: Watched
    unit: SiteUnit | None
    watchers: Sequence[str]
    mismatches: Sequence[Comparison] = ()
    quarantined: int = 0
    days: Sequence[GridDay] = ()
    traits: Sequence[Told] = ()
    links: Links | None = None
    has_key_to_show: bool = False
    upgrades: Sequence[Told] = ()

    @property
    def traits_are_outdated(self) -> bool:
        return traits.is_outdated(self.traits)

    @property
    def unmatched(self) -> int:
        return self.entry.progress.windows - self.entry.progress.verified

    @property
    def has_notes(self) -> bool:
        one = self.entry.connection
        is_told = bool(one.error_code or self.quarantined or self.upgrades or self.has_key_to_show)
        return is_told or one.feed is None or bool(one.feed.waits_for_person)

    @property
    def clock_seconds(self) -> int:
        """How far the site's clock is ahead of ours."""
        return round(self.entry.connection.site.clock_offset_seconds)

    @property
    def clock_behind(self) -> int:
        return -self.clock_seconds

    @property
    def login_url(self) -> str:
        """Where the site's own pages open for the secret, which is never in the address."""
        site = self.entry.connection.site
        adapter = ADAPTERS[site.kind]
        return adapter.login_url(site.base_url) if isinstance(adapter, WebLogin) else ""

    @property
    def has_no_worth(self) -> bool:
        """A person may say what units are worth, since the site does not."""
        return worth.is_open(self.entry.connection.site)

    @property
    def requests_per_minute(self) -> int:
        return per_minute(self.entry.connection.site)


def details_of(
    connection: Connection, now: datetime, zone: ZoneInfo, person: User | None = None
) -> Details:
    """Of a connection that the person may see."""
    entry = watched.watch([connection], now, zone)[0]
    unit = SiteUnit.objects.filter(site=connection.site).order_by("-read_at").first()
    feed = connection.feed
    if feed is None:
        return Details(
            entry=entry,
            unit=unit,
            watchers=[str(connection.owner)],
            has_key_to_show=_has_key_to_show(connection, person),
        )
    found = traits.told(connection.site)
    rates = money.rates_of([feed.site_id], zone)[feed.site_id]
    return Details(
        entry=entry,
        unit=unit,
        watchers=_watchers(connection),
        mismatches=watched.mismatches(feed, rates, zone),
        quarantined=watched.quarantined(feed),
        days=grid(feed, entry.strip, GRID_DAYS, now, zone),
        traits=found,
        links=links.links_of(feed),
        has_key_to_show=_has_key_to_show(connection, person),
        upgrades=traits.upgraded(found, after=now - NEWS),
    )


def _has_key_to_show(connection: Connection, person: User | None) -> bool:
    if person is None or not isinstance(ADAPTERS[connection.site.kind], AccountOpener):
        return False
    return Opening.objects.to_show(person).filter(connection=connection).exists()


def _watchers(connection: Connection) -> list[str]:
    """Each has proved to own the account, so each may know of the others."""
    watching = Connection.objects.filter(feed=connection.feed).select_related("owner")
    return list(dict.fromkeys(str(one.owner) for one in watching.order_by("created_at")))
