"""The crash drill in its long form: `make drill`. Everything but the seed is given or printed."""

import argparse
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from tests.drill import troubles
from tests.drill.crashes import Drill, new_seed
from tests.drill.upstreams import KINDS
from tests.installation import Installation


def arguments():
    parser = argparse.ArgumentParser(prog="python -m tests.drill", description=__doc__)
    parser.add_argument("--blows", type=int, default=100)
    parser.add_argument("--seed", type=int, default=None, help="else a new one, which is printed")
    parser.add_argument("--kind", choices=KINDS, default="new_api")
    parser.add_argument("--profile", help="of the double; else the usual one of the kind")
    parser.add_argument("--rows", type=int, default=40_000, help="of the first account's history")
    parser.add_argument("--per-second", type=float, default=20.0, help="new rows meanwhile")
    parser.add_argument("--slow", type=float, default=0.05, help="seconds that each answer takes")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--database", metavar="URL", help="an empty one; else SQLite")
    return parser.parse_args()


def main():
    asked = arguments()
    seed = new_seed() if asked.seed is None else asked.seed
    print(f"{asked.blows} blows with seed {seed}", flush=True)
    upstream = KINDS[asked.kind](rows=asked.rows, profile=asked.profile)
    with (
        tempfile.TemporaryDirectory(prefix="tollbook-drill-") as folder,
        troubles.small_disk(Path(folder, "data")) as has_small_disk,
    ):
        installation = Installation(
            Path(folder, "data"),
            TOLLBOOK_ALLOWED_PRIVATE_NETWORKS="127.0.0.0/8",
            TOLLBOOK_SITE_REQUESTS_PER_MINUTE="1000000",
            TOLLBOOK_SYNC_SECONDS="5",
            TOLLBOOK_WORKERS=str(asked.workers),
            **({"DATABASE_URL": asked.database} if asked.database else {}),
        )
        try:
            drill = Drill(installation, upstream, seed=seed)
            wrongs = run(drill, asked, has_small_disk=has_small_disk)
        finally:
            installation.kill_everything()
            upstream.stop()
    print(*(wrongs or ["The mirror equals the site in every row, window and sum."]), sep="\n")
    sys.exit(1 if wrongs else 0)


def run(drill, asked, *, has_small_disk):
    drill.installation.started()
    drill.upstream.be_slow(asked.slow)
    drill.connect()
    drill.upstream.grow(asked.per_second)
    with drill.visited():
        with timed("blows"):
            drill.strike_often(asked.blows)
            drill.get_up()
        print(f"{dict(drill.blows)}; {drill.row_count()} rows so far")
        for trouble in troubles_of(drill, has_small_disk=has_small_disk):
            with timed(trouble.__name__):
                trouble(drill)
    with timed("settling"):
        wrongs = drill.wrongs()
    print(f"{drill.row_count()} rows; pages: {dict(drill.answers)}", flush=True)
    return wrongs


def troubles_of(drill, *, has_small_disk):
    yield troubles.lock_database
    yield troubles.set_clock_of_site
    if "broker" in drill.living():
        yield troubles.restart_broker
    if has_small_disk:
        yield troubles.fill_disk
    else:
        print("no full disk: this user may not mount a small one")


@contextmanager
def timed(name):
    begun = time.monotonic()
    yield
    print(f"{name}: {time.monotonic() - begun:.0f} s", flush=True)


main()
