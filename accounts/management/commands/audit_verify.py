import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit

REASONS = {
    "changed": "Event {number} is not what was written.",
    "missing": "Event {number} is missing.",
    "another": "Event {number} is not the one of the code that you kept: the log was made anew.",
    "shorter": "Event {number} is missing: the log is older than the code that you kept.",
    "head_missing": "The end of the log is missing.",
    "head_changed": "The end of the log is not what was written.",
    "no_key": "No key of this installation opens the key of the log.",
}


class Command(BaseCommand):
    help = (
        "Prove that no event of the audit log was changed, taken away or put in. Keep the line that"
        " it prints elsewhere: with --kept it tells a log that was replaced whole."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--kept", metavar="NUMBER:CODE", type=kept, help="what an earlier run printed"
        )
        parser.add_argument("--json", action="store_true", help="answer with one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            proof = audit.prove(options["kept"])
        except audit.Broken as broken:
            if options["json"]:
                self.stdout.write(json.dumps({"reason": broken.reason, "number": broken.number}))
            raise CommandError(REASONS[broken.reason].format(number=broken.number)) from None
        if options["json"]:
            self.stdout.write(json.dumps({"number": proof.number, "code": proof.code}))
        else:
            self.stdout.write(f"{proof.number} events, all as they were written")
            self.stdout.write(f"{proof.number}:{proof.code}")


def kept(text: str) -> audit.Proof:
    number, _, code = text.partition(":")
    if not number.isdecimal():
        raise ValueError(text)
    return audit.Proof(int(number), code)
