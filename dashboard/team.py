"""What the pages of the team are about: every row that counts, whoever watches its feed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.models import User
from dashboard.counting import counted, proving
from dashboard.scope import Part, Scope, books_of, seen_feeds
from dashboard.values import NONE, Values
from providers.models import Connection, Feed
from providers.models.sites import OWN


@dataclass(frozen=True)
class TeamScope(Scope):
    """`proving`: the feeds whose windows say how complete the whole is."""

    proving: frozenset[int] = frozenset()

    def narrowed(self, part: Part) -> "TeamScope":
        """Only rows that are in that part, too."""
        mine = self.part or Part(rows=Q(), days=Q())
        return replace(self, part=Part(rows=mine.rows & part.rows, days=mine.days & part.days))

    def of_proof(self) -> "TeamScope":
        """For what is said about completeness."""
        return replace(self, feeds={pk: self.feeds[pk] for pk in self.feeds if pk in self.proving})


def team_scope(admin: User, zone: ZoneInfo, now: datetime, *, site: Values = NONE) -> TeamScope:
    """For admins only. `site`: what was read at some addresses."""
    watching = _watching()
    # What a member calls their own is not the team's word for it.
    of_all = {pk: one for pk, one in watching.items() if one.scope != OWN}
    feeds = seen_feeds(Feed.objects.select_related("site"), of_all)
    every = [seen.feed for seen in feeds.values()]
    shown = {pk: seen for pk, seen in feeds.items() if site.admits(seen.feed.site_id)}
    scope = TeamScope(
        user=admin,
        zone=zone,
        connections=[],
        feeds=shown,
        books=books_of([seen.feed for seen in shown.values()], zone),
        part=counted(every, zone, now),
        proving=proving(every, watching.keys()),
    )
    if not site:
        return scope
    at_site = Q(feed__in=shown)
    return scope.narrowed(Part(rows=at_site, days=at_site))


def _watching() -> Mapping[int, Connection]:
    """The oldest connection to each feed that has one."""
    every = Connection.objects.exclude(feed=None)
    connections = every.select_related("site", "owner").order_by("-created_at", "-pk")
    return {one.feed_id: one for one in connections if one.feed_id is not None}
