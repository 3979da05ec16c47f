from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from providers import messages, openings
from providers.adapters import ADAPTERS
from providers.adapters.errors import Refused
from providers.management import arguments
from providers.management.commands.connection_add import find_owner
from providers.models import Opening
from providers.pacing import BudgetSpent

UNSURE = "Each call opens an account, which cannot be taken back from here. Say --yes to do so."


class Command(BaseCommand):
    help = "Open an account at a provider for a member, and connect it. Asked once, never repeated."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--kind", choices=sorted(openings.openers()), required=True, help="the provider"
        )
        parser.add_argument("--owner", metavar="EMAIL", required=True, help="who it is for")
        parser.add_argument("--url", default="", help="address of the site, unless the usual one")
        parser.add_argument("--yes", action="store_true", help="really open one")
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        owner = find_owner(options["owner"])
        if not options["yes"]:
            raise CommandError(UNSURE)
        adapter = ADAPTERS[options["kind"]]
        try:
            base_url = adapter.normalise_url(options["url"] or adapter.default_url)
            opening = openings.open_account(
                kind=adapter.kind, base_url=base_url, owner=owner, by=None
            )
        except Refused as refusal:
            raise CommandError(messages.problem(refusal.code)) from None
        except BudgetSpent:
            raise CommandError(messages.problem("rate_limited")) from None
        if options["json"]:
            self.stdout.write(arguments.as_json(as_object(opening)))
        if opening.state != Opening.State.OPENED:
            raise CommandError(messages.problem(opening.error_code, opening.error_detail))
        if not options["json"]:
            self.stdout.write(f"Opened for {owner.email}, connection {opening.connection_id}")


def as_object(opening: Opening) -> dict[str, Any]:
    connection = opening.connection_id
    return {
        "state": opening.state,
        "connection": None if connection is None else str(connection),
        "site": opening.site.base_url,
        "owner": opening.owner.email,
    }
