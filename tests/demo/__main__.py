"""python -m tests.demo PLAN: the made-up sites of a demonstration, until told to end."""

import sys
import threading
import time
from pathlib import Path

from dashboard.demo.plan import Plan
from dashboard.demo.team import SITES
from tests.demo.sites import Gateway
from tests.upstream.backend import Backend
from tests.upstream.server import make_server

STEP_SECONDS = 1.0


def main(path: Path) -> None:
    plan = Plan.read(path)
    gateways = [Gateway(made_up, plan, int(time.time())) for made_up in SITES]
    for gateway, port in zip(gateways, plan.ports, strict=True):
        server = make_server(Backend(gateway.site), port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        time.sleep(STEP_SECONDS)
        for gateway in gateways:
            gateway.go_on(int(time.time()))


main(Path(sys.argv[1]))
