"""Shells for the worker: a message is a hint, the database is the truth."""

import logging

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from providers import upkeep
from providers.models import Feed, Site
from providers.sync import conductor

logger = logging.getLogger(__name__)

LONGEST_COUNTDOWN = 60


@shared_task
def sync_site(site_id: int) -> None:
    rest = conductor.work_at(site_id)
    if rest is not None:
        sync_site.apply_async((site_id,), countdown=min(rest, LONGEST_COUNTDOWN))


@shared_task
def delete_feed(feed_id: int) -> None:
    feed = Feed.objects.filter(pk=feed_id).first()
    if feed is not None:
        upkeep.delete_feed(feed)


@shared_task
def dispatch_due() -> None:
    now = timezone.now()
    for site in Site.objects.filter(connections__isnull=False).distinct():
        if conductor.is_due(site, now):
            sync_site.delay(site.pk)


def sync_soon(site_id: int) -> None:
    """Queue a site after the commit. Where no broker answers, the next tick finds it."""
    transaction.on_commit(lambda: _queue(site_id), robust=True)


def delete_feed_soon(feed_id: int) -> bool:
    """Queue it. False: no broker answers, and nothing will happen."""
    try:
        delete_feed.delay(feed_id)
    except OperationalError as problem:
        logger.warning("feed %s is not queued for deletion: %s", feed_id, problem)
        return False
    return True


def _queue(site_id: int) -> None:
    try:
        sync_site.delay(site_id)
    except OperationalError as problem:
        logger.warning("site %s is not queued, the next tick finds it: %s", site_id, problem)
