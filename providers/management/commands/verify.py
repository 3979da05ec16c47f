import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from providers import connections, messages
from providers.adapters import ADAPTERS, WindowAdapter
from providers.adapters.records import Span
from providers.management import arguments, problems
from providers.models import Check, CheckedRow, Connection, Feed
from providers.sync import conductor, differences
from providers.sync.differences import Difference, Side
from providers.sync.waiting import pause_before_next_turn

END = 2**62  # later than any row
HALTED = "The connection is paused; the windows are verified once it goes on."
SIDES = {Side.MISSING_HERE: "missing here", Side.GONE_UPSTREAM: "gone upstream"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The names are those of --json. `differences` may list fewer rows than were counted."""

    ok: bool = True
    rows: int = 0
    missing_here: int = 0
    gone_upstream: int = 0
    unreadable_upstream: int = 0
    unreadable_here: int = 0
    differences: Sequence[Difference] = ()


class Command(BaseCommand):
    help = (
        "Walk the mirrored windows upstream once more, store nothing, and list every row that is"
        " missing here or gone upstream. The exit status is 0 if there is none. A log without time"
        " ranges is read again as with --keep."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        arguments.add_connection(parser)
        arguments.add_range(parser)
        parser.add_argument(
            "--keep",
            action="store_true",
            help="do what 'Verify again' of the page does: whole windows, mirror what is missing,"
            " judge each window anew, and show on the page what came of it",
        )
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        connection = arguments.find_connection(options["connection"])
        if connection.feed is None:
            raise CommandError("The site has not named this connection's account: no rows yet.")
        span = span_of(options["since"], options["until"])
        has_windows = isinstance(ADAPTERS[connection.site.kind], WindowAdapter)
        ask = compare if has_windows and not options["keep"] else verify_and_keep
        answer = ask(connection, connection.feed, span)
        if options["json"]:
            about = {"connection": str(connection.pk)}
            self.stdout.write(arguments.as_json(about | asdict(answer)))
        else:
            self.tell(answer)
        if not answer.ok:
            raise CommandError("The mirror differs from the site.")

    def tell(self, answer: Answer) -> None:
        for found in answer.differences:
            self.stdout.write(line_of(found))
        counted = answer.missing_here + answer.gone_upstream
        if counted > len(answer.differences):
            self.stdout.write(f"{counted - len(answer.differences)} more are only counted")
        if answer.unreadable_upstream or answer.unreadable_here:
            numbers = f"{answer.unreadable_upstream} upstream, {answer.unreadable_here} here"
            self.stdout.write(f"unreadable rows: {numbers}")
        self.stdout.write(f"{answer.rows} rows read upstream, {counted} differences")


def span_of(since: datetime | None, until: datetime | None) -> Span:
    return Span(
        since=0 if since is None else int(since.timestamp()),
        until=END if until is None else int(until.timestamp()),
    )


def compare(connection: Connection, feed: Feed, span: Span) -> Answer:
    """Here and now; nothing is stored."""
    spans = list(differences.mirrored_spans(feed, since=span.since, until=span.until))
    with problems.told():
        parts = list(differences.compare(connection, feed, spans))
    return Answer(
        ok=all(part.ok for part in parts),
        rows=sum(part.rows for part in parts),
        missing_here=sum(part.missing for part in parts),
        gone_upstream=sum(part.gone for part in parts),
        unreadable_upstream=sum(part.unreadable for part in parts),
        unreadable_here=sum(part.quarantined for part in parts),
        differences=[found for part in parts for found in part.differences],
    )


def verify_and_keep(connection: Connection, feed: Feed, span: Span) -> Answer:
    """In turns at the site, as a worker would."""
    check = connections.verify_again(feed, span, by=None)
    if check is None:
        return Answer()
    work_until_finished(check, connection)
    return Answer(
        ok=check.is_same,
        rows=check.rows,
        missing_here=check.missing,
        gone_upstream=check.gone,
        unreadable_upstream=check.unreadable,
        unreadable_here=check.quarantined,
        differences=[difference_of(row) for row in check.found.order_by("pk")],
    )


def work_until_finished(check: Check, connection: Connection) -> None:
    while check.finished_at is None:
        rest = conductor.work_at(connection.site_id)
        check.refresh_from_db()
        connection.refresh_from_db()
        if check.finished_at is None:
            pause = pause_before_next_turn([connection], rest, timezone.now())
            if pause is None:
                raise CommandError(problem_of(connection))
            time.sleep(pause)


def problem_of(connection: Connection) -> str:
    waiting = connection.feed.waits_for_person if connection.feed else ""
    code = connection.error_code or waiting
    return messages.problem(code, connection.error_detail) if code else HALTED


def difference_of(row: CheckedRow) -> Difference:
    return Difference(
        side=Side(row.side),
        occurred_at=row.time,
        type=row.type,
        model=row.model,
        api_key=row.key,
        units=row.units,
        prompt_tokens=row.prompt,
        completion_tokens=row.completion,
        request_id=row.request_id,
    )


def line_of(found: Difference) -> str:
    names = f"type {found.type}, model {found.model}, API key {found.api_key}"
    numbers = f"{found.units} units, {found.prompt_tokens} + {found.completion_tokens} tokens"
    return f"{SIDES[found.side]:<13} {arguments.iso(found.occurred_at)} {names}, {numbers}"
