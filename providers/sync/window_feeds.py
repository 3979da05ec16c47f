"""Feeds of a log that can be asked for a stretch of time: the order of work at them, and each step.

New feeds first, then tails, then what people and the calendar ask for, then backfills, in turns.
"""

from datetime import datetime

from django.db.models import F, QuerySet

from providers.models import Feed, Site
from providers.sync import backfill, checks, first_look, hourly, recheck, site_facts, tail
from providers.sync.steps import Step, due_feeds
from providers.sync.turn import FeedTurn


def next_step(site: Site, feeds: QuerySet[Feed], now: datetime) -> Step | None:
    new = feeds.filter(stepped_at=None).first()
    if new is not None:
        return Step(new, look, is_urgent=True)
    feed = due_feeds(feeds, now).first()
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
