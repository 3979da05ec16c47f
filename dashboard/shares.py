"""What of the rows of all users is one member's, without a connection of their own."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.models import User
from providers.models import Belonging, Feed, Name
from providers.models.sites import ALL, OWN


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """Rows of a feed under these names of one upstream user, on these business days."""

    feed: int
    site: int
    names: tuple[int, ...]
    since: date | None
    until: date | None

    def rows(self, zone: ZoneInfo) -> Q:
        wanted = Q(feed=self.feed, user__in=self.names)
        if self.since is not None:
            wanted &= Q(time__gte=datetime.combine(self.since, time(), zone))
        if self.until is not None:
            wanted &= Q(time__lt=datetime.combine(self.until, time(), zone))
        return wanted

    def days(self) -> Q:
        wanted = Q(feed=self.feed, user__in=self.names)
        if self.since is not None:
            wanted &= Q(day__gte=self.since)
        return wanted if self.until is None else wanted & Q(day__lt=self.until)


def shares_of(member: User) -> list[Share]:
    """Of an account that they watch themselves nothing: its rows are in that feed. Of two addresses
    of one site that are both read, one is enough."""
    of_users = Belonging.objects.of_member(member).filter(kind=Belonging.Kind.USER)
    belongings = list(of_users.select_related("site"))
    if not belongings:
        return []
    roots = {belonging.site.root_id for belonging in belongings}
    feeds = _feeds(roots)
    watched = _watched(member)
    names = _names(belongings)
    return [
        Share(
            feed=feed.pk,
            site=feed.site_id,
            names=tuple(names[feed.site_id, belonging.upstream_id]),
            since=belonging.since,
            until=belonging.until,
        )
        for belonging in belongings
        for feed in [feeds.get(belonging.site.root_id)]
        if feed is not None and (belonging.site.root_id, belonging.upstream_id) not in watched
    ]


def _feeds(roots: set[int]) -> Mapping[int, Feed]:
    of_site = Q(site__in=roots) | Q(site__same_as__in=roots)
    feeds = Feed.objects.filter(of_site, scope=ALL).select_related("site").order_by("-pk")
    return {feed.site.root_id: feed for feed in feeds}


def _watched(member: User) -> set[tuple[int, str]]:
    own = Feed.objects.filter(connections__owner=member, scope=OWN).select_related("site")
    return {(feed.site.root_id, feed.account) for feed in own}


def _names(belongings: list[Belonging]) -> Mapping[tuple[int, str], list[int]]:
    ids = {belonging.upstream_id for belonging in belongings}
    users = Name.objects.filter(kind=Name.Kind.USER, upstream_id__in=ids)
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for pk, site, upstream_id in users.values_list("pk", "site_id", "upstream_id"):
        found[site, upstream_id].append(pk)
    return found
