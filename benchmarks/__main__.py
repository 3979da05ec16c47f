"""Measure the product beside what the databases can do: `make bench`, `ROWS=1e6 make bench`.

Ends with status 1 when a ratio is missed. Absolute values depend on the machine and on what else
it does; the load average stands beside them.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence

from benchmarks import databases
from benchmarks.databases import Pair
from benchmarks.figures import Figure, table

START = """
import django, runpy
django.setup()
runpy.run_module("benchmarks.measure", run_name="__main__")
"""
NO_POSTGRESQL = "PostgreSQL is not on this machine: only SQLite is measured."


def main() -> None:
    asked = arguments()
    rows = int(float(os.environ.get("ROWS", "2e5")))
    if "postgresql" not in databases.kinds():
        print(NO_POSTGRESQL)
    figures: list[Figure] = []
    for name in asked.database or databases.kinds():
        print(f"{name}, {rows} rows: measuring; {load()}", file=sys.stderr, flush=True)
        with databases.pair(name) as pair:
            figures += measured(pair, rows)
    sys.exit(report(figures, rows=rows))


def report(figures: Sequence[Figure], *, rows: int) -> int:
    """Print the table; the exit status."""
    print(f"{rows} rows, {time.strftime('%Y-%m-%d %H:%M')}, {load()}\n\n{table(figures)}")
    return 1 if any(figure.is_missed for figure in figures) else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("database", nargs="*", choices=[[], *databases.kinds()])
    return parser.parse_args()


def measured(pair: Pair, rows: int) -> list[Figure]:
    command = [sys.executable, "-c", START, pair.name, str(rows), pair.floor_url]
    done = subprocess.run(command, env=environment(pair), stdout=subprocess.PIPE, check=True)
    return [Figure(**members) for members in json.loads(done.stdout)]


def environment(pair: Pair) -> dict[str, str]:
    """The settings of an installation, and nothing of the one that may be on this machine."""
    others = ("TOLLBOOK_", "DATABASE_", "REDIS_", "SECRET_KEY")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "DATABASE_URL": pair.own_url,
        "TOLLBOOK_DATA_DIR": str(pair.folder / "installation"),
        "SECRET_KEY": "for-the-benchmarks-only-0123456789-abcdefghijklmnop",
        "TOLLBOOK_CREDENTIAL_KEYS": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    }


def load() -> str:
    averages = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"load average {averages} on {os.cpu_count()} cores"


if __name__ == "__main__":
    main()
