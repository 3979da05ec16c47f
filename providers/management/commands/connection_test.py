from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from providers import connections
from providers.management import arguments, findings, problems


class Command(BaseCommand):
    help = "Ask the site what a connection's secret is good for; nothing is changed."

    def add_arguments(self, parser: CommandParser) -> None:
        arguments.add_connection(parser)
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        connection = arguments.find_connection(options["connection"])
        with problems.told():
            draft = connections.draft_of(connection)
        report = findings.test(draft)
        if options["json"]:
            about = {"id": str(connection.pk)}
            self.stdout.write(arguments.as_json(about | findings.for_machines(report)))
        else:
            self.stdout.write("\n".join(findings.lines(report)))
        if not report.ok:
            raise CommandError("The connection does not work: see the findings.")
