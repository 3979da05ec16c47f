"""Arguments that several commands share, and answers for machines."""

import json
from argparse import ArgumentTypeError
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from accounts.zone import business_zone
from providers.models import Connection


def add_json(parser: CommandParser) -> None:
    parser.add_argument("--json", action="store_true", help="answer with one JSON object")


def add_connection(parser: CommandParser, *, required: bool = True) -> None:
    explained = "id of the connection, as connection_list shows it"
    if not required:
        explained += "; without it, every connection that is not paused"
    parser.add_argument("--connection", metavar="ID", type=UUID, required=required, help=explained)


def add_range(parser: CommandParser) -> None:
    form = "such as 2026-05-01 or 2026-05-01T08:00Z; without a zone, in the business time zone"
    parser.add_argument("--since", metavar="TIME", type=moment, help=f"first moment, {form}")
    parser.add_argument("--until", metavar="TIME", type=moment, help="the moment after the last")


def moment(text: str) -> datetime:
    """An aware time out of ISO 8601."""
    try:
        found = parse_datetime(text if len(text) > len("2026-05-01") else f"{text}T00:00")
    except ValueError:
        found = None
    if found is None:
        raise ArgumentTypeError(f"{text} is not a time such as 2026-05-01 or 2026-05-01T08:00Z")
    return found if found.tzinfo else found.replace(tzinfo=business_zone())


def find_connection(pk: UUID) -> Connection:
    found = connections().filter(pk=pk).first()
    if found is None:
        raise CommandError(f"There is no connection {pk}. connection_list shows them.")
    return found


def connections() -> QuerySet[Connection]:
    return Connection.objects.select_related("site", "feed__site", "owner").order_by("created_at")


def as_json(answer: dict[str, Any] | Sequence[dict[str, Any]]) -> str:
    return json.dumps(answer, ensure_ascii=False, default=_text)


def iso(moment: datetime | None) -> str | None:
    """UTC with Z, and parts of seconds only where there are any."""
    return None if moment is None else _text(moment)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)
