#!/usr/bin/env python3
"""Django's commands. `run` and `demo` also make the secret keys of a new data directory."""

import os
import sys

from django.core.management import execute_from_command_line

from dashboard import environment


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    environment.prepare(sys.argv[1:])
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
