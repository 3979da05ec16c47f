from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from providers import connections
from providers.management import arguments
from providers.models import QuarantinedRow

EXCERPT = 160


class Command(BaseCommand):
    help = (
        "List the rows of a connection that could not be read, and why. The exit status is 0 if"
        " the list could be made, however long it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        arguments.add_connection(parser)
        parser.add_argument(
            "--retry",
            action="store_true",
            help="read them again first; those that can be read now are mirrored",
        )
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        connection = arguments.find_connection(options["connection"])
        kept = QuarantinedRow.objects.filter(feed=connection.feed).select_related("feed__site")
        ordered = kept.order_by("time", "pk")
        read = sum(map(connections.read_again, ordered.all())) if options["retry"] else 0
        if options["json"]:
            about = {"connection": str(connection.pk), "read": read}
            rows = [as_object(row) for row in ordered]
            self.stdout.write(arguments.as_json(about | {"rows": rows}))
        else:
            self.tell(list(ordered), read)

    def tell(self, rows: Sequence[QuarantinedRow], read: int) -> None:
        for row in rows:
            beginning = row.raw[:EXCERPT].encode("unicode_escape").decode()
            self.stdout.write(f"{arguments.iso(row.time)} {row.reason}: {beginning}")
        self.stdout.write(f"{read} read and mirrored, {len(rows)} in quarantine")


def as_object(row: QuarantinedRow) -> dict[str, Any]:
    return {
        "occurred_at": row.time,
        "reason": row.reason,
        "raw": row.raw,
        "seen_at": row.seen_at,
    }
