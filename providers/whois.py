"""Say whose an upstream user or key is, and which addresses are one site: an admin's words."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from providers.models import Belonging, Site

Kind = Belonging.Kind


class Taken(Exception):
    """Somebody else's on some of these days."""

    def __init__(self, belonging: Belonging) -> None:
        super().__init__(str(belonging))
        self.belonging = belonging


class NotMergeable(Exception):
    """`reason`: same, kind, taken."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@transaction.atomic
def confirm(
    site: Site,
    kind: str,
    upstream_id: str,
    member: User,
    *,
    since: date | None,
    until: date | None,
    by: User,
    now: datetime,
) -> Belonging:
    _lock([site])
    found = Belonging.objects.of_same(site, kind, upstream_id).touching(since, until).first()
    if found is not None:
        raise Taken(found)
    made = Belonging.objects.create(
        site=site,
        kind=kind,
        upstream_id=upstream_id,
        member=member,
        since=since,
        until=until,
        confirmed_by=by,
        confirmed_at=now,
    )
    audit.record(by, Action.BELONGING_CONFIRMED, _told(made), since=since, until=until)
    return made


@transaction.atomic
def end(belonging: Belonging, until: date, *, by: User) -> None:
    """From that day on it is nobody's. One that never was goes."""
    audit.record(by, Action.BELONGING_ENDED, _told(belonging), until=until)
    if belonging.since is not None and until <= belonging.since:
        belonging.delete()
        return
    belonging.until = until
    belonging.save(update_fields=["until"])


@transaction.atomic
def merge(alias: Site, site: Site, *, by: User) -> None:
    """`alias` is another address of `site`: the same accounts, the same rows."""
    _lock([alias, site])
    if alias.root_id == site.root_id:
        raise NotMergeable("same")
    if alias.kind != site.kind:
        raise NotMergeable("kind")
    moved = Site.objects.filter(pk=alias.root_id) | Site.objects.filter(same_as=alias.root_id)
    if any(_is_taken(one, site) for one in Belonging.objects.filter(site__in=moved)):
        raise NotMergeable("taken")
    pks = list(moved.values_list("pk", flat=True))
    Site.objects.filter(pk__in=pks).update(same_as=site.root_id)
    audit.record(by, Action.SITES_MERGED, f"{alias.base_url} = {site.base_url}")


def part(alias: Site, *, by: User) -> None:
    """It was not, after all."""
    with audit.recording(by, Action.SITES_PARTED, alias.base_url):
        alias.same_as = None
        alias.save(update_fields=["same_as"])


def _told(belonging: Belonging) -> str:
    """In the audit log."""
    what = f"{belonging.kind} {belonging.upstream_id} ({belonging.site.base_url})"
    return f"{what} = {belonging.member.email}"


def _is_taken(belonging: Belonging, site: Site) -> bool:
    there = Belonging.objects.of_same(site, belonging.kind, belonging.upstream_id)
    others = there.exclude(member=belonging.member_id)
    return others.touching(belonging.since, belonging.until).exists()


def _lock(sites: Iterable[Site]) -> None:
    """Two admins at once: one after the other."""
    list(
        Site.objects.select_for_update()
        .filter(pk__in=[site.root_id for site in sites])
        .order_by("pk")
    )
