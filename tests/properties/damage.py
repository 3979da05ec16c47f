"""What a broken disk or a careless hand does to the mirrored rows; the sums are made to fit."""

from accounts.zone import business_zone
from providers import rollups
from providers.models import UsageDetail, UsageLog

HARMS = ("lost", "phantom")
FOREIGN = b"\0" * 8


def do(harm, feed, *, since, place):
    """To the n-th newest of the rows that cost something, whose loss shows on every site. False
    where there is none."""
    rows = UsageLog.objects.filter(feed=feed, time__gte=since, type=2, units__gt=0)
    found = list(rows.order_by("-time", "id")[: place + 1])
    if found:
        lose(found[-1]) if harm == "lost" else invent(found[-1])
        days = rollups.days_of([int(found[-1].time.timestamp())], business_zone())
        rollups.rebuild_days(feed.pk, days, business_zone())
    return bool(found)


def lose(row):
    UsageDetail.objects.filter(log=row).delete()
    row.delete()


def invent(row):
    detail = UsageDetail.objects.get(log=row)
    twins = UsageLog.objects.filter(feed=row.feed, time=row.time, digest=FOREIGN)
    row.pk, row.digest, row.occurrence = None, FOREIGN, twins.count()
    row.units += 1
    row.save(force_insert=True)
    detail.log = row
    detail.save(force_insert=True)
