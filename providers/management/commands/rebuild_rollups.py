from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.zone import business_zone
from providers import upkeep
from providers.management import arguments
from providers.models import Feed


class Command(BaseCommand):
    help = (
        "Recompute the daily sums from the rows, in the business time zone. Needed after that zone"
        " was changed; harmless at any other time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since", metavar="DAY", type=day, help="first day, such as 2026-05-01; else all"
        )
        parser.add_argument("--feed", metavar="N", type=int, help="id of one feed; else all")
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        feeds = Feed.objects.order_by("pk")
        if options["feed"] is not None:
            feeds = feeds.filter(pk=options["feed"])
            if not feeds.exists():
                raise CommandError(
                    f"There is no feed {options['feed']}. connection_list shows them."
                )
        zone = business_zone()
        days = [upkeep.rebuild_rollups(feed, zone, since=options["since"]) for feed in feeds]
        if options["json"]:
            answer = {"feeds": len(days), "days": sum(days), "time_zone": zone.key}
            self.stdout.write(arguments.as_json(answer))
        else:
            self.stdout.write(f"{sum(days)} days of {len(days)} feeds recomputed in {zone.key}")


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is not a day such as 2026-05-01") from None
