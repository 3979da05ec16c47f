"""Who is who: whose an upstream user or an API key is."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from providers.models.sites import Site

if TYPE_CHECKING:
    from accounts.models import User


class BelongingQuerySet(models.QuerySet["Belonging"]):
    def of_same(self, site: Site, kind: str, upstream_id: str) -> Self:
        """Of one user or key, at whichever of its site's addresses."""
        at_site = Q(site=site.root_id) | Q(site__same_as=site.root_id)
        return self.filter(at_site, kind=kind, upstream_id=upstream_id)

    def touching(self, since: date | None, until: date | None) -> Self:
        begins = Q() if until is None else Q(since=None) | Q(since__lt=until)
        ends = Q() if since is None else Q(until=None) | Q(until__gt=since)
        return self.filter(begins, ends)

    def of_member(self, member: "User") -> Self:
        return self.filter(member=member)


class Belonging(models.Model):
    """What one upstream user or key did from `since` to before `until` is a member's, as an admin
    has confirmed. By the upstream's id: its name changes. Business days; None has no end."""

    class Kind(models.TextChoices):
        USER = "user"
        KEY = "key"

    site = models.ForeignKey(Site, models.CASCADE, related_name="belongings")
    kind = models.CharField(max_length=5, choices=Kind)
    upstream_id = models.CharField(max_length=100)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="belongings")
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField()

    objects = BelongingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gt=F("since")),
                name="belonging_is_not_empty",
            ),
            models.CheckConstraint(condition=~Q(upstream_id=""), name="belonging_has_an_id"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.upstream_id} from {self.since or 'ever'}"
