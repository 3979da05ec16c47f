from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from providers import messages
from providers.adapters.errors import ProviderError
from providers.adapters.records import utc
from providers.management import arguments
from providers.models import Connection
from providers.secrets import SecretUnreadable
from providers.sync import differences
from providers.sync.differences import Compared, Difference, Side

END = 2**62  # later than any row
SIDES = {Side.MISSING_HERE: "missing here", Side.GONE_UPSTREAM: "gone upstream"}


class Command(BaseCommand):
    help = (
        "Walk the mirrored windows upstream once more, store nothing, and list every row that is"
        " missing here or gone upstream. The exit status is 0 if there is none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        arguments.add_connection(parser)
        arguments.add_range(parser)
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        connection = arguments.find_connection(options["connection"])
        compared = compare(connection, options["since"], options["until"])
        if options["json"]:
            about = {"connection": str(connection.pk)}
            self.stdout.write(arguments.as_json(about | as_object(compared)))
        else:
            self.tell(compared)
        if not all(part.ok for part in compared):
            raise CommandError("The mirror differs from the site.")

    def tell(self, compared: Sequence[Compared]) -> None:
        for part in compared:
            for found in part.differences:
                self.stdout.write(line_of(found))
            if part.unreadable != part.quarantined:
                ends = f"{utc(part.span.since):%F %T} to {utc(part.span.until):%F %T} UTC"
                numbers = f"{part.unreadable} upstream, {part.quarantined} here"
                self.stdout.write(f"{ends}: unreadable rows: {numbers}")
        rows = sum(part.rows for part in compared)
        count = sum(len(part.differences) for part in compared)
        self.stdout.write(f"{rows} rows read upstream, {count} differences")


def compare(
    connection: Connection, since: datetime | None, until: datetime | None
) -> Sequence[Compared]:
    feed = connection.feed
    if feed is None:
        raise CommandError("The site has not named this connection's account: no rows yet.")
    first = 0 if since is None else int(since.timestamp())
    last = END if until is None else int(until.timestamp())
    spans = list(differences.mirrored_spans(feed, since=first, until=last))
    try:
        return list(differences.compare(connection, feed, spans))
    except ProviderError as error:
        raise CommandError(messages.problem(error.code, error.detail)) from None
    except SecretUnreadable:
        raise CommandError(messages.problem("secret_unreadable")) from None


def line_of(found: Difference) -> str:
    names = f"type {found.type}, model {found.model}, API key {found.api_key}"
    numbers = f"{found.units} units, {found.prompt_tokens} + {found.completion_tokens} tokens"
    return f"{SIDES[found.side]:<13} {arguments.iso(found.occurred_at)} {names}, {numbers}"


def as_object(compared: Sequence[Compared]) -> dict[str, Any]:
    return {
        "ok": all(part.ok for part in compared),
        "rows": sum(part.rows for part in compared),
        "unreadable_upstream": sum(part.unreadable for part in compared),
        "unreadable_here": sum(part.quarantined for part in compared),
        "differences": [asdict(found) for part in compared for found in part.differences],
    }
