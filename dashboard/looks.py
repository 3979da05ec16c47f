"""Each look at other people's rows is an event of the audit log."""

from collections.abc import Iterable

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from providers.models import Connection, Feed


def at_logs(admin: User, address: str, *, rows: int) -> None:
    """`address`: of the page, with its filter."""
    audit.record(admin, Action.LOGS_SEEN, address, rows=rows)


def at_logs_as_they_come(admin: User, address: str, *, rows: int) -> None:
    """`rows`: that there were when it began."""
    audit.record(admin, Action.LOGS_FOLLOWED, address, rows=rows)


def at_export(admin: User, address: str, *, rows: int) -> None:
    audit.record(admin, Action.LOGS_EXPORTED, address, rows=rows)


def at_row(admin: User, row: int) -> None:
    audit.record(admin, Action.ROW_SEEN, f"row {row}", rows=1)


def at_raw(person: User, address: str, feeds: Iterable[Feed]) -> None:
    """Rows as received, of these feeds; those that the person watches are their own."""
    others = {feed.pk: str(feed) for feed in feeds}
    own = Connection.objects.filter(owner=person, feed__in=others).values_list("feed", flat=True)
    strange = sorted(others[pk] for pk in others.keys() - set(own))
    if strange:
        audit.record(person, Action.RAW_SEEN, address, feeds=strange)
