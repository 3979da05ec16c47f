from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from providers import connections, messages
from providers.adapters import ADAPTERS
from providers.adapters.errors import Refused
from providers.adapters.records import TestReport
from providers.management import arguments, findings, secret_file
from providers.models import Connection
from providers.models.sites import ALL, OWN

ADMINS_ONLY = "Everybody's rows (--scope all) are for admins; {} is none."


class Command(BaseCommand):
    help = "Test access to a site and store it as somebody's connection."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--owner", metavar="EMAIL", required=True, help="who it belongs to")
        parser.add_argument(
            "--url", default="", help="address of the site, in any form; else the one of its kind"
        )
        parser.add_argument("--user-id", metavar="N", default="", help="user id on the site")
        secret_file.add_secret_file(parser)
        parser.add_argument(
            "--kind", choices=sorted(ADAPTERS), default="new_api", help="what runs there"
        )
        parser.add_argument(
            "--scope",
            choices=[OWN, ALL],
            default=OWN,
            help="the account's own rows, or everybody's",
        )
        parser.add_argument("--name", default="", help="what to call it; else as the site does")
        parser.add_argument(
            "--save-anyway", action="store_true", help="store it although the test failed"
        )
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        owner = find_owner(options["owner"])
        draft = draft_from(options)
        if draft.scope == ALL and not owner.is_admin_role:
            raise CommandError(ADMINS_ONLY.format(owner.email))
        report = findings.test(draft)
        connection = self.save(owner, draft, report, save_anyway=options["save_anyway"])
        if options["json"]:
            self.stdout.write(arguments.as_json(answer(connection, report)))
        else:
            self.tell(connection, report)
        if connection is None:
            raise CommandError("Not saved: see the findings. --save-anyway saves it nevertheless.")

    def save(
        self, owner: User, draft: connections.Draft, report: TestReport, *, save_anyway: bool
    ) -> Connection | None:
        try:
            return connections.add(owner, draft, report, by=None, save_anyway=save_anyway)
        except connections.NotProven:
            return None

    def tell(self, connection: Connection | None, report: TestReport) -> None:
        for line in findings.lines(report):
            self.stdout.write(line)
        if connection is not None:
            self.stdout.write(f"Saved as {connection.name}, id {connection.pk}")


def find_owner(email: str) -> User:
    owner = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if owner is None:
        raise CommandError(f"Nobody with an active account has the e-mail address {email}.")
    return owner


def draft_from(options: dict[str, Any]) -> connections.Draft:
    adapter = ADAPTERS[options["kind"]]
    if options["scope"] not in adapter.scopes:
        raise CommandError(f"{adapter.title} has no log of all users.")
    try:
        base_url = adapter.normalise_url(options["url"] or adapter.default_url)
    except Refused as refused:
        raise CommandError(messages.problem(refused.code)) from None
    return connections.Draft(
        kind=options["kind"],
        base_url=base_url,
        secret=secret_file.read_secret(options["secret_file"]),
        user_id=options["user_id"].strip(),
        scope=options["scope"],
        name=options["name"].strip()[:100],
    )


def answer(connection: Connection | None, report: TestReport) -> dict[str, Any]:
    saved = {"id": None} if connection is None else saved_as(connection)
    return saved | findings.for_machines(report)


def saved_as(connection: Connection) -> dict[str, Any]:
    return {
        "id": str(connection.pk),
        "name": connection.name,
        "site": connection.site.base_url,
        "owner": connection.owner.email,
    }
