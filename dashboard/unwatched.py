"""Feeds that nobody watches any more: their rows stay until an admin deletes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Min, Sum

from accounts.models import User
from providers.models import Feed, ModelDay
from providers.models.sites import FeedQuerySet


@dataclass(frozen=True, kw_only=True, slots=True)
class Unwatched:
    """A feed with its rows; without one it has no days either."""

    feed: Feed
    rows: int = 0
    first: date | None = None
    last: date | None = None


def feeds_for(user: User) -> FeedQuerySet:
    """Nothing for anybody but admins."""
    unwatched = Feed.objects.unwatched().select_related("site")
    return unwatched if user.is_admin_role else unwatched.none()


def list_for(user: User) -> list[Unwatched]:
    return _counted(list(feeds_for(user).order_by("site__base_url", "account")))


def one(feed: Feed) -> Unwatched:
    return _counted([feed])[0]


def _counted(feeds: Sequence[Feed]) -> list[Unwatched]:
    days = ModelDay.objects.filter(feed__in=feeds).order_by().values("feed")
    counted = days.annotate(rows=Sum("requests"), first=Min("day"), last=Max("day"))
    found = {row.pop("feed"): row for row in counted}
    return [Unwatched(feed=feed, **found.get(feed.pk, {})) for feed in feeds]
