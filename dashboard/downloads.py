"""The rows of a log page as a file: the same filter, any number of rows."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from django.db.models import Q

from dashboard import queries
from dashboard.filters import UsageFilter
from dashboard.periods import Range
from dashboard.scope import Scope
from providers.export import Export, csv_of

LINES_AT_ONCE = 500  # a chunk for each row takes twice as long
EARLIEST = datetime.fromtimestamp(0, UTC)
AHEAD = timedelta(days=1)  # so much may the clock of a site be wrong
PART = timedelta(days=7)


def csv_chunks(filters: UsageFilter, scope: Scope, now: datetime) -> Iterator[str]:
    """Feed by feed, oldest row first."""
    lines = csv_of(_exports(filters, scope, now))
    while chunk := "".join(islice(lines, LINES_AT_ONCE)):
        yield chunk


def row_count(filters: UsageFilter, scope: Scope, now: datetime) -> int:
    return sum(export.count() for export in _exports(filters, scope, now))


def _exports(filters: UsageFilter, scope: Scope, now: datetime) -> Iterator[Export]:
    """In parts: a filter that hardly a row fits must not search years in one statement."""
    mine = Q() if scope.part is None else scope.part.rows
    condition = mine & queries.condition(filters, scope)
    shown = filters.range
    if filters.request_id:
        shown = Range(since=EARLIEST, until=now + AHEAD)
        condition = mine & Q(detail__request_id=filters.request_id)
    for seen in scope.feeds.values():
        begin = shown.until if seen.first_row is None else max(shown.since, seen.first_row)
        while begin < min(shown.until, now + AHEAD):
            end = min(shown.until, begin + PART)
            yield Export(
                connection=seen.connection,
                is_self_view=seen.feed.pk in scope.mapped,
                has_texts=scope.shows_texts,
                feed=seen.feed,
                since=begin,
                until=end,
                condition=condition,
            )
            begin = end


def file_name(filters: UsageFilter, scope: Scope) -> str:
    """`tollbook_Harbour_2026-11-01T00-00_2026-11-18T00-00_Asia-Shanghai.csv`"""
    sites = {str(seen.feed.site) for seen in scope.feeds.values()}
    where = sites.pop() if len(sites) == 1 else "all-sites"
    parts = ["tollbook", where, filters.since_text, filters.until_text, scope.zone.key]
    return "_".join(re.sub(r"[^\w.-]+", "-", part) for part in parts) + ".csv"
