"""The site's own statistics: balance, hourly points, and the worth of its unit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.db import transaction

from providers import names
from providers.adapters.records import Account, HourlyPoint, SiteFacts, Span, Unit
from providers.models import Connection, Feed, Name, QuotaPoint, Site, SiteUnit, Snapshot
from providers.sync.turn import FeedTurn, Turn

SLICE = timedelta(days=30)  # the longest that a site answers
SILENT_SLICES = 12  # without a point; then nothing older is looked for


def join_feed(connection: Connection, account: Account, now: datetime) -> None:
    """Watch the feed of the account that the site itself named for the connection's secret."""
    connection.feed, _ = Feed.objects.get_or_create(
        site=connection.site, scope=connection.scope, account=account.id
    )
    connection.save(update_fields=["feed"])
    keep_account(connection.feed, account, now)


def keep_account(feed: Feed, account: Account, now: datetime) -> None:
    Snapshot.objects.update_or_create(
        feed=feed,
        at=now,
        defaults={
            "units": account.units,
            "used_units": account.used_units,
            "requests": account.requests,
        },
    )
    if feed.account_name != account.name:
        feed.account_name = account.name
        feed.save(update_fields=["account_name"])


def keep_facts(site: Site, facts: SiteFacts, now: datetime) -> None:
    site.name = facts.name
    site.version = facts.version
    site.dialect = facts.dialect
    site.has_hourly = facts.has_hourly
    site.clock_offset_seconds = facts.clock_offset.total_seconds()
    site.facts_read_at = now
    site.save(
        update_fields=[
            *("name", "version", "dialect", "has_hourly", "clock_offset_seconds"),
            "facts_read_at",
        ]
    )
    _keep_unit(site, facts.unit, now)


def refresh(turn: Turn, connection: Connection, *, older_than: timedelta) -> None:
    read_at = turn.site.facts_read_at
    if read_at is None or turn.now() - read_at > older_than:
        facts = turn.adapter.facts(turn.door, turn.credentials(connection))
        keep_facts(turn.site, facts, turn.now())


def are_hours_due(feed: Feed, now: datetime, every: timedelta) -> bool:
    return feed.hourly_read_at is None or now - feed.hourly_read_at > every


def read_hours(work: FeedTurn) -> None:
    """The newest slice each time; all older ones once, through a year of silence at most."""
    until = work.turn.site_now()
    wanted = 1 if work.feed.hourly_read_at is not None else SILENT_SLICES
    while wanted > 0:
        span = Span(since=until - int(SLICE.total_seconds()), until=until)
        points = work.turn.adapter.hourly(work.turn.door, work.reader.credentials, span=span)
        _keep_points(work.feed, points)
        if points and work.feed.hourly_read_at is None:
            wanted = SILENT_SLICES
        wanted -= 1
        until = span.since
    work.feed.hourly_read_at = work.turn.now()
    work.feed.save(update_fields=["hourly_read_at"])


def _keep_unit(site: Site, unit: Unit, now: datetime) -> None:
    worth = SiteUnit(
        site=site,
        read_at=now,
        units_per_usd=Decimal(unit.units_per_usd),
        display=unit.display,
        usd_rate=_decimal(unit.usd_rate),
        symbol=unit.symbol,
    )
    last = SiteUnit.objects.filter(site=site).order_by("-read_at").first()
    if last is None or _worth(last) != _worth(worth):
        worth.save()


def _worth(unit: SiteUnit) -> tuple[Decimal, str, Decimal | None, str]:
    return unit.units_per_usd, unit.display, unit.usd_rate, unit.symbol


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _keep_points(feed: Feed, points: Sequence[HourlyPoint]) -> None:
    keys = {point.model: names.NameKey(Name.Kind.MODEL, point.model) for point in points}
    ids = names.ids_of(keys.values())
    with transaction.atomic():
        QuotaPoint.objects.bulk_create(
            [
                QuotaPoint(
                    feed=feed,
                    hour=point.hour,
                    model_id=ids[keys[point.model]],
                    requests=point.requests,
                    units=point.units,
                    tokens=point.tokens,
                )
                for point in points
            ],
            update_conflicts=True,
            unique_fields=["feed", "hour", "model"],
            update_fields=["requests", "units", "tokens"],
            batch_size=500,
        )
