"""What a site really does, by probes that only read; kept with its date."""

from datetime import timedelta

from providers.adapters import WindowAdapter
from providers.adapters.records import Credentials, Trait
from providers.models import Connection, Site
from providers.sync import plan, site_facts
from providers.sync.beside import turn_beside_workers
from providers.sync.turn import Turn


def examine(connection: Connection) -> None:
    """Afterwards the site's traits say what was found. Raises `ProviderError`s, and
    `SecretUnreadable`."""
    with turn_beside_workers(connection.site) as turn:
        known = turn.credentials(connection)
        site_facts.refresh(turn, connection, older_than=timedelta(0))
        found = [*_probed(turn, connection, known), _seen(turn.site)]
        site_facts.keep_traits(turn.site, found, turn.now())


def _probed(turn: Turn, connection: Connection, known: Credentials) -> list[Trait]:
    """What the cursor of a log counts is found out by reading it, so there is nothing to probe."""
    if not isinstance(turn.adapter, WindowAdapter):
        return []
    account = turn.adapter.account(turn.door, known)
    found = turn.adapter.traits(
        turn.door,
        known,
        account=account,
        scope=connection.scope,
        dialect=turn.site.dialect,
        until=plan.settled_until(turn.site_now()),
    )
    return list(found)


def _seen(site: Site) -> Trait:
    """What cannot be asked for, but was noticed."""
    return Trait(code="rate_limit", value="seen" if site.slow_until else "never")
