"""The business time zone: where days and months begin in every report."""

import time
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import Installation

CACHE_SECONDS = 10


def business_zone() -> ZoneInfo:
    return _zone(int(time.monotonic() // CACHE_SECONDS))


def forget() -> None:
    _zone.cache_clear()


@lru_cache(maxsize=1)
def _zone(_period: int) -> ZoneInfo:
    chosen = settings.TOLLBOOK_TIME_ZONE or _installed()
    return ZoneInfo(chosen)


def _installed() -> str:
    name = Installation.objects.values_list("time_zone", flat=True).first()
    return name or "UTC"
