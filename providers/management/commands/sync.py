from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from providers import connections, messages
from providers.management import arguments
from providers.models import Connection, Window
from providers.sync.outcome import Outcome, outcome_of, progress_of
from providers.sync.waiting import work_until_nothing_is_due

State = Connection.State

NOT_WHOLE = "Part of the history is not read yet."
INTERRUPTED = "Interrupted. What was read so far is stored; the next sync goes on from there."
INTERRUPTED_STATUS = 130  # what a shell says of a program that ended by Ctrl-C
NOT_PROVEN = "Not everything is mirrored and verified; the answer names what is not."


class Command(BaseCommand):
    help = (
        "Read the newest rows and what is missing of the history. With --wait the exit status says"
        " whether all of it is verified, or mirrored with a named reason."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        arguments.add_connection(parser, required=False)
        parser.add_argument(
            "--wait", action="store_true", help="work here until nothing is due; else workers do"
        )
        parser.add_argument(
            "--strict", action="store_true", help="with --wait: a reason is no excuse"
        )
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = choose(options["connection"])
        asked = [one for one in chosen if options["connection"] or one.state != State.STOPPED]
        if not options["wait"]:
            self.queue(asked, for_machines=options["json"])
            return
        for connection in asked:
            connections.ask_for_sync(connection)
        try:
            self.wait(chosen, is_strict=options["strict"], for_machines=options["json"])
        except KeyboardInterrupt:
            raise CommandError(INTERRUPTED, returncode=INTERRUPTED_STATUS) from None

    def queue(self, asked: Sequence[Connection], *, for_machines: bool) -> None:
        for connection in asked:
            connections.sync_now(connection)
        if for_machines:
            queued = [str(connection.pk) for connection in asked]
            self.stdout.write(arguments.as_json({"queued": queued}))
        else:
            self.stdout.write(f"Queued: {len(asked)}")

    def wait(self, chosen: Sequence[Connection], *, is_strict: bool, for_machines: bool) -> None:
        work_until_nothing_is_due(chosen, told=quiet if for_machines else self.tell_progress)
        keys = [connection.pk for connection in chosen]
        outcomes = [outcome_of(found) for found in arguments.connections().filter(pk__in=keys)]
        ok = all(outcome.ok(strict=is_strict) for outcome in outcomes)
        if for_machines:
            found = [as_object(outcome, is_strict=is_strict) for outcome in outcomes]
            self.stdout.write(arguments.as_json({"ok": ok, "connections": found}))
        else:
            self.tell(outcomes)
        if not ok:
            raise CommandError(NOT_PROVEN)

    def tell_progress(self, worked_on: Sequence[Connection]) -> None:
        for connection in worked_on:
            if connection.feed is not None:
                seen = progress_of(connection.feed)
                left = "" if seen.rows_left is None else f", about {seen.rows_left} left"
                self.stdout.write(f"{connection.name}: {seen.rows} rows{left}")

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            counts = ", ".join(f"{count} {state}" for state, count in outcome.counts.items())
            name = f"{outcome.connection.name} ({outcome.connection.pk})"
            self.stdout.write(f"{name}: windows: {counts or 'none'}")
            for line in [problem_of(outcome), *map(line_of, outcome.unproven)]:
                if line is not None:
                    self.stdout.write(f"  {line}")


def choose(pk: UUID | None) -> Sequence[Connection]:
    if pk is not None:
        return [arguments.find_connection(pk)]
    return list(arguments.connections().exclude(state=State.PAUSED))


def quiet(_worked_on: Sequence[Connection]) -> None:
    """A machine reads one object at the end."""


def problem_of(outcome: Outcome) -> str | None:
    if outcome.problem:
        return messages.problem(outcome.problem, outcome.detail)
    return None if outcome.is_whole else NOT_WHOLE


def line_of(window: Window) -> str:
    ends = f"{arguments.iso(window.since)} to {arguments.iso(window.until)}"
    sums = f"{window.units} units here, {window.site_units} by the site's statistic"
    return f"{ends}: {window.state} {messages.reason(window.reason)} ({sums})"


def as_object(outcome: Outcome, *, is_strict: bool) -> dict[str, Any]:
    connection = outcome.connection
    return {
        "id": str(connection.pk),
        "name": connection.name,
        "state": connection.state,
        "ok": outcome.ok(strict=is_strict),
        "problem": outcome.problem or None,
        "problem_text": problem_of(outcome),
        "windows": dict(outcome.counts),
        "not_verified": [window_object(window) for window in outcome.unproven],
    }


def window_object(window: Window) -> dict[str, Any]:
    return {
        "since": window.since,
        "until": window.until,
        "state": window.state,
        "reason": window.reason or None,
        "reason_text": messages.reason(window.reason) or None,
        "rows": window.rows,
        "units": window.units,
        "site_units": window.site_units,
    }
