"""Connections with a feed, and windows of it; pass only what the test is about."""

from datetime import UTC, datetime, timedelta

from django.test import Client

from providers import secrets
from providers.adapters.records import Secret
from providers.models import Connection, Feed, Site, SiteUnit, Snapshot, Window
from tests.factories import make_user

PLANTED = "planted-secret-0123456789-abcdef"
NOW = datetime.now(UTC).replace(microsecond=0)


def sign_in(name="alice", role="member"):
    client = Client()
    client.force_login(make_user(name, role=role))
    return client


def make_feed(account="2", base_url="https://gateway.example", **fields):
    site, _ = Site.objects.get_or_create(
        kind="new_api", base_url=base_url, defaults={"version": "v0.13.2", "dialect": "new-api"}
    )
    fields = {"account_name": "lab", "backfilled_at": NOW, "read_at": NOW} | fields
    return Feed.objects.create(site=site, scope="own", account=account, **fields)


def make_connection(owner, feed=None, name="Harbour", **fields):
    """`feed` False: the site has not named its account yet."""
    feed = make_feed() if feed is None else feed
    site = feed.site if feed else Site.objects.create(kind="new_api", base_url="https://other")
    connection = Connection(
        owner=owner, site=site, feed=feed or None, name=name, created_at=NOW, **fields
    )
    connection.sealed = secrets.seal(Secret(PLANTED), connection)
    connection.save(force_insert=True)
    return connection


def make_window(feed, hours_ago=1, hours=1, state="verified", **fields):
    until = NOW - timedelta(hours=hours_ago - 1, minutes=1)
    fields = {"rows": 10, "units": 500, "site_units": 500} | fields
    return Window.objects.create(
        feed=feed,
        since=until - timedelta(hours=hours),
        until=until,
        state=state,
        walked_at=NOW,
        checked_at=NOW,
        **fields,
    )


def make_balance(feed, units=1_000_000):
    SiteUnit.objects.create(site=feed.site, read_at=NOW, units_per_usd=500_000, display="USD")
    return Snapshot.objects.create(feed=feed, at=NOW, units=units)
