"""The crash drill in its long form: `make drill`. Everything but the seed is given or printed."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.drill.crashes import Drill, new_seed
from tests.drill.upstreams import KINDS
from tests.installation import Installation


def arguments():
    parser = argparse.ArgumentParser(prog="python -m tests.drill", description=__doc__)
    parser.add_argument("--blows", type=int, default=100)
    parser.add_argument("--seed", type=int, default=None, help="else a new one, which is printed")
    parser.add_argument("--kind", choices=KINDS, default="new_api")
    parser.add_argument("--rows", type=int, default=40_000, help="of the first account's history")
    parser.add_argument("--per-second", type=float, default=20.0, help="new rows meanwhile")
    parser.add_argument("--slow", type=float, default=0.05, help="seconds that each answer takes")
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


def main():
    asked = arguments()
    seed = new_seed() if asked.seed is None else asked.seed
    print(f"{asked.blows} blows with seed {seed}", flush=True)
    upstream = KINDS[asked.kind](rows=asked.rows)
    with tempfile.TemporaryDirectory(prefix="tollbook-drill-") as folder:
        installation = Installation(
            Path(folder, "data"),
            TOLLBOOK_ALLOWED_PRIVATE_NETWORKS="127.0.0.0/8",
            TOLLBOOK_SITE_REQUESTS_PER_MINUTE="1000000",
            TOLLBOOK_SYNC_SECONDS="5",
            TOLLBOOK_WORKERS=str(asked.workers),
        )
        try:
            wrongs = run(Drill(installation, upstream, seed=seed), asked)
        finally:
            installation.kill_everything()
            upstream.stop()
    print(*(wrongs or ["The mirror equals the site in every row, window and sum."]), sep="\n")
    sys.exit(1 if wrongs else 0)


def run(drill, asked):
    drill.installation.started()
    drill.upstream.be_slow(asked.slow)
    drill.connect()
    drill.upstream.grow(asked.per_second)
    begun = time.monotonic()
    with drill.visited():
        drill.strike_often(asked.blows)
    struck = time.monotonic()
    print(f"{struck - begun:.0f} s of blows: {dict(drill.blows)}; {drill.row_count()} rows so far")
    wrongs = drill.wrongs()
    print(f"{time.monotonic() - struck:.0f} s to settle; {drill.row_count()} rows")
    print(f"pages: {dict(drill.answers)}", flush=True)
    return wrongs


main()
