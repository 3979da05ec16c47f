"""Each look at other people's rows leaves a trace."""

import logging

from accounts.models import User

logger = logging.getLogger("dashboard.looks")


def note(admin: User, what: str, rows: int | None) -> None:
    """`what`: the filter. `rows` is None where nobody knows yet how many there will be."""
    logger.info("admin %s looked at %s: %s rows", admin.pk, what, "?" if rows is None else rows)
