"""Pages of the log, in turns with one SELECT of all their conditions."""

from collections.abc import Iterator

import time_machine
from django.db.models import Count, Sum
from django.http import QueryDict
from django.test import Client

from accounts.models import User
from benchmarks.compared import Compared, compared, fetch
from benchmarks.overview import NOW
from dashboard import facets
from dashboard.log_pages import OwnLogs
from dashboard.values import NONE
from dashboard.volume import figures

QUERY_FACTOR, PAGE_FACTOR, SUM_FACTOR = 3, 4, 1.5
PERIOD = "period=30d"


def compare(person: User) -> Iterator[Compared]:
    """Of somebody who watches every feed."""
    with time_machine.travel(NOW, tick=True):
        yield from _queries(person)
        yield _picker(person)
        yield from _figures(person)
        yield _page(person)


def _queries(person: User) -> Iterator[Compared]:
    (common, rare), (_, key) = _names(person, "model"), _names(person, "key")
    middle = _asked(person, f"{PERIOD}&size=100").rows().older
    yield _query(person, "newest rows of 30 days", PERIOD)
    yield _query(person, "… oldest first", f"{PERIOD}&order=oldest")
    yield _query(person, "… from a place on", f"{PERIOD}&before={middle}")
    yield _query(person, "… of a frequent model", f"{PERIOD}&model=={common}")
    yield _query(person, "… of the rarest model", f"{PERIOD}&model=={rare}")
    yield _query(person, "… of the rarest key", f"{PERIOD}&key=={key}")
    yield _query(person, "… all but two models", f"{PERIOD}&model=!={common}&model=!={rare}")
    yield _query(person, "… whose text holds what none does", f"{PERIOD}&text=no-such-text")
    yield _query(person, "the 100 that cost most", f"{PERIOD}&order=cost")


def _query(person: User, what: str, query: str) -> Compared:
    logs = _asked(person, query)
    sql, parameters = _by_hand(logs)
    return compared(
        what,
        "3 × the SELECT",
        logs.rows,
        lambda: fetch(sql, parameters),
        allowed=lambda seconds: QUERY_FACTOR * seconds,
    )


def _by_hand(logs: OwnLogs) -> tuple[str, tuple[object, ...]]:
    filters, shown = logs.filters, logs.filters.range
    rows = logs.found.rows.filter(time__gte=shown.since, time__lt=shown.until)
    if filters.before is not None:
        rows = rows.filter(time__lt=filters.before.second)
    if filters.is_of_largest:
        rows = rows.filter(logs.scope.of_spend()).order_by("-units", "-time", "-pk")[:100]
    elif filters.is_oldest_first:
        rows = rows.order_by("time", "pk")[: filters.size + 1]
    else:
        rows = rows.order_by("-time", "-pk")[: filters.size + 1]
    sql, parameters = rows.query.sql_with_params()
    return sql, tuple(parameters)


def _picker(person: User) -> Compared:
    logs = _asked(person, PERIOD)
    days = logs.filters.range.days()
    usage = logs.scope.model_days().filter(day__gte=days[0], day__lte=days[-1])
    grouped = usage.order_by().values("model").annotate(rows=Sum("requests"))
    sql, parameters = grouped.query.sql_with_params()
    return compared(
        "values of a model picker, 30 days",
        "1.5 × the SELECT",
        lambda: facets.facet("model", NONE, logs.found),
        lambda: fetch(sql, tuple(parameters)),
        allowed=lambda seconds: SUM_FACTOR * seconds,
    )


def _figures(person: User) -> Iterator[Compared]:
    """What only the rows can answer: one pass for totals and histogram."""
    for what, query in (
        ("totals and histogram of a week, stream only", "period=7d&stream=yes"),
        ("… of 30 days, stream only", f"{PERIOD}&stream=yes"),
    ):
        logs = _asked(person, query)
        shown = logs.filters.range
        rows = logs.found.rows.filter(time__gte=shown.since, time__lt=shown.until)
        summed = rows.order_by().values("type").annotate(rows=Count("pk"), sum=Sum("units"))
        sql, parameters = summed.query.sql_with_params()
        yield compared(
            what,
            "1.5 × the SELECT",
            lambda logs=logs: figures(
                logs.filters, logs.scope, logs.found.rows, logs.found.condition, NOW
            ),
            lambda sql=sql, parameters=parameters: fetch(sql, tuple(parameters)),
            allowed=lambda seconds: SUM_FACTOR * seconds,
        )


def _page(person: User) -> Compared:
    """The whole answer with a hundred rows, as HTML."""
    path, nothing = f"/logs/?{PERIOD}&size=100", "/logs/?request_id=none"
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    sql, parameters = _by_hand(_asked(person, f"{PERIOD}&size=100"))
    empty = compared("", "", lambda: client.get(nothing), lambda: client.get(nothing)).own_seconds
    return compared(
        "log page of 100 rows, whole",
        "4 × the SELECT + an empty page",
        lambda: client.get(path),
        lambda: fetch(sql, parameters),
        allowed=lambda seconds: PAGE_FACTOR * seconds + empty,
    )


def _asked(person: User, query: str) -> OwnLogs:
    return OwnLogs(person, QueryDict(query), NOW)


def _names(person: User, kind: str) -> tuple[str, str]:
    """The most frequent one of 30 days, and the rarest."""
    options = _asked(person, PERIOD).facet(kind).options
    return options[0].label, options[-1].label
