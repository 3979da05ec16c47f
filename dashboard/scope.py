"""What one person's page is about: their connections, the feeds behind them, what those mean."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value

from accounts.models import User
from dashboard import money
from dashboard.business_days import BusinessDay
from dashboard.money import Rates
from dashboard.shares import Share, shares_of
from dashboard.values import NONE, Values
from providers.models import Connection, Feed, KeyDay, ModelDay, QuotaPoint, Site, UsageLog, Window
from providers.models.logs import OfFeedQuerySet
from providers.models.sites import OWN
from providers.vocabulary import VOCABULARIES, Vocabulary

UNKNOWN = "unknown"
NOBODYS = Q(pk__in=())


@dataclass(frozen=True, slots=True)
class Book:
    """Feeds whose numbers mean the same: one vocabulary, one history of the unit."""

    vocabulary: Vocabulary
    rates: Rates
    feeds: tuple[int, ...]

    def of_type(self, word: str) -> Q:
        """The rows whose type has this name here."""
        names = self.vocabulary.names
        mine = Q(feed__in=self.feeds)
        if word == UNKNOWN:
            return mine & ~Q(type__in=names)
        return mine & Q(type__in=[number for number, name in names.items() if name == word])


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the rows of some feeds: as a condition on rows, and the same on their daily sums."""

    rows: Q
    days: Q


@dataclass(frozen=True)
class Scope:
    """Everything here may be seen by `user`: all of their own feeds, and of feeds of all users
    (`mapped`) what is theirs; or, on pages of the team, the rows that count (`part`)."""

    user: User
    zone: ZoneInfo
    connections: Sequence[Connection]
    feeds: Mapping[int, "SeenFeed"]
    books: Sequence[Book]
    part: Part | None = None
    mapped: frozenset[int] = frozenset()
    is_by_key: bool = False  # what is theirs, daily sums of models do not tell apart

    @property
    def shows_texts(self) -> bool:
        """What was called, and from where, is not for those who look after the money."""
        return not self.user.is_finance_role

    def rows(self) -> OfFeedQuerySet:
        if self.part is not None:
            return UsageLog.objects.filter(self.part.rows)
        return UsageLog.objects.visible_to(self.user).filter(feed__in=self.feeds)

    def model_days(self) -> OfFeedQuerySet:
        """Or the rows themselves, in the same columns."""
        if self.part is not None and self.is_by_key:
            day = BusinessDay("time", self.zone)
            theirs = UsageLog.objects.filter(self.part.rows)
            usage: OfFeedQuerySet = theirs.annotate(day=day, requests=Value(1))
            return usage
        return self._days(ModelDay)

    def key_days(self) -> OfFeedQuerySet:
        return self._days(KeyDay)

    def _days(self, rollup: type[ModelDay] | type[KeyDay]) -> OfFeedQuerySet:
        if self.part is not None:
            return rollup.objects.filter(self.part.days)
        return rollup.objects.visible_to(self.user).filter(feed__in=self.feeds)

    def of_type(self, word: str) -> Q:
        wanted = Q()
        for book in self.books:
            wanted |= book.of_type(word)
        return wanted

    def of_spend(self) -> Q:
        wanted = Q()
        for book in self.books:
            wanted |= Q(feed__in=book.feeds, type__in=book.vocabulary.spend)
        return wanted

    @cached_property
    def _book_of(self) -> Mapping[int, Book]:
        return {feed: book for book in self.books for feed in book.feeds}

    def book(self, feed_id: int) -> Book:
        return self._book_of[feed_id]

    @property
    def troubled(self) -> list[Connection]:
        """Those whose last read failed, and those that wait for a person."""
        return [one for one in self.connections if one.failed_at or _waits(one)]

    @property
    def is_undated(self) -> bool:
        """Whether no unit ever changed its worth."""
        return all(len(book.rates) <= 1 for book in self.books)

    @property
    def has_one_unit(self) -> bool:
        """Whether units of all sites are worth the same, so that adding them means something."""
        return len({rate.units_per_usd for book in self.books for rate in book.rates}) <= 1


@dataclass(frozen=True, slots=True)
class SeenFeed:
    """A feed, its watcher's connection (None: nobody watches it, or not this person), and what
    there is of it: where the rows, the site's statistic and the windows begin, and where the newest
    window ends."""

    feed: Feed
    connection: Connection | None
    first_row: datetime | None
    first_point: datetime | None
    first_window: datetime | None
    read_to: datetime | None

    @property
    def label(self) -> str:
        """What the watcher calls it."""
        return str(self.feed.site) if self.connection is None else self.connection.name


def _waits(connection: Connection) -> bool:
    return connection.feed is not None and bool(connection.feed.waits_for_person)


def connections_of(user: User) -> list[Connection]:
    """Their own rows': an admin may see everybody's connections, and everybody's rows on the pages
    of the team only."""
    own = Connection.objects.visible_to(user).filter(owner=user, scope=OWN)
    return list(own.select_related("feed__site", "site").order_by("name", "pk"))


def sites_of(connections: Iterable[Connection]) -> list[Site]:
    return sorted({one.site for one in connections}, key=str)


def scope_of(
    user: User,
    connections: Iterable[Connection],
    zone: ZoneInfo,
    *,
    only: Values = NONE,
    site: Values = NONE,
) -> Scope:
    """`only`: some connections, `site`: those of some sites. What is not theirs is not found."""
    at_site = [connection for connection in connections if site.admits(connection.site_id)]
    chosen = [connection for connection in at_site if only.admits(connection.pk)]
    watching = {one.feed_id: one for one in reversed(chosen) if one.feed_id is not None}
    own = seen_feeds(Feed.objects.visible_to(user).filter(pk__in=watching), watching)
    shares = [] if only.wanted else [one for one in shares_of(user) if site.admits(one.site)]
    mapped = seen_feeds(Feed.objects.filter(pk__in={share.feed for share in shares}), {})
    feeds = own | mapped
    return Scope(
        user=user,
        zone=zone,
        connections=chosen,
        feeds=feeds,
        books=books_of([seen.feed for seen in feeds.values()], zone),
        part=_with_shares(own, shares, zone) if shares else None,
        mapped=frozenset(mapped),
        is_by_key=any(share.is_by_key for share in shares),
    )


def _with_shares(own: Iterable[int], shares: Iterable[Share], zone: ZoneInfo) -> Part:
    rows = days = Q(feed__in=own)
    for share in shares:
        rows |= share.rows(zone)
        days |= share.days()
    return Part(rows=rows, days=days)


def seen_feeds(feeds: QuerySet[Feed], watching: Mapping[int, Connection]) -> dict[int, SeenFeed]:
    """Of feeds that the person may see."""
    ends = {
        "first_row": _end(UsageLog, "time"),
        "first_point": _end(QuotaPoint, "hour"),
        "first_window": _end(Window, "since"),
        "read_to": _end(Window, "-until"),
    }
    found = feeds.select_related("site").annotate(**ends).order_by("pk")
    return {
        feed.pk: SeenFeed(feed, watching.get(feed.pk), *(getattr(feed, name) for name in ends))
        for feed in found
    }


def _end(rows: Any, order: str) -> Subquery:
    """The first value of a column in an order, straight from the feed's index."""
    ordered = rows.objects.filter(feed=OuterRef("pk")).order_by(order)
    return Subquery(ordered.values(order.removeprefix("-"))[:1])


def books_of(feeds: Sequence[Feed], zone: ZoneInfo) -> list[Book]:
    rates = money.rates_of({feed.site_id for feed in feeds}, zone)
    shelves: dict[tuple[str, Rates], list[int]] = {}
    for feed in feeds:
        shelves.setdefault((feed.site.vocabulary, rates[feed.site_id]), []).append(feed.pk)
    return [Book(VOCABULARIES[code], rate, tuple(ids)) for (code, rate), ids in shelves.items()]
