from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from providers import traits
from providers.management import arguments, problems
from providers.models import Connection, Site
from providers.sync import doctor
from providers.traits import Told


class Command(BaseCommand):
    help = (
        "Find out what a connection's site really does, by about a dozen requests that only read,"
        " within its request budget. What was found is kept with its date and shown on the"
        " connection's page."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        arguments.add_connection(parser)
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        connection = arguments.find_connection(options["connection"])
        with problems.told():
            doctor.examine(connection)
        site = Site.objects.get(pk=connection.site_id)
        if options["json"]:
            self.stdout.write(arguments.as_json(as_object(connection, site)))
        else:
            self.tell(site, traits.told(site))

    def tell(self, site: Site, found: Sequence[Told]) -> None:
        self.stdout.write(f"{site.base_url}, clock {round(site.clock_offset_seconds):+} s")
        for told in found:
            self.stdout.write(f"{told.label:<30} {told.text}")
            if told.changed_at:
                self.stdout.write(f"{'':<30} until {told.changed_at:%F %R} UTC: {told.former}")


def as_object(connection: Connection, site: Site) -> dict[str, Any]:
    return {
        "connection": str(connection.pk),
        "site": site.base_url,
        "clock_offset_seconds": site.clock_offset_seconds,
        "traits": [asdict(told) for told in traits.told(site)],
    }
