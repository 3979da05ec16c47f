"""Where rows come from, as somebody who looks after them sees it: a feed and who watches it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.models import User
from providers.models import Connection, Feed


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """`connection` is the person's own, else the oldest; None where nobody watches any more."""

    feed: Feed
    connection: Connection | None
    owners: Sequence[str]
    is_own: bool
    can_be_asked: bool  # some connection lends its secret

    @property
    def label(self) -> str:
        if self.connection is not None:
            return self.connection.name
        return self.feed.account_name or self.feed.account or str(self.feed.site)


def sources_of(feeds: Iterable[Feed], user: User) -> dict[int, Source]:
    """Of feeds that the person may look into."""
    watching: dict[int, list[Connection]] = {feed.pk: [] for feed in feeds}
    connections = Connection.objects.filter(feed__in=watching).select_related("owner")
    for connection in connections.order_by("created_at", "pk"):
        watching[connection.feed_id or 0].append(connection)
    return {feed.pk: _source(feed, watching[feed.pk], user) for feed in feeds}


def _source(feed: Feed, connections: Sequence[Connection], user: User) -> Source:
    own = [connection for connection in connections if connection.owner_id == user.pk]
    return Source(
        feed=feed,
        connection=next(iter([*own, *connections]), None),
        owners=list(dict.fromkeys(str(connection.owner) for connection in connections)),
        is_own=bool(own),
        can_be_asked=any(one.state == Connection.State.ACTIVE for one in connections),
    )
