"""Counting once: which of the rows that several feeds have of one upstream account count, and when.

Per site, account and business day one feed counts: the one that lacks least of the day, of equals
that of all users. So an own feed counts where it is complete and that of all users is not. Two
addresses that an admin merged are one site.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.db.models import Q

from dashboard.reach import Reach, reaches
from dashboard.scope import NOBODYS, Part
from providers.models import Feed, Name

DAY = timedelta(days=1)
Days = tuple[date | None, date | None]  # half-open; None has no end
Account = tuple[int, str]  # the root of its site, and its id there
ALWAYS: Days = (None, None)


@dataclass(kw_only=True, slots=True)
class Term:
    """A feed counts on these days, but for accounts that another one counts for."""

    feed: int
    days: list[Days]
    but: list[tuple[Account, list[Days]]] = field(default_factory=list)


def counted(feeds: Sequence[Feed], zone: ZoneInfo, now: datetime) -> Part:
    """Of all the feeds that there are."""
    terms = terms_of(feeds, reaches(feeds), zone, now)
    names = _names({account for term in terms for account, _ in term.but}, feeds)
    return Part(
        rows=_written(terms, feeds, names, partial(_seconds, zone=zone)),
        days=_written(terms, feeds, names, _days),
    )


def proving(feeds: Sequence[Feed], watched: Set[int]) -> frozenset[int]:
    """The feeds that say how complete the whole is: those that are read. An own feed beside one of
    all users only helps out."""
    read = [feed for feed in feeds if feed.pk in watched]
    every = {feed.site.root_id for feed in read if feed.is_of_all}
    return frozenset(feed.pk for feed in read if feed.is_of_all or feed.site.root_id not in every)


def terms_of(
    feeds: Sequence[Feed], reach: Mapping[int, Reach], zone: ZoneInfo, now: datetime
) -> list[Term]:
    every: dict[int, list[int]] = defaultdict(list)
    own: dict[Account, list[int]] = defaultdict(list)
    for feed in sorted(feeds, key=lambda feed: feed.pk):
        if feed.is_of_all:
            every[feed.site.root_id].append(feed.pk)
        else:
            own[feed.site.root_id, feed.account].append(feed.pk)
    choose = partial(_choose, reach=reach, zone=zone, now=now)
    terms = [Term(feed=pk, days=days) for site in every.values() for pk, days in choose(site)]
    whole = {term.feed: term for term in terms}
    for account, pks in own.items():
        rivals = [*every[account[0]], *pks]
        helping = [(pk, days) for pk, days in choose(rivals) if pk not in whole]
        terms += [Term(feed=pk, days=days) for pk, days in helping]
        instead = [stretch for _, days in helping for stretch in days]
        for pk in every[account[0]]:
            if instead and pk in whole:
                whole[pk].but.append((account, instead))
    return terms


def _choose(
    rivals: Sequence[int], *, reach: Mapping[int, Reach], zone: ZoneInfo, now: datetime
) -> Iterator[tuple[int, list[Days]]]:
    """The feeds that count on some day, each with its days."""
    if len(rivals) == 1:
        yield rivals[0], [ALWAYS]
        return
    chosen: dict[int, list[Days]] = defaultdict(list)
    for stretch in _stretches(rivals, reach, zone):
        since, until = _ends(stretch, zone, now)
        best = min(rivals, key=lambda pk: reach[pk].lacking(since, until))
        _append(chosen[best], stretch)
    yield from chosen.items()


def _stretches(rivals: Sequence[int], reach: Mapping[int, Reach], zone: ZoneInfo) -> Iterator[Days]:
    """Days in which a gap begins or ends, one by one, and what lies between: there each feed has
    all or nothing."""
    edges = {edge for pk in rivals for edge in reach[pk].edges}
    days = {datetime.fromtimestamp(edge, zone).date() for edge in edges}
    yield from pairwise([None, *sorted(days | {day + DAY for day in days}), None])


def _ends(stretch: Days, zone: ZoneInfo, now: datetime) -> tuple[float, float]:
    """Unix seconds. What has not happened yet nobody lacks."""
    since, until = stretch
    begin = datetime.combine(since or (until or date.max) - DAY, time(), zone).timestamp()
    end = datetime.combine(until or (since or date.min) + DAY, time(), zone).timestamp()
    return begin, max(begin, min(end, now.timestamp()))


def _append(days: list[Days], stretch: Days) -> None:
    """Neighbours become one."""
    if days and days[-1][1] == stretch[0]:
        days[-1] = (days[-1][0], stretch[1])
    else:
        days.append(stretch)


def _names(accounts: set[Account], feeds: Sequence[Feed]) -> Mapping[Account, list[int]]:
    """What the rows of all users call an account, at any address and at any time."""
    roots = {feed.site_id: feed.site.root_id for feed in feeds}
    found: dict[Account, list[int]] = defaultdict(list)
    if accounts:
        users = Name.objects.filter(kind=Name.Kind.USER, site_id__in=roots)
        users = users.filter(upstream_id__in={upstream_id for _, upstream_id in accounts})
        for pk, site, upstream_id in users.values_list("pk", "site_id", "upstream_id"):
            found[roots[site], upstream_id].append(pk)
    return found


def _written(
    terms: Sequence[Term],
    feeds: Sequence[Feed],
    names: Mapping[Account, list[int]],
    inside: Callable[[Days], Q],
) -> Q:
    """As a condition. By what does not count where that is all: no index is lost to it."""
    plain = {term.feed for term in terms if term.days == [ALWAYS] and not term.but}
    dated = [term for term in terms if term.feed not in plain]
    if not dated:
        others = [feed.pk for feed in feeds if feed.pk not in plain]
        return ~Q(feed__in=others) if others else Q()
    wanted = Q(feed__in=plain) if plain else NOBODYS
    for term in dated:
        wanted |= Q(feed=term.feed) & _any(term.days, inside) & ~_but(term, names, inside)
    return wanted


def _but(term: Term, names: Mapping[Account, list[int]], inside: Callable[[Days], Q]) -> Q:
    """Accounts of the same days together: there may be many of them."""
    users: dict[tuple[Days, ...], list[int]] = defaultdict(list)
    for account, days in term.but:
        users[tuple(days)] += names[account]
    found = NOBODYS
    for stretches, pks in users.items():
        found |= Q(user__in=pks) & _any(stretches, inside)
    return found


def _any(days: Sequence[Days], inside: Callable[[Days], Q]) -> Q:
    found = Q()
    for stretch in days:
        found |= inside(stretch)
    return found


def _days(stretch: Days) -> Q:
    since, until = stretch
    begin = Q() if since is None else Q(day__gte=since)
    return begin if until is None else begin & Q(day__lt=until)


def _seconds(stretch: Days, *, zone: ZoneInfo) -> Q:
    since, until = stretch
    begin = Q() if since is None else Q(time__gte=datetime.combine(since, time(), zone))
    return begin if until is None else begin & Q(time__lt=datetime.combine(until, time(), zone))
