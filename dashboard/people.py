"""Whose rows are whose: as admins confirmed, else as the one member who watches the account."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, Subquery

from dashboard.scope import NOBODYS, Part
from providers.models import Belonging, Connection, Name, Site, UsageLog
from providers.models.sites import OWN

Account = tuple[int, str]  # the root of its site, and its id there
USER, KEY = Belonging.Kind.USER, Belonging.Kind.KEY


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """Rows under these names of one user or key are a member's on these business days."""

    member: int
    column: str
    names: tuple[int, ...]
    since: date | None = None
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        begun = self.since is None or self.since <= day
        return begun and (self.until is None or day < self.until)

    def of_rows(self, zone: ZoneInfo) -> Q:
        wanted = Q(**{f"{self.column}__in": self.names})
        if self.since is not None:
            wanted &= Q(time__gte=datetime.combine(self.since, time(), zone))
        if self.until is not None:
            wanted &= Q(time__lt=datetime.combine(self.until, time(), zone))
        return wanted

    def of_days(self) -> Q:
        wanted = Q(**{f"{self.column}__in": self.names})
        if self.since is not None:
            wanted &= Q(day__gte=self.since)
        return wanted if self.until is None else wanted & Q(day__lt=self.until)


@dataclass(frozen=True)
class Whose:
    """A key says more than the user whose it is: several people may share an account."""

    zone: ZoneInfo
    claims: Sequence[Claim]

    @cached_property
    def _by_name(self) -> Mapping[int, list[Claim]]:
        found: dict[int, list[Claim]] = defaultdict(list)
        for claim in self.claims:
            for name in claim.names:
                found[name].append(claim)
        return found

    @property
    def has_keys(self) -> bool:
        """Whether a user alone does not say whose a row is."""
        return any(claim.column == KEY for claim in self.claims)

    def member(self, user: int | None, key: int | None, day: date) -> int | None:
        for name in (key, user):
            for claim in self._by_name.get(name or 0, ()):
                if claim.holds_on(day):
                    return claim.member
        return None

    def part_of(self, member: int | None) -> Part:
        """A member's rows, or those that are nobody's."""
        return Part(
            rows=self._written(member, [(one, one.of_rows(self.zone)) for one in self.claims]),
            days=self._written(member, [(one, one.of_days()) for one in self.claims]),
        )

    def _written(self, member: int | None, claims: Iterable[tuple[Claim, Q]]) -> Q:
        by_user, by_key, others = NOBODYS, NOBODYS, NOBODYS
        for claim, wanted in claims:
            if claim.column == KEY and claim.member != member:
                others |= wanted
            elif claim.column == KEY:
                by_key |= wanted
            elif member in (None, claim.member):
                by_user |= wanted
        if member is None:
            return ~by_user & ~others
        return by_key | by_user & ~others if self.has_keys else by_user

    def breaks(self, first: date, last: date) -> list[date]:
        """Days of a range on which something changes hands, so that sums must not go across."""
        edges = {edge for claim in self.claims for edge in (claim.since, claim.until) if edge}
        return sorted(edge for edge in edges if first < edge <= last)


def whose(zone: ZoneInfo) -> Whose:
    confirmed = list(Belonging.objects.select_related("site"))
    watching = _watching({_account(one) for one in confirmed if one.kind == USER})
    names = _names({one.upstream_id for one in confirmed} | {account[1] for account in watching})
    claims = [
        Claim(
            member=one.member_id,
            column=one.kind,
            names=names[(one.kind, *_account(one))],
            since=one.since,
            until=one.until,
        )
        for one in confirmed
    ]
    claims += [
        Claim(member=member, column=USER, names=names[(USER, *account)])
        for account, member in watching.items()
    ]
    return Whose(zone, [claim for claim in claims if claim.names])


def _account(one: Belonging) -> Account:
    return one.site.root_id, one.upstream_id


def _watching(confirmed: set[Account]) -> Mapping[Account, int]:
    """Accounts that one member alone has proved to own, and of which no admin says otherwise."""
    owners: dict[Account, set[int]] = defaultdict(set)
    own = Connection.objects.filter(scope=OWN, feed__isnull=False).select_related("feed__site")
    for connection in own:
        if connection.feed is not None:
            account = connection.feed.site.root_id, connection.feed.account
            owners[account].add(connection.owner_id)
    return {
        account: next(iter(members))
        for account, members in owners.items()
        if len(members) == 1 and account not in confirmed
    }


def _names(upstream_ids: set[str]) -> Mapping[tuple[str, int, str], tuple[int, ...]]:
    """By kind, root of the site, and id there."""
    found: dict[tuple[str, int, str], tuple[int, ...]] = defaultdict(tuple)
    named = Name.objects.filter(kind__in=(USER, KEY), upstream_id__in=upstream_ids - {""})
    roots = {site.pk: site.root_id for site in Site.objects.exclude(same_as=None)}
    for pk, kind, site, upstream_id in named.values_list("pk", "kind", "site_id", "upstream_id"):
        found[kind, roots.get(site, site), upstream_id] += (pk,)
    return found


def last_days(names: Collection[int], zone: ZoneInfo) -> Mapping[int, date]:
    """Of the newest row under each name of a user or key, straight from its index."""
    rows = {column: UsageLog.objects.filter(**{column: OuterRef("pk")}) for column in (USER, KEY)}
    newest = {
        column: Subquery(of.order_by("-time").values("time")[:1]) for column, of in rows.items()
    }
    found: dict[int, date] = {}
    for column, last in newest.items():
        named = Name.objects.filter(pk__in=set(names), kind=column).annotate(last=last)
        for pk, moment in named.exclude(last=None).values_list("pk", "last"):
            found[pk] = moment.astimezone(zone).date()
    return found
