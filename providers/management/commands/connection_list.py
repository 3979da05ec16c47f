from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from providers import messages
from providers.management import arguments
from providers.models import Connection
from providers.sync.outcome import Outcome, outcome_of, progress_of


class Command(BaseCommand):
    help = "List every connection, how far its mirror is, and what keeps it from going on."

    def add_arguments(self, parser: CommandParser) -> None:
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        listed = [as_object(connection) for connection in arguments.connections()]
        if options["json"]:
            self.stdout.write(arguments.as_json({"connections": listed}))
            return
        for about in listed:
            self.stdout.write("\n".join(lines(about)))
        if not listed:
            self.stdout.write("No connection yet. connection_add adds one.")


def as_object(connection: Connection) -> dict[str, Any]:
    outcome = outcome_of(connection)
    return {
        "id": str(connection.pk),
        "name": connection.name,
        "owner": connection.owner.email,
        "site": connection.site.base_url,
        "kind": connection.site.kind,
        "scope": connection.scope,
        "state": connection.state,
        "last_success": connection.succeeded_at,
        "problem": outcome.problem or None,
        "problem_text": problem_text(outcome),
        **mirror_of(outcome),
    }


def mirror_of(outcome: Outcome) -> dict[str, Any]:
    feed = outcome.connection.feed
    if feed is None:
        return {"feed": None}
    progress = progress_of(feed)
    return {
        "feed": feed.pk,
        "account": feed.account_name,
        "rows": progress.rows,
        "rows_left": progress.rows_left,
        "is_whole": outcome.is_whole,
        "mirrored_until": progress.mirrored_until,
        "windows": dict(outcome.counts),
    }


def problem_text(outcome: Outcome) -> str | None:
    return messages.problem(outcome.problem, outcome.detail) if outcome.problem else None


def lines(about: dict[str, Any]) -> list[str]:
    found = [f"{about['id']}  {about['name']}  {about['site']}  {about['owner']}  {about['state']}"]
    if about["feed"] is not None:
        until = arguments.iso(about["mirrored_until"]) or "not yet"
        counts = ", ".join(f"{count} {state}" for state, count in about["windows"].items())
        found.append(f"    feed {about['feed']}: {about['rows']} rows, mirrored up to {until}")
        found.append(f"    windows: {counts or 'none'}{'' if about['is_whole'] else ', not whole'}")
    if about["problem_text"] is not None:
        found.append(f"    {about['problem_text']}")
    return found
