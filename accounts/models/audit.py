"""Who looked at what and changed what: events that are only ever added.

Each carries a code over itself and the code of the one before it (`accounts/audit.py`), so that no
event can be changed, taken away or put in by somebody who has the database but not the keys.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

CODE_LENGTH = 64  # hex digits of an HMAC-SHA256
LONGEST_SUBJECT = 500


class AppendOnly(Exception):
    """An event of the audit log is neither changed nor deleted."""


class Action(models.TextChoices):
    LOGS_SEEN = "logs_seen", _("Looked at logs of others")
    LOGS_FOLLOWED = "logs_followed", _("Followed logs of others for an hour")
    ROW_SEEN = "row_seen", _("Opened a row of others")
    LOGS_EXPORTED = "logs_exported", _("Exported logs of others")
    RAW_SEEN = "raw_seen", _("Read a quarantined row of others")
    CONNECTION_ADDED = "connection_added", _("Added a connection")
    SECRET_REPLACED = "secret_replaced", _("Replaced a secret")
    CONNECTION_PAUSED = "connection_paused", _("Paused a connection")
    CONNECTION_RESUMED = "connection_resumed", _("Resumed a connection")
    CONNECTION_REMOVED = "connection_removed", _("Removed a connection")
    ROWS_DELETED = "rows_deleted", _("Deleted the rows of a feed")
    TYPES_CHOSEN = "types_chosen", _("Chose the meaning of log types")
    WORTH_TOLD = "worth_told", _("Entered what was paid for units")
    WORTH_REMOVED = "worth_removed", _("Removed what was paid for units")
    ACCOUNT_OPENED = "account_opened", _("Opened an account at a site")
    ANSWER_SEEN = "answer_seen", _("Read the answer to an opening")
    KEY_SHOWN = "key_shown", _("Was shown the key of an opened account")
    SECRETS_ROTATED = "secrets_rotated", _("Sealed the secrets anew")
    KEY_LOST = "key_lost", _("The key of this log was lost; a new one began")
    SET_UP = "set_up", _("Set the installation up")
    ROLE_CHANGED = "role_changed", _("Changed a role")
    PERSON_DEACTIVATED = "person_deactivated", _("Deactivated a person")
    PERSON_REACTIVATED = "person_reactivated", _("Let a person in again")
    SECRETS_DESTROYED = "secrets_destroyed", _("Destroyed the secrets of a person who left")
    CONNECTION_HANDED_OVER = "connection_handed_over", _("Handed a connection over")
    PERSON_INVITED = "person_invited", _("Invited a person")
    INVITATION_WITHDRAWN = "invitation_withdrawn", _("Withdrew an invitation")
    PERSON_JOINED = "person_joined", _("Accepted an invitation")
    BELONGING_CONFIRMED = "belonging_confirmed", _("Confirmed who is who")
    BELONGING_ENDED = "belonging_ended", _("Ended who is who")
    SITES_MERGED = "sites_merged", _("Merged two addresses of a site")
    SITES_PARTED = "sites_parted", _("Parted two addresses of a site")


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def update(self, **columns: Any) -> int:
        raise AppendOnly

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly


class AuditEvent(models.Model):
    number = models.PositiveBigIntegerField(primary_key=True)  # 1, 2, 3 ... without a gap
    time = models.DateTimeField()
    actor = models.ForeignKey(  # None: a command on the server
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    actor_email = models.EmailField(blank=True)  # as it was then
    action = models.CharField(max_length=40)  # an Action, perhaps of a newer version
    subject = models.CharField(max_length=LONGEST_SUBJECT, blank=True)  # whom or what, in words
    details = models.TextField(blank=True)  # a JSON object, or empty
    code = models.CharField(max_length=CODE_LENGTH)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["time"], name="audit_by_time"),
            models.Index(fields=["actor", "number"], name="audit_by_actor"),
            models.Index(fields=["action", "number"], name="audit_by_action"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.action} {self.subject}"

    def save(self, **options: Any) -> None:
        if not self._state.adding:
            raise AppendOnly
        super().save(force_insert=True, using=options.get("using"))

    def delete(self, using: Any = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        raise AppendOnly

    @property
    def what(self) -> str:
        known = dict(Action.choices).get(self.action)
        return self.action if known is None else str(known)


class AuditHead(models.Model):
    """The end of the chain: whoever adds an event locks this one row."""

    number = models.PositiveBigIntegerField(default=0)  # of the newest event
    code = models.CharField(max_length=CODE_LENGTH, blank=True)  # the newest event's
    seal = models.CharField(max_length=CODE_LENGTH, blank=True)  # over both
    key = models.TextField()  # of the codes, encrypted with a key outside the database

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="audit_head_is_one_row", condition=models.Q(pk=1)),
        ]

    def __str__(self) -> str:
        return f"{self.number}:{self.code}"
