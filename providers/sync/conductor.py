"""The order of work at one site: new feeds first, then tails, then backfills, in turns.

A new feed waits for no history, at its own site or at another: whoever reads one lets it pass
between two requests.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Q, QuerySet

from accounts.zone import business_zone
from providers import leases
from providers.adapters import ADAPTERS, CursorAdapter
from providers.adapters.errors import ProviderError
from providers.leases import Lease
from providers.models import Connection, Feed, Site, SyncRun
from providers.pacing import BudgetSpent
from providers.secrets import SecretUnreadable
from providers.store import RendersDifferently
from providers.sync import cursor_feeds, quarantine, runs, site_facts, window_feeds
from providers.sync.steps import Step
from providers.sync.turn import FeedTurn, Turn, open_door

logger = logging.getLogger(__name__)

TURN_SECONDS = 15.0
PATIENCE_SECONDS = 5.0
FACTS_EVERY = timedelta(hours=1)


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
            began, outcome = turn.now(), SyncRun.Outcome.BROKE
            try:
                has_more = work(turn, lease)
                outcome = SyncRun.Outcome.MORE if has_more else SyncRun.Outcome.DONE
                return 0 if has_more else None
            except BudgetSpent as spent:
                outcome = SyncRun.Outcome.BUDGET
                return spent.seconds
            except leases.LeaseLost:
                outcome = SyncRun.Outcome.LOST
                return None
            finally:
                runs.note(site_id, began=began, requests=door.requests, outcome=outcome)


def is_due(site: Site, now: datetime) -> bool:
    return _unnamed(site, now).exists() or next_step(site, now) is not None


def next_step(site: Site, now: datetime, *, only: Feed | None = None) -> Step | None:
    feeds = _workable(site, now)
    if only is not None:
        feeds = feeds.filter(pk=only.pk)
    if isinstance(ADAPTERS[site.kind], CursorAdapter):
        return cursor_feeds.next_step(feeds, now)
    return window_feeds.next_step(site, feeds, now)


def _workable(site: Site, now: datetime) -> QuerySet[Feed]:
    lending = Connection.objects.lending(now).filter(site=site)
    return Feed.objects.filter(site=site, waits_for_person="", connections__in=lending).distinct()


def _work(turn: Turn, lease: Lease, *, until: float) -> bool:
    """True where more is due."""
    quarantine.reread_after_upgrade(turn)
    with lease.visit.urgently():
        _identify(turn)
    while time.monotonic() < until:
        step = next_step(turn.site, turn.now())
        if step is None:
            return False
        if step.is_urgent:
            lease.give_way = None
            with lease.visit.urgently():
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
    with lease.visit.urgently():
        _identify(turn)
        for feed in _workable(turn.site, turn.now()).filter(stepped_at=None):
            step = next_step(turn.site, turn.now(), only=feed)
            if step is not None:
                _take(turn, step)
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
    connection = step.connection or feed.connections.lending(turn.now()).order_by("pk").first()
    if connection is None:
        return
    with _told_on(connection, turn):
        site_facts.refresh(turn, connection, older_than=FACTS_EVERY)
        try:
            step.run(FeedTurn(turn=turn, feed=feed, connection=connection))
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
