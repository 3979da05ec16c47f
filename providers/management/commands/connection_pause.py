from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from providers import connections
from providers.management import arguments


class Command(BaseCommand):
    help = "Ask the site nothing more with a connection's secret, until --resume."

    def add_arguments(self, parser: CommandParser) -> None:
        arguments.add_connection(parser)
        parser.add_argument("--resume", action="store_true", help="go on, and read the newest rows")
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        connection = arguments.find_connection(options["connection"])
        if options["resume"]:
            connections.resume(connection, by=None)
        else:
            connections.pause(connection, by=None)
        if options["json"]:
            answer = {"id": str(connection.pk), "state": connection.state}
            self.stdout.write(arguments.as_json(answer))
        else:
            self.stdout.write(f"{connection.name}: {connection.state}")
