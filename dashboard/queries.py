"""What the pages show of the mirror: querysets in, plain values out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Left

from dashboard import names, walk
from dashboard.conditions import CONDITIONS, MORE_CONDITIONS, TOKENS, worth
from dashboard.filters import UsageFilter
from dashboard.money import Amount
from dashboard.parameters import Order
from dashboard.periods import Range, of_days
from dashboard.scope import Scope
from dashboard.walk import Page
from providers.models import Connection, Name, QuotaPoint, Snapshot, UsageDetail, UsageLog
from providers.models.fields import UpstreamTextField
from providers.models.logs import OfFeedQuerySet

EXCERPT = 160  # characters of a row's text in the list
SUGGESTIONS = 100
LARGEST_ROWS = 100


def condition(filters: UsageFilter, scope: Scope) -> Q:
    """What a row must fulfil; the same words are columns of the rollups, unless `is_of_rows`."""
    wanted = filters.type.condition(scope.of_type)
    for column in (Name.Kind.MODEL, Name.Kind.KEY):
        wanted &= filters.values(column).condition(partial(_named, column))
    for name, of in MORE_CONDITIONS.items():
        wanted &= filters.values(name).condition(partial(_more, of, scope))
    for name, value in filters.given.items():
        wanted &= CONDITIONS[name](value, scope)
    return wanted


def _more(of: Callable[[str, Scope], Q], scope: Scope, value: str) -> Q:
    return of(value, scope)


def _named(column: str, text: str) -> Q:
    return Q(**{f"{column}__in": names.matching(column, text)})


def page(rows: OfFeedQuerySet, filters: UsageFilter, scope: Scope) -> Page:
    match filters.order:
        case Order.NEWEST | Order.OLDEST:
            return _by_time(rows, filters)
        case Order.COST:
            rows, size = rows.filter(scope.of_spend()), worth(scope)
        case Order.TOKENS:
            size = TOKENS
        case Order.DURATION:
            size = F("duration")
    return walk.largest(rows, filters.range, size, most=LARGEST_ROWS)


def _by_time(rows: OfFeedQuerySet, filters: UsageFilter) -> Page:
    """Back from a place or on from it, and shown the other way round where that is against the
    order."""
    is_oldest_first = filters.order is Order.OLDEST
    goes_on = filters.after is not None or (is_oldest_first and filters.before is None)
    if goes_on:
        found = walk.newer(rows, filters.range, after=filters.after, size=filters.size)
    else:
        found = walk.older(rows, filters.range, before=filters.before, size=filters.size)
    return found if goes_on is is_oldest_first else walk.turned(found)


def with_request_id(rows: OfFeedQuerySet, filters: UsageFilter) -> Page:
    """Whatever the range says. One request can have several rows: retries, a fee, a refund."""
    found = rows.filter(detail__request_id=filters.request_id).order_by("-time", "-pk")
    return Page(rows=list(found[: filters.size]))


def excerpts(rows: Iterable[UsageLog], scope: Scope) -> dict[int, str]:
    """The beginning of the text of each row that is no ordinary call, as received."""
    if not scope.shows_texts:
        return {}
    told = [row.pk for row in rows if row.type not in scope.book(row.feed_id).vocabulary.spend]
    if not told:
        return {}
    cut = Left("content", EXCERPT, output_field=UpstreamTextField())
    found = UsageDetail.objects.filter(log__in=told).exclude(content=None)
    return dict(found.values_list("log", cut))


def ips(rows: Iterable[UsageLog], scope: Scope) -> dict[int, str]:
    if not scope.shows_texts:
        return {}
    found = UsageDetail.objects.filter(log__in=[row.pk for row in rows]).exclude(ip=None)
    return {log: ip or "" for log, ip in found.values_list("log", "ip")}


@dataclass(frozen=True, slots=True)
class Nearest:
    """The newest row before a range, and the link that shows its day."""

    moment: datetime
    link: str


def nearest_before(rows: OfFeedQuerySet, filters: UsageFilter, scope: Scope) -> Nearest | None:
    """If the walk's budget finds one."""
    begin = datetime.fromtimestamp(0, scope.zone)
    before = Range(since=begin, until=filters.range.since)
    found = walk.older(rows, before, before=None, size=1).rows
    if not found:
        return None
    moment = found[0].time.astimezone(scope.zone)
    return Nearest(moment, filters.of(of_days(moment.date(), moment.date(), scope.zone)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestions:
    models: list[str]
    keys: list[str]


def suggestions(scope: Scope, shown: Range) -> Suggestions:
    """Names that occur in the range, most used first."""
    return Suggestions(
        models=_used(scope.model_days(), shown, "model"),
        keys=_used(scope.key_days(), shown, "key"),
    )


def _used(usage: OfFeedQuerySet, shown: Range, column: str) -> list[str]:
    days = shown.days()
    inside = usage.filter(day__gte=days[0], day__lte=days[-1]).exclude(**{column: None})
    counted = inside.order_by().values(column).annotate(uses=Sum("requests")).order_by("-uses")
    ids = list(counted.values_list(column, flat=True)[:SUGGESTIONS])
    texts = names.texts_of(ids)
    return list(dict.fromkeys(texts[pk] for pk in ids if texts.get(pk)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Balance:
    """What a site last said of an account."""

    at: datetime
    left: Amount
    used: Amount | None
    requests: int | None


def balances(scope: Scope, today: date) -> dict[int, Balance]:
    """The newest snapshot of each feed that has one."""
    visible = Snapshot.objects.visible_to(scope.user).filter(feed__in=scope.feeds)
    newest = Snapshot.objects.filter(feed=OuterRef("feed")).order_by("-at").values("at")[:1]
    found = visible.filter(at=Subquery(newest))
    return {shot.feed_id: _balance(shot, scope, today) for shot in found}


def _balance(shot: Snapshot, scope: Scope, today: date) -> Balance:
    rates = scope.book(shot.feed_id).rates
    used = None if shot.used_units is None else Amount.of(shot.used_units, rates, today)
    left = Amount.of(shot.units, rates, today)
    return Balance(at=shot.at, left=left, used=used, requests=shot.requests)


@dataclass(frozen=True, kw_only=True, slots=True)
class SitePoint:
    """The site's own statistic of an hour, in which we have no rows."""

    hour: datetime
    model: int
    requests: int
    tokens: int
    amount: Amount


def older_history(scope: Scope, shown: Range) -> list[SitePoint]:
    """Hours of the days before a feed's first row."""
    wanted = Q()
    for pk, seen in scope.feeds.items():
        if seen.first_point is not None:
            end = _first_day(seen.first_row, scope) or shown.until
            wanted |= Q(feed=pk, hour__gte=shown.since, hour__lt=min(end, shown.until))
    if not wanted:
        return []
    visible = QuotaPoint.objects.visible_to(scope.user).filter(wanted)
    return [_site_point(point, scope) for point in visible]


def _first_day(first_row: datetime | None, scope: Scope) -> datetime | None:
    if first_row is None:
        return None
    local = first_row.astimezone(scope.zone)
    return local.replace(hour=0, minute=0, second=0)


def _site_point(point: QuotaPoint, scope: Scope) -> SitePoint:
    day = point.hour.astimezone(scope.zone).date()
    amount = Amount.of(point.units, scope.book(point.feed_id).rates, day)
    return SitePoint(
        hour=point.hour,
        model=point.model_id,
        requests=point.requests,
        tokens=point.tokens,
        amount=amount,
    )


def last_read(connections: Iterable[Connection]) -> datetime | None:
    """When the slowest of them was last read; those that never were are told elsewhere."""
    times = [connection.succeeded_at for connection in connections]
    return min((moment for moment in times if moment is not None), default=None)
