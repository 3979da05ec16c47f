"""The order of work at one site: new feeds first, then tails, then backfills, in turns.

A new feed waits for no history, at its own site or at another: whoever reads one lets it pass
between two requests.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db.models import F, Q, QuerySet

from accounts.zone import business_zone
from providers import leases
from providers.adapters.errors import ProviderError
from providers.leases import Lease
from providers.models import Connection, Feed, Site
from providers.pacing import BudgetSpent
from providers.secrets import SecretUnreadable
from providers.store import RendersDifferently
from providers.sync import (
    backfill,
    checks,
    first_look,
    hourly,
    quarantine,
    recheck,
    site_facts,
    tail,
)
from providers.sync.turn import FeedTurn, Turn, open_door

logger = logging.getLogger(__name__)

TURN_SECONDS = 15.0
PATIENCE_SECONDS = 5.0
FACTS_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Step:
    feed: Feed
    run: Callable[[FeedTurn], None]


def work_at(
    site_id: int, *, seconds: float = TURN_SECONDS, patience: float = PATIENCE_SECONDS
) -> float | None:
    """Work at one site for a while. The seconds after which to go on, or None where nothing is due
    or another worker has the site."""
    return _hold(site_id, patience, partial(_work, until=time.monotonic() + seconds))


def _hold(site_id: int, patience: float, work: Callable[[Turn, Lease], bool]) -> float | None:
    with leases.hold(site_id, patience=patience) as lease:
        if lease is None:
            return None
        with open_door(lease) as door:
            turn = Turn(site=Site.objects.get(pk=site_id), door=door, zone=business_zone())
            try:
                return 0 if work(turn, lease) else None
            except BudgetSpent as spent:
                return spent.seconds
            except leases.LeaseLost:
                return None


def _due_feeds(feeds: QuerySet[Feed], now: datetime) -> QuerySet[Feed]:
    """Feeds whose tail is to be read, new ones first. One that was read long after now was so by a
    clock that was set back since."""
    pause = timedelta(seconds=settings.TOLLBOOK_SYNC_SECONDS)
    is_stale = Q(read_at=None) | Q(read_at__lt=now - pause) | Q(read_at__gt=now + pause)
    due = feeds.filter(is_stale | Q(sync_asked_at__isnull=False))
    return due.order_by(F("read_at").asc(nulls_first=True))


def is_due(site: Site, now: datetime) -> bool:
    return _unnamed(site, now).exists() or next_step(site, now) is not None


def next_step(site: Site, now: datetime, *, only: Feed | None = None) -> Step | None:
    feeds = _workable(site, now)
    if only is not None:
        feeds = feeds.filter(pk=only.pk)
    new = feeds.filter(stepped_at=None).first()
    if new is not None:
        return Step(new, look)
    feed = _due_feeds(feeds, now).first()
    if feed is not None:
        return Step(feed, read_newest)
    asked = checks.pending(feeds, is_begun=False).first()
    if asked is not None:
        return Step(asked.feed, verify_again)
    for feed in feeds:
        if site.has_hourly and hourly.is_due(feed, now):
            return Step(feed, hourly.read_newest)
        if recheck.due_window(feed, now) is not None:
            return Step(feed, check_again)
    begun = set(checks.pending(feeds, is_begun=True).values_list("feed", flat=True))
    for feed in feeds.order_by(F("stepped_at").asc(nulls_first=True)):
        if feed.pk in begun:
            return Step(feed, verify_again)
        if backfill.gap_of(feed) is not None or hourly.has_history(feed):
            return Step(feed, read_history)
    return None


def look(work: FeedTurn) -> None:
    first_look.take(work)
    work.feed.note_step(work.turn.now())


def read_newest(work: FeedTurn) -> None:
    turn, feed = work.turn, work.feed
    is_split = tail.read_tail(work)
    backfill.close_gaps(feed)
    if not (is_split or feed.is_of_all):
        account = turn.adapter.account(turn.door, work.reader.credentials)
        site_facts.keep_account(feed, account, turn.now())
    feed.read_at = turn.now()
    feed.sync_asked_at = None
    feed.save(update_fields=["read_at", "sync_asked_at"])


def check_again(work: FeedTurn) -> None:
    window = recheck.due_window(work.feed, work.turn.now())
    if window is not None:
        recheck.check(work, window)


def verify_again(work: FeedTurn) -> None:
    checks.go_on(work)
    work.feed.note_step(work.turn.now())


def read_history(work: FeedTurn) -> None:
    gap = backfill.gap_of(work.feed)
    if gap is not None:
        backfill.read_next(work, gap)
    if hourly.has_history(work.feed):
        hourly.read_older(work)
    work.feed.note_step(work.turn.now())


def _workable(site: Site, now: datetime) -> QuerySet[Feed]:
    lending = Connection.objects.lending(now).filter(site=site)
    return Feed.objects.filter(site=site, waits_for_person="", connections__in=lending).distinct()


def _work(turn: Turn, lease: Lease, *, until: float) -> bool:
    """True where more is due."""
    quarantine.reread_after_upgrade(turn)
    with lease.urgently():
        _identify(turn)
    while time.monotonic() < until:
        step = next_step(turn.site, turn.now())
        if step is None:
            return False
        if step.run is look:
            lease.give_way = None
            with lease.urgently():
                _take(turn, step)
        else:
            lease.give_way = partial(_let_new_feeds_pass, turn, lease)
            _take(turn, step)
    return True


def _let_new_feeds_pass(turn: Turn, lease: Lease) -> None:
    is_new = Q(feed=None) | Q(feed__stepped_at=None, feed__waits_for_person="")
    new = Connection.objects.lending(turn.now()).filter(is_new)
    for site_id in new.values_list("site", flat=True).distinct():
        if site_id == turn.site.pk:
            _look_at_new_feeds(turn, lease)
        else:
            _hold(site_id, PATIENCE_SECONDS, _look_at_new_feeds)


def _look_at_new_feeds(turn: Turn, lease: Lease) -> bool:
    with lease.urgently():
        _identify(turn)
        for feed in _workable(turn.site, turn.now()).filter(stepped_at=None):
            _take(turn, Step(feed, look))
    return True


def _unnamed(site: Site, now: datetime) -> QuerySet[Connection]:
    """Connections that were saved before the site named their account."""
    return Connection.objects.lending(now).filter(site=site, feed=None)


def _identify(turn: Turn) -> None:
    for connection in _unnamed(turn.site, turn.now()):
        with _told_on(connection, turn):
            account = turn.adapter.account(turn.door, turn.credentials(connection))
            site_facts.join_feed(connection, account, turn.now())


def _take(turn: Turn, step: Step) -> None:
    feed = step.feed
    feed.site = turn.site
    connection = feed.connections.lending(turn.now()).order_by("pk").first()
    if connection is None:
        return
    with _told_on(connection, turn):
        site_facts.refresh(turn, connection, older_than=FACTS_EVERY)
        reader = turn.reader(feed, connection)
        try:
            step.run(FeedTurn(turn=turn, feed=feed, connection=connection, reader=reader))
        except RendersDifferently:
            feed.waits_for_person = "renders_differently"
            feed.save(update_fields=["waits_for_person"])


@contextmanager
def _told_on(connection: Connection, turn: Turn) -> Iterator[None]:
    """What the outside world did is written on the connection that lent its secret."""
    try:
        yield
    except ProviderError as error:
        logger.warning("connection %s: %s", connection.pk, error)
        if error.code == "bad_envelope":
            site_facts.doubt(turn.site)
        connection.record_failure(error.code, error.detail, error.needs_person, turn.now())
    except SecretUnreadable:
        connection.record_failure("secret_unreadable", "", True, turn.now())
    else:
        connection.record_success(turn.now())
