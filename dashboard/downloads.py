"""The rows of a log page as a file: the same filter, any number of rows."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from django.db.models import Q

from dashboard import queries
from dashboard.filters import UsageFilter
from dashboard.scope import Scope
from providers.export import Export, csv_of

LINES_AT_ONCE = 500  # a chunk for each row takes twice as long
EARLIEST, LATEST = datetime.fromtimestamp(0, UTC), datetime.max.replace(tzinfo=UTC)


def csv_chunks(filters: UsageFilter, scope: Scope) -> Iterator[str]:
    """Feed by feed, oldest row first."""
    condition = queries.condition(filters, scope)
    since, until = filters.range.since, filters.range.until
    if filters.request_id:
        since, until = EARLIEST, LATEST
        condition = Q(detail__request_id=filters.request_id)
    lines = csv_of(
        Export(
            connection=seen.connection,
            feed=seen.feed,
            since=since,
            until=until,
            condition=condition,
        )
        for seen in scope.feeds.values()
    )
    while chunk := "".join(islice(lines, LINES_AT_ONCE)):
        yield chunk


def file_name(filters: UsageFilter, scope: Scope) -> str:
    """`tollbook_Harbour_2026-11-01T00-00_2026-11-18T00-00_Asia-Shanghai.csv`"""
    sites = {str(seen.feed.site) for seen in scope.feeds.values()}
    where = sites.pop() if len(sites) == 1 else "all-sites"
    parts = ["tollbook", where, filters.since_text, filters.until_text, scope.zone.key]
    return "_".join(re.sub(r"[^\w.-]+", "-", part) for part in parts) + ".csv"
