"""Who is who: the upstream users and keys of sites that are read whole, and whose they are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import F, Sum, Value

from accounts.models import User
from dashboard.cuts import Cutter
from dashboard.money import NO_AMOUNT, Amount
from dashboard.people import Account, Whose, last_days
from dashboard.periods import Range, of_days
from dashboard.team import TeamScope
from dashboard.usage_filter import Dim
from providers.models import Belonging, Connection, Feed, Name, Site, UserPoint
from providers.models.sites import ALL, OWN

DAYS = 30
MOST = 300
NO_KEY = "0"  # so the sites call it
Kind = Belonging.Kind


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`why`: account (they watch it themselves) or name."""

    member: User
    why: str


@dataclass(kw_only=True, slots=True)
class Known:
    """An upstream user or key, under every name that it had."""

    site: Site
    upstream_id: str
    names: list[str] = field(default_factory=list)
    requests: int = 0
    amount: Amount = NO_AMOUNT
    said: Amount | None = None  # by the site's own statistic, where it has one of users
    last_day: date | None = None
    belongings: list[Belonging] = field(default_factory=list)
    suggestion: Suggestion | None = None

    @property
    def name(self) -> str:
        return self.names[-1] if self.names else ""

    @property
    def former(self) -> list[str]:
        return self.names[:-1]

    def is_mapped(self, today: date) -> bool:
        return any(one.until is None or one.until > today for one in self.belongings)


@dataclass(frozen=True, kw_only=True, slots=True)
class WhoIsWho:
    unmapped: Sequence[Known]
    mapped: Sequence[Known]
    is_cut: bool

    @property
    def unmapped_spend(self) -> Amount:
        return sum((one.amount for one in self.unmapped), NO_AMOUNT)


def who_is_who(scope: TeamScope, kind: str, today: date) -> WhoIsWho:
    """Those that cost most in the last days first."""
    known = _known(kind)
    shown = of_days(today - timedelta(days=DAYS - 1), today, scope.zone)
    _count(known, scope, kind, shown)
    if kind == Kind.USER:
        _hear(known, scope, shown)
    _map(known, kind)
    found = sorted({id(one): one for one in known.values()}.values(), key=_weight)
    unmapped = [one for one in found if not one.is_mapped(today)]
    mapped = [one for one in found if one.is_mapped(today)]
    if kind == Kind.USER:
        _suggest(unmapped)
    return WhoIsWho(
        unmapped=unmapped[:MOST],
        mapped=mapped[:MOST],
        is_cut=max(len(unmapped), len(mapped)) > MOST,
    )


def unmapped_users(today: date) -> int:
    """How many wait for somebody to say whose they are."""
    known = _known(Kind.USER)
    _map(known, Kind.USER)
    return sum(not one.is_mapped(today) for one in {id(k): k for k in known.values()}.values())


def _weight(one: Known) -> tuple[object, ...]:
    return -one.amount.usd, -one.requests, str(one.site), one.name


def _known(kind: str) -> dict[int, Known]:
    """By id of each name. The newest name last."""
    sites = {feed.site_id: feed.site for feed in _whole_feeds()}
    found: dict[Account, Known] = {}
    known: dict[int, Known] = {}
    named = Name.objects.filter(kind=kind, site_id__in=sites).exclude(upstream_id="")
    if kind == Kind.KEY:
        named = named.exclude(upstream_id=NO_KEY)
    for name in named.order_by("pk"):
        site = sites[name.site_id]
        account = site.root_id, name.upstream_id
        one = found.setdefault(account, Known(site=site, upstream_id=name.upstream_id))
        one.names = [*(text for text in one.names if text != name.text), str(name.text)]
        known[name.pk] = one
    return known


def _whole_feeds() -> Iterable[Feed]:
    return Feed.objects.filter(scope=ALL).select_related("site")


def _count(known: Mapping[int, Known], scope: TeamScope, kind: str, shown: Range) -> None:
    cutter = Cutter(scope=scope, known=Whose(scope.zone, ()))
    for (name,), cell in cutter.cut((Dim(kind),), shown).cells.items():
        one = known.get(name) if isinstance(name, int) else None
        if one is not None:
            one.requests += cell.requests
            one.amount += cell.amount
    for name, last in last_days(known, scope.zone).items():
        one = known[name]
        one.last_day = max(last, one.last_day or last)


def _hear(known: Mapping[int, Known], scope: TeamScope, shown: Range) -> None:
    """What the sites say. They tell names, so that of two who had one only the present one is
    meant; its hours are UTC, and a day of a summer or winter change is cut at a wrong one."""
    present = {(one.site.pk, one.name): one for one in known.values()}
    begin = int(shown.since.timestamp())
    points = UserPoint.objects.filter(hour__gte=shown.since, hour__lt=shown.until)
    by_day = points.annotate(place=(F("hour") - Value(begin)) / Value(86400))
    sums = by_day.order_by().values("feed", "feed__site", "username", "place")
    for row in sums.annotate(sum=Sum("units")):
        one = present.get((row["feed__site"], row["username"]))
        if one is not None and row["feed"] in scope.feeds:
            day = shown.since.date() + timedelta(days=row["place"])
            amount = Amount.of(row["sum"], scope.book(row["feed"]).rates, day)
            one.said = amount + (one.said or NO_AMOUNT)


def _map(known: Mapping[int, Known], kind: str) -> None:
    accounts = {(one.site.root_id, one.upstream_id): one for one in known.values()}
    belongings = Belonging.objects.filter(kind=kind).select_related("site", "member")
    for belonging in belongings.order_by("since"):
        one = accounts.get((belonging.site.root_id, belonging.upstream_id))
        if one is not None:
            one.belongings.append(belonging)


def _suggest(unmapped: Sequence[Known]) -> None:
    watching = _watching()
    members = _by_name()
    for one in unmapped:
        owners = watching.get((one.site.root_id, one.upstream_id), set())
        named = [
            members[text] for text in map(str.casefold, reversed(one.names)) if text in members
        ]
        if len(owners) == 1:
            one.suggestion = Suggestion(next(iter(owners)), "account")
        elif named and named[0] is not None:
            one.suggestion = Suggestion(named[0], "name")


def _watching() -> Mapping[Account, set[User]]:
    found: dict[Account, set[User]] = defaultdict(set)
    own = Connection.objects.filter(scope=OWN, feed__isnull=False)
    for connection in own.select_related("feed__site", "owner"):
        if connection.feed is not None:
            found[connection.feed.site.root_id, connection.feed.account].add(connection.owner)
    return found


def _by_name() -> Mapping[str, User | None]:
    """What a member may be called upstream; None where that fits several."""
    found: dict[str, User | None] = {}
    for member in User.objects.filter(is_active=True):
        called = {member.email, member.email.partition("@")[0], member.name}
        for text in {text.casefold() for text in called if text}:
            found[text] = None if text in found else member
    return found
