"""Run a made-up gateway by hand: python -m tests.upstream --profile new-api-v0.13.2 --port 3000."""

import argparse
import contextlib
import sys
import threading
import time
from collections.abc import Iterator

from .openai_hk.profiles import OPENAI_HK
from .openai_hk.worlds import of_credits
from .profiles import PROFILES
from .server import Backend, make_server
from .site import Site
from .world import World, hk_key_of
from .worlds import seeded_world, team_world


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.upstream", description=__doc__)
    parser.add_argument("--profile", choices=PROFILES, default="new-api-v0.13.2")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    rows = parser.add_mutually_exclusive_group()
    rows.add_argument("--seed-rows", type=int, help="rows of 90 days, with all that breaks mirrors")
    rows.add_argument("--team-rows", type=int, help="rows of a year of a team")
    parser.add_argument("--grow", type=float, default=0.0, help="new rows per second")
    parser.add_argument("--leash", action="store_true", help="end when standard input ends")
    return parser.parse_args()


def make_world(asked: argparse.Namespace, *, until: int) -> World:
    world = gateway_world(asked, until=until)
    return of_credits(world) if asked.profile in OPENAI_HK else world


def gateway_world(asked: argparse.Namespace, *, until: int) -> World:
    if asked.seed_rows is not None:
        return seeded_world(asked.seed_rows, until=until)
    if asked.team_rows is not None:
        return team_world(asked.team_rows, until=until)
    return World()


def credentials(profile: str, world: World) -> Iterator[str]:
    if profile in OPENAI_HK:
        for key in world.keys:
            yield f"  user {key.user_id}, {key.name}: {hk_key_of(key)}"
        return
    for account in world.accounts:
        yield f"  user {account.id} {account.username}: {account.token}"


def main() -> None:
    asked = arguments()
    world = make_world(asked, until=int(time.time()))
    backend = Backend(Site(PROFILES[asked.profile], world))
    backend.control.grow(per_second=asked.grow)
    server = make_server(backend, asked.port)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    if asked.leash:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()
    else:
        print(*credentials(asked.profile, world), sep="\n", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()


main()
