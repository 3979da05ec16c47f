"""When a person leaves: their secrets are destroyed, their rows stay, others go on with the
accounts."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from providers import connections
from providers.models import Belonging, Connection, Opening
from providers.models.sites import ALL, OWN


class NotForThem(Exception):
    """`reason`: same (owner), inactive, not_admin."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@transaction.atomic
def destroy_secrets(person: User, *, by: User | None, now: datetime) -> int:
    """Of all connections, and keys of opened accounts that were never shown. How many connections
    that were."""
    owned = list(Connection.objects.filter(owner=person).exclude(sealed=""))
    for connection in owned:
        connection.lose_secret("secret_destroyed", now)
    _forget_keys(Opening.objects.filter(owner=person), now)
    audit.record(by, Action.SECRETS_DESTROYED, person.email, connections=len(owned))
    return len(owned)


@transaction.atomic
def hand_over(
    connection: Connection, to: User, *, by: User | None, today: date, now: datetime
) -> None:
    """From today on, a business day, the account's rows are the new owner's, who has to enter its
    secret again; those before stay the former owner's."""
    former = connection.owner
    if to.pk == former.pk:
        raise NotForThem("same")
    if not to.is_active:
        raise NotForThem("inactive")
    if connection.scope == ALL and not to.is_admin_role:
        raise NotForThem("not_admin")
    _keep_the_past(connection, to, by=by, today=today, now=now)
    connection.owner = to
    connection.save(update_fields=["owner"])
    connection.lose_secret("handed_over", now)
    _forget_keys(Opening.objects.filter(connection=connection), now)
    told = connections.told(connection)
    audit.record(by, Action.CONNECTION_HANDED_OVER, told, owner=to.email, before=former.email)


def _forget_keys(openings: QuerySet[Opening], now: datetime) -> None:
    openings.filter(shown_at=None).update(shown_at=now)
    openings.update(sealed="")


def _keep_the_past(
    connection: Connection, to: User, *, by: User | None, today: date, now: datetime
) -> None:
    """What is said to be the former owner's from some day on, ends; where nobody has said whose the
    account is, its owner alone did."""
    feed, former = connection.feed, connection.owner
    if feed is None or feed.scope != OWN or not feed.account:
        return
    said = Belonging.objects.of_same(feed.site, Belonging.Kind.USER, feed.account)
    since = None
    if said.exists():
        last = said.filter(member=former, until=None).first()
        if last is None:
            return
        since = last.since
        last.delete()
    elif Connection.objects.filter(feed=feed).exclude(owner=former).exists():
        return
    about = {
        "site": feed.site,
        "kind": Belonging.Kind.USER,
        "upstream_id": feed.account,
        "confirmed_by": by,
        "confirmed_at": now,
    }
    if since is None or since < today:
        Belonging.objects.create(member=former, since=since, until=today, **about)
    Belonging.objects.create(member=to, since=today, **about)
