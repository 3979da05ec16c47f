from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from providers import connections
from providers.management import arguments


class Command(BaseCommand):
    help = "Destroy a connection and its secret; the mirrored rows stay."

    def add_arguments(self, parser: CommandParser) -> None:
        arguments.add_connection(parser)
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        connection = arguments.find_connection(options["connection"])
        removed = str(connection.pk)
        connections.remove(connection, by=None)
        if options["json"]:
            self.stdout.write(arguments.as_json({"removed": removed}))
        else:
            self.stdout.write(f"{connection.name} is removed, its secret is destroyed")
