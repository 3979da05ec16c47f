"""Plain functions that make one valid row of the mirror each; pass only what the test is about."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

from django.utils.timezone import now

from providers import names, rollups
from providers.models import (
    Connection,
    Feed,
    Name,
    QuotaPoint,
    Site,
    SiteUnit,
    Snapshot,
    UsageDetail,
    UsageLog,
    Window,
)
from providers.names import NameKey

UNITS_PER_USD = Decimal(500_000)
_numbers = count(1)


def make_site(**fields):
    number = next(_numbers)
    site = Site.objects.create(
        **{
            "kind": "new_api",
            "base_url": f"https://site-{number}.example",
            "name": f"Site {number}",
        }
        | fields
    )
    make_unit(site)
    return site


def make_unit(site, units_per_usd=UNITS_PER_USD, read_at=None):
    read_at = read_at or datetime(2026, 1, 1, tzinfo=UTC)
    return SiteUnit.objects.create(
        site=site, read_at=read_at, units_per_usd=units_per_usd, display="USD"
    )


def make_feed(site=None, **fields):
    fields = {"scope": "own", "account": str(next(_numbers)), "backfilled_at": now()} | fields
    return Feed.objects.create(site=site or make_site(), **fields)


def make_connection(owner, feed=None, **fields):
    """With a feed of its own unless one is given; `feed=False`: the site named no account yet."""
    feed = make_feed() if feed is None else feed or None
    site = feed.site if feed else make_site()
    fields = {"name": f"{owner}'s {site}", "created_at": now(), "succeeded_at": now()} | fields
    return Connection.objects.create(owner=owner, feed=feed, site=site, **fields)


def make_log(of, *, time=None, text=None, zone="UTC", **fields):
    """A row of a feed or of a connection's feed, with its detail and the rollups of its day.
    `model`, `key`, `user` and `group` are texts, `user_id` the upstream's; `text` are columns of
    the detail."""
    feed = of.feed if isinstance(of, Connection) else of
    time = (time or now()).replace(microsecond=0)
    number = next(_numbers)
    row = UsageLog.objects.create(
        feed=feed,
        time=time,
        **_references(feed, fields),
        **{
            "type": 2,
            "units": 1000,
            "prompt": 100,
            "completion": 20,
            "cached": 0,
            "duration": 2000,
            "is_stream": True,
            "digest": number.to_bytes(8),
            "occurrence": 0,
        }
        | fields,
    )
    _make_detail(row, text or {})
    rollups.rebuild_days(feed.pk, {time.astimezone(ZoneInfo(zone)).date()}, ZoneInfo(zone))
    return row


def _references(feed, fields):
    site = {"site_id": feed.site_id, "upstream_id": "1"}
    user = site | {"upstream_id": fields.pop("user_id", "1")}
    return {
        "model": make_name("model", fields.pop("model", "gpt-4o")),
        "key": make_name("key", fields.pop("key", "my key"), **site),
        "user": make_name("user", fields.pop("user", "me"), **user),
        "group": make_name("group", fields.pop("group", "default")),
    }


def _make_detail(row, text):
    raw = json.dumps({"type": row.type, "quota": row.units})
    UsageDetail.objects.create(log=row, **{"raw": raw, "mirrored_at": now()} | text)


def make_name(kind, text, **owner):
    if text is None:
        return None
    names.forget()  # a test before may have been rolled back
    key = NameKey(kind, text, **owner)
    return Name.objects.get(pk=names.ids_of([key])[key])


def make_window(of, since, until, state="verified", **fields):
    feed = of.feed if isinstance(of, Connection) else of
    fields = {"rows": 0, "walked_at": now(), "checked_at": now()} | fields
    return Window.objects.create(feed=feed, since=since, until=until, state=state, **fields)


def make_snapshot(of, units, **fields):
    feed = of.feed if isinstance(of, Connection) else of
    fields = {"at": now() - timedelta(seconds=next(_numbers)), "used_units": 0} | fields
    return Snapshot.objects.create(feed=feed, units=units, **fields)


def make_point(of, hour, *, model="gpt-4o", units=1000, requests=1, tokens=100):
    feed = of.feed if isinstance(of, Connection) else of
    return QuotaPoint.objects.create(
        feed=feed,
        hour=hour,
        model=make_name("model", model),
        units=units,
        requests=requests,
        tokens=tokens,
    )
