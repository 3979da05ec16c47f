"""What every step of a turn at one site needs."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from providers import secrets
from providers.adapters import ADAPTERS, Adapter, WindowAdapter
from providers.adapters.http import Door
from providers.adapters.records import Credentials
from providers.leases import Lease
from providers.models import Connection, Feed, Site
from providers.pacing import Visit
from providers.sync.walk import Reader

ANSWER_SECONDS = 80.0  # below the life of the lease


def open_door(way: Visit | Lease | None) -> Door:
    """A door through which nobody goes out of turn; without `way` one to a site that nobody knows
    here."""
    return Door(
        allowed_networks=settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS,
        deadline=ANSWER_SECONDS,
        user_agent=f"Tollbook/{settings.VERSION}",
        before_request=None if way is None else way.before_request,
        after_request=None if way is None else way.after_request,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One worker's time at one site, through one door."""

    site: Site
    door: Door
    zone: ZoneInfo

    @property
    def adapter(self) -> Adapter:
        return ADAPTERS[self.site.kind]

    @property
    def windows(self) -> WindowAdapter:
        """Of a site that can be asked for a stretch of time."""
        if not isinstance(self.adapter, WindowAdapter):
            raise TypeError(f"{self.site.kind} has no windows")
        return self.adapter

    def now(self) -> datetime:
        return datetime.now(UTC)

    def site_now(self) -> int:
        """Unix seconds by the site's clock, as its last answer told it."""
        return int(time.time() + self.site_offset)

    @property
    def site_offset(self) -> float:
        """Seconds by which the site's clock is ahead of ours."""
        if self.door.clock_offset is None:
            return self.site.clock_offset_seconds
        return self.door.clock_offset.total_seconds()

    def credentials(self, connection: Connection) -> Credentials:
        return Credentials(
            base_url=self.site.base_url,
            secret=secrets.open_secret(connection),
            user_id=connection.user_id,
        )

    def reader(self, feed: Feed, connection: Connection) -> Reader:
        return Reader(
            adapter=self.windows,
            door=self.door,
            credentials=self.credentials(connection),
            scope=feed.scope,
            dialect=self.site.dialect,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedTurn:
    """A turn's work on one feed, through the connection that lends its secret."""

    turn: Turn
    feed: Feed
    connection: Connection

    @property
    def reader(self) -> Reader:
        """Of a log that can be asked for a stretch of time."""
        return self.turn.reader(self.feed, self.connection)
