"""The mirrored rows of a feed as files: every column as received, oldest row first."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet

from providers.models import Connection, Feed, UsageLog
from providers.self_view import own
from providers.vocabulary import VOCABULARIES

BATCH_ROWS = 2000
BOM = "\ufeff"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
# Some readers end a line at these too; JSON may have any character as an escape.
LINE_ENDS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\u0085\u2028\u2029"}

# Each exported column that is a column of ours as it is. The others are made below.
OURS = {
    "type": "type",
    "model": "model__text",
    "api_key": "key__text",
    "group": "group__text",
    "upstream_user": "user__text",
    "upstream_user_id": "user__upstream_id",
    "api_key_id": "key__upstream_id",
    "channel": "channel",
    "channel_name": "detail__channel_name",
    "units": "units",
    "prompt_tokens": "prompt",
    "completion_tokens": "completion",
    "duration_ms": "duration",
    "first_token_ms": "first_ms",
    "is_stream": "is_stream",
    "request_id": "detail__request_id",
    "ip": "detail__ip",
    "content": "detail__content",
    "other": "detail__other",
    "upstream_id": "detail__upstream_id",
}
TEXTS = ("ip", "content", "other")
COLUMNS = ("site", "connection", "occurred_at", "type", "type_name", *list(OURS)[1:], "mirrored_at")

ExportRow = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """The rows of a connection's feed in `[since, until)`, as lines of text. `condition`: what
    else they must fulfil. `is_self_view`: as the site shows a person their own rows, also where
    they were read by an admin's token. `has_texts`: with what was called, and from where."""

    connection: Connection | None
    feed: Feed
    since: datetime
    until: datetime
    condition: Q = field(default_factory=Q)
    is_self_view: bool = False
    has_texts: bool = True

    def rows(self) -> Iterator[ExportRow]:
        vocabulary = VOCABULARIES[self.feed.site.vocabulary]
        connection = None if self.connection is None else str(self.connection.pk)
        about = {"site": self.feed.site.base_url, "connection": connection}
        for found in self._found():
            kind = {"type": found["type"], "type_name": vocabulary.name(found["type"])}
            moments = {
                "occurred_at": iso(found["time"]),
                "mirrored_at": found["detail__mirrored_at"],
            }
            row = about | moments | kind | {name: found[ours] for name, ours in OURS.items()}
            row["mirrored_at"] = iso(row["mirrored_at"])
            row["upstream_user_id"] = id_as_received(row["upstream_user_id"])
            row["api_key_id"] = id_as_received(row["api_key_id"])
            if self.is_self_view:
                row |= {"channel_name": None, "upstream_id": None, "other": own(row["other"])}
            if not self.has_texts:
                row |= dict.fromkeys(TEXTS)
            yield {name: row[name] for name in COLUMNS}

    def count(self) -> int:
        return self._logs().filter(time__gte=self.since).count()

    def _logs(self) -> QuerySet[UsageLog]:
        return UsageLog.objects.filter(self.condition, feed=self.feed, time__lt=self.until)

    def _found(self) -> Iterator[dict[str, Any]]:
        """In key-set batches: any number of rows in little memory."""
        since, last_id = self.since, 0
        logs = self._logs().order_by("time", "id")
        while True:
            left = logs.filter(Q(time__gt=since) | Q(id__gt=last_id), time__gte=since)
            batch = list(
                left.values("id", "time", "detail__mirrored_at", *OURS.values())[:BATCH_ROWS]
            )
            yield from batch
            if len(batch) < BATCH_ROWS:
                return
            since, last_id = batch[-1]["time"], batch[-1]["id"]

    def jsonl(self) -> Iterator[str]:
        for row in self.rows():
            yield json.dumps(row, ensure_ascii=False).translate(LINE_ENDS) + "\n"

    def csv(self) -> Iterator[str]:
        return csv_of([self])


def csv_of(exports: Iterable[Export]) -> Iterator[str]:
    """One after the other, under one head."""
    yield BOM + csv_line(COLUMNS)
    for export in exports:
        for row in export.rows():
            yield csv_line([cell(value) for value in row.values()])


def iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def id_as_received(text: str | None) -> int | str | None:
    """Ids are kept as text; one that a site sent as a number goes out as a number."""
    if not text:
        return None
    is_number = text.isascii() and text.isdecimal() and str(int(text)) == text
    return int(text) if is_number else text


def cell(value: object) -> str:
    """Text that a spreadsheet would take for a formula gets an apostrophe; a number does not."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(FORMULA_SIGNS):
        return f"'{value}"
    return str(value)


def csv_line(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
