"""What a site says of itself and was found to do: account, version, unit, traits."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from providers.adapters.records import Account, SiteFacts, Trait, Unit
from providers.models import Connection, Feed, Site, SiteTrait, SiteUnit, Snapshot
from providers.models.sites import ALL
from providers.sync.turn import Turn
from providers.vocabulary import HITOPEN_DOCS, usual_of

CLOCK_NOISE = 5.0  # seconds: a site tells whole ones, and the way takes its time


def join_feed(connection: Connection, account: Account, now: datetime) -> None:
    """Watch the feed of the account that the site itself named for the connection's secret; or the
    one feed of everybody's rows, whichever admin's secret it is."""
    is_of_all = connection.scope == ALL
    connection.feed, _ = Feed.objects.get_or_create(
        site=connection.site, scope=connection.scope, account="" if is_of_all else account.id
    )
    connection.save(update_fields=["feed"])
    keep_account(connection.feed, account, now)


def keep_account(feed: Feed, account: Account, now: datetime) -> None:
    """What one admin has left says nothing about everybody's rows."""
    if feed.is_of_all:
        return
    if account.units is not None:
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
    site.has_hourly_by_user |= site.version != facts.version
    site.version = facts.version
    site.dialect = facts.dialect
    if not site.vocabulary_is_chosen and site.vocabulary != HITOPEN_DOCS.code:
        site.vocabulary = usual_of(facts.dialect)
    site.has_hourly = facts.has_hourly
    if facts.clock_offset is not None:
        site.clock_offset_seconds = facts.clock_offset.total_seconds()
    site.facts_read_at = now
    site.save(
        update_fields=[
            *("name", "version", "dialect", "vocabulary", "clock_offset_seconds"),
            *("has_hourly", "has_hourly_by_user", "facts_read_at"),
        ]
    )
    named = {"version": facts.version, "dialect": facts.dialect}
    keep_traits(site, (Trait(code=code, value=value) for code, value in named.items()), now)
    if facts.unit is not None:
        _keep_unit(site, facts.unit, now)


def keep_traits(site: Site, traits: Iterable[Trait], now: datetime) -> None:
    """With what each was before, so that an upgrade is noticed."""
    known = {trait.code: trait for trait in site.traits.all()}
    for found in traits:
        trait = known.get(found.code) or SiteTrait(site=site, code=found.code, value=found.value)
        if trait.value != found.value:
            trait.former, trait.value, trait.changed_at = trait.value, found.value, now
        trait.seen_at = now
        trait.save()


def keep_clock(turn: Turn) -> bool:
    """True if the site has just told another time than it had: its clock, or ours, was set."""
    offset = turn.door.clock_offset
    if offset is None:
        return False
    seconds = offset.total_seconds()
    was_set = abs(seconds - turn.site.clock_offset_seconds) > CLOCK_NOISE
    if was_set:
        turn.site.clock_offset_seconds = seconds
        turn.site.save(update_fields=["clock_offset_seconds"])
    return was_set


def refresh(turn: Turn, connection: Connection, *, older_than: timedelta) -> None:
    read_at = turn.site.facts_read_at
    if read_at is None or abs(turn.now() - read_at) > older_than:
        facts = turn.adapter.facts(turn.door, turn.credentials(connection))
        dialect = _dialect(turn, connection) or facts.dialect
        keep_facts(turn.site, replace(facts, dialect=dialect), turn.now())


def _dialect(turn: Turn, connection: Connection) -> str:
    """The known one, which a site's word about itself does not change: that is only a guess."""
    is_doubted = turn.site.facts_read_at is None and turn.site.dialect
    if not is_doubted:
        return turn.site.dialect
    credentials = turn.credentials(connection)
    return turn.windows.dialect(turn.door, credentials, scope=connection.scope)


def doubt(site: Site) -> None:
    """Find out again with the next step: an upgrade can change the form of the answers."""
    site.facts_read_at = None
    site.save(update_fields=["facts_read_at"])


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
