from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit, two_factor
from providers import upkeep
from providers.management import arguments


class Command(BaseCommand):
    help = (
        "Seal every stored secret with the first of TOLLBOOK_CREDENTIAL_KEYS. When it is done, the"
        " other keys can be removed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        done = upkeep.rotate_secrets()
        two_factor.rotate()
        audit.rotate()
        audit.record(None, audit.Action.SECRETS_ROTATED, resealed=done.resealed)
        unreadable = [str(pk) for pk in done.unreadable]
        if options["json"]:
            numbers = {"resealed": done.resealed, "kept": done.kept}
            self.stdout.write(arguments.as_json(numbers | {"unreadable": unreadable}))
        else:
            self.stdout.write(f"{done.resealed} sealed anew, {done.kept} had the first key already")
        if unreadable:
            names = ", ".join(unreadable)
            raise CommandError(f"No key of this installation opens the secrets of {names}.")
