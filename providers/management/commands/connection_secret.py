from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from providers import connections
from providers.adapters.records import TestReport
from providers.management import arguments, findings, secret_file
from providers.models import Connection


class Command(BaseCommand):
    help = "Test a new secret and put it in the place of a connection's present one."

    def add_arguments(self, parser: CommandParser) -> None:
        arguments.add_connection(parser)
        secret_file.add_secret_file(parser)
        parser.add_argument(
            "--save-anyway", action="store_true", help="store it although the test failed"
        )
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        connection = arguments.find_connection(options["connection"])
        secret = secret_file.read_secret(options["secret_file"])
        draft = connections.draft_of(connection, secret)
        report = findings.test(draft)
        is_saved = replace(connection, draft, report, save_anyway=options["save_anyway"])
        if options["json"]:
            about = {"id": str(connection.pk), "is_saved": is_saved}
            self.stdout.write(arguments.as_json(about | findings.for_machines(report)))
        else:
            self.stdout.write("\n".join(findings.lines(report)))
        if not is_saved:
            raise CommandError(
                "Not replaced: see the findings. --save-anyway does it nevertheless."
            )


def replace(
    connection: Connection, draft: connections.Draft, report: TestReport, *, save_anyway: bool
) -> bool:
    try:
        connections.replace_secret(connection, draft, report, by=None, save_anyway=save_anyway)
    except connections.NotProven:
        return False
    return True
