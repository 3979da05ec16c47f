"""What of the rows of all users is one member's, without a connection of their own."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.models import User
from providers.models import Belonging, Feed, Name
from providers.models.sites import ALL, OWN

Kind = Belonging.Kind
Names = Mapping[tuple[str, int, str], Sequence[int]]  # by kind, site, and id there


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """Rows of a feed under these names of one upstream user or key (`column`), on these business
    days; but for those `without`: somebody else's keys, or accounts that they watch themselves."""

    feed: int
    site: int
    column: str
    names: tuple[int, ...]
    since: date | None = None
    until: date | None = None
    without: "tuple[Share, ...]" = ()

    @property
    def is_by_key(self) -> bool:
        return self.column == Kind.KEY or any(other.is_by_key for other in self.without)

    def rows(self, zone: ZoneInfo) -> Q:
        wanted = self._named()
        if self.since is not None:
            wanted &= Q(time__gte=datetime.combine(self.since, time(), zone))
        if self.until is not None:
            wanted &= Q(time__lt=datetime.combine(self.until, time(), zone))
        for other in self.without:
            wanted &= ~other.rows(zone)
        return wanted

    def days(self) -> Q:
        wanted = self._named()
        if self.since is not None:
            wanted &= Q(day__gte=self.since)
        if self.until is not None:
            wanted &= Q(day__lt=self.until)
        for other in self.without:
            wanted &= ~other.days()
        return wanted

    def _named(self) -> Q:
        return Q(feed=self.feed, **{f"{self.column}__in": self.names})


def shares_of(member: User) -> list[Share]:
    """Of an account that they watch themselves nothing: its rows are in that feed. Of two addresses
    of one site that are both read, one is enough. A key says more than its user."""
    mine = list(Belonging.objects.of_member(member).select_related("site"))
    if not mine:
        return []
    feeds = _feeds({belonging.site.root_id for belonging in mine})
    others = _keys_of_others(member, feeds)
    watched = _watched(member)
    names = _names({one.upstream_id for one in [*mine, *others]} | {pk for _, pk in watched})
    found = []
    for belonging in mine:
        root = belonging.site.root_id
        feed = feeds.get(root)
        is_user = belonging.kind == Kind.USER
        if feed is None or (is_user and (root, belonging.upstream_id) in watched):
            continue
        if is_user:
            known = (one for one in others if one.site.root_id == root)
            without = [_share(one, feed, names) for one in known]
        else:
            accounts = [account for at, account in watched if at == root]
            without = [_account(account, feed, names) for account in accounts]
        given = tuple(share for share in without if share.names)
        found.append(_share(belonging, feed, names, without=given))
    return found


def _share(
    belonging: Belonging, feed: Feed, names: Names, *, without: tuple[Share, ...] = ()
) -> Share:
    return Share(
        feed=feed.pk,
        site=feed.site_id,
        column=belonging.kind,
        names=tuple(names.get((belonging.kind, feed.site_id, belonging.upstream_id), ())),
        since=belonging.since,
        until=belonging.until,
        without=without,
    )


def _account(account: str, feed: Feed, names: Names) -> Share:
    known = tuple(names.get((Kind.USER, feed.site_id, account), ()))
    return Share(feed=feed.pk, site=feed.site_id, column=Kind.USER, names=known)


def _feeds(roots: set[int]) -> Mapping[int, Feed]:
    of_site = Q(site__in=roots) | Q(site__same_as__in=roots)
    feeds = Feed.objects.filter(of_site, scope=ALL).select_related("site").order_by("-pk")
    return {feed.site.root_id: feed for feed in feeds}


def _keys_of_others(member: User, roots: Iterable[int]) -> list[Belonging]:
    keys = Belonging.objects.filter(kind=Kind.KEY).exclude(member=member).select_related("site")
    known = set(roots)
    return [one for one in keys if one.site.root_id in known]


def _watched(member: User) -> set[tuple[int, str]]:
    own = Feed.objects.filter(connections__owner=member, scope=OWN).select_related("site")
    return {(feed.site.root_id, feed.account) for feed in own}


def _names(upstream_ids: set[str]) -> Names:
    named = Name.objects.filter(kind__in=(Kind.USER, Kind.KEY), upstream_id__in=upstream_ids)
    found: dict[tuple[str, int, str], list[int]] = defaultdict(list)
    for pk, kind, site, upstream_id in named.values_list("pk", "kind", "site_id", "upstream_id"):
        found[kind, site, upstream_id].append(pk)
    return found
