"""A secret out of a file or standard input: never on the command line, where others can see it."""

import sys

from django.core.management.base import CommandError, CommandParser

from providers.adapters.records import Secret

LONGEST = 10_000


def add_secret_file(parser: CommandParser) -> None:
    parser.add_argument(
        "--secret-file",
        metavar="FILE",
        required=True,
        help="file that holds the secret and nothing else; - reads standard input",
    )


def read_secret(name: str) -> Secret:
    text = _content(name).strip()
    if not text or len(text) > LONGEST or not text.isprintable():
        raise CommandError("The secret file must hold the secret and nothing else.")
    return Secret(text)


def _content(name: str) -> str:
    try:
        if name == "-":
            return sys.stdin.read(LONGEST + 2)
        with open(name, encoding="utf-8") as opened:
            return opened.read(LONGEST + 2)
    except OSError as problem:
        raise CommandError(f"{name} cannot be read: {problem.strerror}.") from None
    except UnicodeDecodeError:
        raise CommandError("The secret file must hold the secret and nothing else.") from None
