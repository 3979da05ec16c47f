"""How long balances last at the present rate, and what they were."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, IntegerField, Max, Value, When

from dashboard import sums
from dashboard.money import NO_AMOUNT, ZERO, Amount
from dashboard.periods import DAY, Buckets, of_days
from dashboard.queries import Balance
from dashboard.scope import Scope, SeenFeed
from providers.models import Snapshot

RATE_DAYS = 7  # whole business days before today: a week holds working days and others
LONG_DAYS = 366  # beyond, the number says nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """What a feed spent, less refunds, in so many whole days before today."""

    net: Amount
    days: int

    @property
    def per_day(self) -> Amount:
        return Amount(self.net.units // self.days, self.net.usd / self.days, self.net.is_whole)


@dataclass(frozen=True, kw_only=True, slots=True)
class Runway:
    """`days` is None where nothing is spent, or nobody knows. `until` only where it is near."""

    days: int | None = None
    until: date | None = None

    @property
    def is_long(self) -> bool:
        return self.days is not None and self.days >= LONG_DAYS


def paces(scope: Scope, today: date) -> dict[int, Pace]:
    """Of the feeds that were read today and have rows of a whole day before."""
    shown = of_days(today - RATE_DAYS * DAY, today - DAY, scope.zone)
    net: dict[int | None, Amount] = {}
    for part in sums.by_day(scope.model_days(), scope, shown, name="feed"):
        net[part.name] = net.get(part.name, NO_AMOUNT) + part.net
    days = {pk: _whole_days(seen, scope, today) for pk, seen in scope.feeds.items()}
    return {pk: Pace(net=net.get(pk, NO_AMOUNT), days=n) for pk, n in days.items() if n}


def _whole_days(seen: SeenFeed, scope: Scope, today: date) -> int:
    """None while the newest rows are missing. The day of the oldest row may be a part."""
    if seen.first_row is None or seen.read_to is None:
        return 0
    oldest, newest = (end.astimezone(scope.zone).date() for end in (seen.first_row, seen.read_to))
    return max(0, min(RATE_DAYS, (today - oldest).days - 1)) if newest >= today else 0


def runway(left: Amount, pace: Pace | None, today: date) -> Runway:
    """Of one feed: in the site's own unit, whatever that is worth."""
    if pace is None or pace.net.units <= 0:
        return Runway()
    return _lasting(max(0, left.units) * pace.days // pace.net.units, today)


def together(balances: Mapping[int, Balance], paces: Mapping[int, Pace], today: date) -> Runway:
    """As if all that is left could be spent at every site."""
    known = [pk for pk in balances if pk in paces]
    if len(known) == 1:
        return runway(balances[known[0]].left, paces[known[0]], today)
    left = sum((balances[pk].left for pk in known), NO_AMOUNT)
    spent = per_day(paces[pk] for pk in known)
    if spent.usd <= 0 or not (left.is_whole and spent.is_whole):
        return Runway()
    return _lasting(int(max(ZERO, left.usd) / spent.usd), today)


def per_day(paces: Iterable[Pace]) -> Amount:
    return sum((pace.per_day for pace in paces), NO_AMOUNT)


def _lasting(days: int, today: date) -> Runway:
    until = today + timedelta(days=days) if days < LONG_DAYS else None
    return Runway(days=days, until=until)


def history(scope: Scope, bars: Buckets) -> dict[int, dict[int, Amount]]:
    """The last balance that was told in each bucket, by feed; what was not told is not there."""
    if not scope.feeds:
        return {}
    visible = Snapshot.objects.visible_to(scope.user).filter(feed__in=scope.feeds)
    inside: Any = visible.filter(at__gte=bars.starts[0], at__lt=bars.until)
    ends = [bars.end(index) for index in range(len(bars))]
    cases = [When(at__lt=end, then=Value(index)) for index, end in enumerate(ends)]
    placed = inside.annotate(bucket=Case(*cases, output_field=IntegerField()))
    last = placed.order_by().values("feed", "bucket").annotate(last=Max("at"))
    places = {(feed, at): bucket for feed, bucket, at in last.values_list("feed", "bucket", "last")}
    told = inside.filter(at__in={at for _feed, at in places}).values_list("feed", "at", "units")
    return _amounts(told, places, scope, bars)


def _amounts(
    told: Iterable[tuple[int, Any, int]],
    places: Mapping[tuple[int, Any], int],
    scope: Scope,
    bars: Buckets,
) -> dict[int, dict[int, Amount]]:
    found: dict[int, dict[int, Amount]] = {}
    for feed, at, units in told:
        bucket = places.get((feed, at))
        if bucket is not None:
            amount = Amount.of(units, scope.book(feed).rates, bars.starts[bucket].date())
            found.setdefault(feed, {})[bucket] = amount
    return found


def soonest(runways: Mapping[int, Runway], labels: Sequence[tuple[int, str]]) -> tuple[str, Runway]:
    """Whose balance ends first; nothing where none is known to end."""
    near = [(runways[pk].days, label, runways[pk]) for pk, label in labels if pk in runways]
    ending = [(days, label, found) for days, label, found in near if days is not None]
    if not ending:
        return "", Runway()
    _days, label, found = min(ending, key=lambda one: (one[0], one[1]))
    return label, found
