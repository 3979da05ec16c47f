"""Play fate for the made-up sites, through the hidden side that each of them has."""

import contextlib
import json
import socket
import time
import urllib.request

from django.core.management.base import CommandError

from dashboard.demo.plan import Plan
from dashboard.demo.team import DAY, Access, MadeUpSite

ANSWER_SECONDS = 60
PATIENCE_SECONDS, POLL_SECONDS, PROBE_SECONDS = 90.0, 0.1, 0.5
SILENT = "The made-up sites do not start; their message is above."
REVOKED = "revoked-"


def wait_for_sites(plan: Plan) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not are_up(plan):
        if time.monotonic() > until:
            raise CommandError(SILENT)
        time.sleep(POLL_SECONDS)


def are_up(plan: Plan) -> bool:
    """They answer only once their past is made up."""
    return all(map(_listens, plan.ports))


def turn_clock(plan: Plan, site: MadeUpSite, *, days_back: int) -> None:
    _do(plan, site, "clock", offset=-days_back * DAY)


def revoke(plan: Plan, access: Access) -> None:
    account = access.site.account(access.account)
    _do(plan, access.site, "account", user_id=account.id, token=REVOKED + account.token)


def delete_rows(plan: Plan, site: MadeUpSite, *, older_than_days: int) -> int:
    """The moment before which there are no rows now."""
    moment = plan.founded_at - older_than_days * DAY
    _do(plan, site, "delete_before", moment=moment)
    return moment


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=PROBE_SECONDS).close()
        return True
    return False


def _do(plan: Plan, site: MadeUpSite, verb: str, **arguments: object) -> None:
    url = f"{plan.url(site)}/_control/{verb}"
    request = urllib.request.Request(url, json.dumps(arguments).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
        answer.read()
