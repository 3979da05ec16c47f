"""What an account had left at each past midnight, counted back from what its site says now."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Sum

from providers.models import Feed, ModelDay, Snapshot
from providers.vocabulary import VOCABULARIES

TOP_UP = "top_up"


@dataclass(slots=True)
class Day:
    spent: int = 0
    refunded: int = 0
    payments: int = 0
    calls: int = 0


def remember(feed: Feed, *, top_up: int, zone: ZoneInfo) -> None:
    """`top_up`: what each payment brought, in the site's units."""
    last = Snapshot.objects.filter(feed=feed).latest("at")
    left, used, requests = last.units, last.used_units or 0, last.requests or 0
    found = []
    for date_, day in sorted(_days(feed).items(), reverse=True):
        left += day.spent - day.refunded - day.payments * top_up
        used, requests = used - day.spent, requests - day.calls
        at = datetime.combine(date_, time(), zone)
        found.append(Snapshot(feed=feed, at=at, units=left, used_units=used, requests=requests))
    Snapshot.objects.bulk_create(found, ignore_conflicts=True)


def _days(feed: Feed) -> Mapping[date, Day]:
    vocabulary = VOCABULARIES[feed.site.vocabulary]
    days: dict[date, Day] = defaultdict(Day)
    sums = ModelDay.objects.filter(feed=feed).values_list("day", "type")
    for date_, type_, units, rows in sums.annotate(Sum("units"), Sum("requests")):
        day = days[date_]
        if type_ in vocabulary.spend:
            day.spent, day.calls = day.spent + units, day.calls + rows
        elif type_ in vocabulary.refunds:
            day.refunded += units
        elif vocabulary.name(type_) == TOP_UP:
            day.payments += rows
    return days
