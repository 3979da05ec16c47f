import io
import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from providers.export import Export
from providers.management import arguments

EARLIEST = datetime.fromtimestamp(0, UTC)
LATEST = datetime.max.replace(tzinfo=UTC)
READER_IS_GONE = 141  # what a shell says of a program that ended by SIGPIPE


class Command(BaseCommand):
    help = "Write the mirrored rows of a connection, oldest first, every column as received."

    def add_arguments(self, parser: CommandParser) -> None:
        arguments.add_connection(parser)
        parser.add_argument(
            "--format", choices=["csv", "jsonl"], required=True, help="form of the rows"
        )
        arguments.add_range(parser)
        parser.add_argument(
            "--output", metavar="FILE", type=Path, help="file to write; else standard output"
        )
        parser.add_argument(
            "--json", action="store_true", help="with --output: answer with one JSON object"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        output: Path | None = options["output"]
        if options["json"] and output is None:
            raise CommandError("--json needs --output: standard output has the rows.")
        export = self.export(options)
        lines = export.csv() if options["format"] == "csv" else export.jsonl()
        if output is None:
            self.print(lines)
            return
        count = write(output, lines) - (options["format"] == "csv")
        if options["json"]:
            self.stdout.write(arguments.as_json({"rows": count, "output": str(output)}))
        else:
            self.stdout.write(f"{count} rows written to {output}")

    def export(self, options: dict[str, Any]) -> Export:
        connection = arguments.find_connection(options["connection"])
        if connection.feed is None:
            raise CommandError("The site has not named this connection's account: no rows yet.")
        return Export(
            connection=connection,
            feed=connection.feed,
            since=options["since"] or EARLIEST,
            until=options["until"] or LATEST,
        )

    def print(self, lines: Iterable[str]) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="")
        try:
            for line in lines:
                self.stdout.write(line, ending="")
            self.stdout.flush()
        except BrokenPipeError:
            leave_quietly()


def leave_quietly() -> NoReturn:
    """The reader has seen enough, such as `head`. Python would complain once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(READER_IS_GONE)


def write(path: Path, lines: Iterable[str]) -> int:
    """A file is there whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    count = 0
    try:
        with part.open("w", encoding="utf-8", newline="") as opened:
            for line in lines:
                opened.write(line)
                count += 1
        os.replace(part, path)
    except OSError as problem:
        raise CommandError(f"{path} cannot be written: {problem.strerror}.") from None
    return count
