"""Walk a feed once more without storing, and say row by row where the mirror differs."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain, islice

from providers import rows, store
from providers.adapters.records import LogRecord, Span
from providers.models import Connection, Feed, QuarantinedRow, UsageLog, Window
from providers.sync import plan, stretch
from providers.sync.beside import turn_beside_workers
from providers.sync.turn import FeedTurn
from providers.sync.walk import Walk


class Side(StrEnum):
    MISSING_HERE = "missing_here"
    GONE_UPSTREAM = "gone_upstream"


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    side: Side
    occurred_at: datetime
    type: int
    model: str | None
    api_key: str | None
    units: int
    prompt_tokens: int
    completion_tokens: int
    request_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """One stretch. Rows that cannot be read have no identity: only their numbers are compared.
    `differences` may list fewer rows than `missing` and `gone` count."""

    span: Span
    rows: int
    missing: int
    gone: int
    unreadable: int
    quarantined: int
    differences: Sequence[Difference]

    @property
    def ok(self) -> bool:
        return not self.missing and not self.gone and self.unreadable == self.quarantined


def compare(connection: Connection, feed: Feed, spans: Sequence[Span]) -> Iterator[Compared]:
    """Newest stretch first. Raises `ProviderError`s."""
    with turn_beside_workers(connection.site) as turn:
        work = FeedTurn(turn=turn, feed=feed, connection=connection)
        yield from _compare_each(work, spans)


def _compare_each(work: FeedTurn, spans: Sequence[Span]) -> Iterator[Compared]:
    waiting = list(spans)
    while waiting:
        span = waiting.pop()
        walked = stretch.unless_too_much(stretch.read, work, span)
        if walked is None:
            newer, older = plan.halves(span)
            waiting += [older, newer]
        else:
            yield compared(work.feed, span, walked)


def mirrored_spans(feed: Feed, *, since: int, until: int) -> Iterator[Span]:
    """What windows cover of a range, oldest first, in stretches that a site can be asked for."""
    windows = Window.objects.filter(feed=feed, since__lt=until, until__gt=since).order_by("since")
    joined: Span | None = None
    for first, last in windows.values_list("since", "until"):
        span = Span(
            since=max(since, int(first.timestamp())), until=min(until, int(last.timestamp()))
        )
        if joined and joined.until == span.since and span.until - joined.since <= plan.WIDEST:
            joined = Span(since=joined.since, until=span.until)
            continue
        if joined:
            yield joined
        joined = span
    if joined:
        yield joined


def compared(feed: Feed, span: Span, walked: Walk, *, most_listed: int | None = None) -> Compared:
    upstream = {key: record for record, key in store.identify(walked.records)}
    stored = rows.stored_keys(feed, span)
    missing, gone = upstream.keys() - stored, stored - upstream.keys()
    listed = chain((_missing(upstream[key]) for key in sorted(missing)), _gone(feed, gone))
    return Compared(
        span=span,
        rows=len(upstream),
        missing=len(missing),
        gone=len(gone),
        unreadable=len(walked.bad_rows),
        quarantined=QuarantinedRow.objects.inside(feed, span).count(),
        differences=list(islice(listed, most_listed)),
    )


def _missing(record: LogRecord) -> Difference:
    return Difference(
        side=Side.MISSING_HERE,
        occurred_at=record.occurred_at,
        type=record.type,
        model=record.model,
        api_key=record.key,
        units=record.units,
        prompt_tokens=record.prompt,
        completion_tokens=record.completion,
        request_id=record.request_id,
    )


def _gone(feed: Feed, keys: Set[rows.Key]) -> Iterator[Difference]:
    for second in sorted({second for second, _, _ in keys}):
        logs = UsageLog.objects.filter(feed=feed, time=second).order_by("id")
        for log in logs.select_related("model", "key", "detail"):
            if (second, bytes(log.digest), log.occurrence) in keys:
                yield _of_row(log)


def _of_row(log: UsageLog) -> Difference:
    return Difference(
        side=Side.GONE_UPSTREAM,
        occurred_at=log.time,
        type=log.type,
        model=log.model and log.model.text,
        api_key=log.key and log.key.text,
        units=log.units,
        prompt_tokens=log.prompt,
        completion_tokens=log.completion,
        request_id=log.detail.request_id,
    )
