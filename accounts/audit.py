"""The audit log: add an event; prove that none was changed, taken away or put in.

The codes are made with a random key, which is kept in the head encrypted with a key outside the
database. Rotating the keys outside encrypts it anew and changes no code.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.utils import timezone

from accounts.ciphers import cipher
from accounts.models.audit import LONGEST_SUBJECT, Action, AuditEvent, AuditHead
from accounts.models.people import User

__all__ = ["Action", "Broken", "Proof", "prove", "record", "recording", "rotate"]

PURPOSE = b"tollbook audit log"
KEY_BYTES = 32
AT_ONCE = 2000  # events


class Broken(Exception):
    """The log is not what was written. `number`: of the first event that is not; None: the head."""

    def __init__(self, reason: str, number: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.number = reason, number


@dataclass(frozen=True, slots=True)
class Proof:
    """All events up to `number` are as they were written. Who keeps number and code elsewhere can
    tell an older log from this one."""

    number: int
    code: str


def record(actor: User | None, action: Action, subject: str = "", **details: object) -> AuditEvent:
    """Add an event, in the transaction of what it tells. `actor` None: a command on the server.
    Never a secret, nor anything out of a row."""
    event = AuditEvent(
        actor=actor,
        actor_email=actor.email if actor else "",
        action=action,
        subject=subject[:LONGEST_SUBJECT],
        details=_canonical(details) if details else "",
    )
    with transaction.atomic():
        head = _locked_head()
        try:
            key = _key_of(head)
        except Broken:
            key = _begin_anew(head)
        _append(event, head, key)
    return event


@contextmanager
def recording(
    actor: User | None, action: Action, subject: str = "", **details: object
) -> Iterator[None]:
    """What is done inside and its event: both, or neither."""
    with transaction.atomic():
        yield
        record(actor, action, subject, **details)


def prove(kept: Proof | None = None) -> Proof:
    """Follow the chain from the first event to the head. `Broken` tells where it is not whole, or
    where it is not the one that `kept` was written down of."""
    head = AuditHead.objects.first()
    if head is None:
        if AuditEvent.objects.exists() or kept is not None:
            raise Broken("head_missing")
        return Proof(0, "")
    key = _key_of(head)
    number, code = 0, ""
    for event in AuditEvent.objects.order_by("number").iterator(chunk_size=AT_ONCE):
        if event.number > head.number:
            break  # added meanwhile
        if event.number != number + 1:
            raise Broken("missing", number + 1)
        if not hmac.compare_digest(event.code, _code(key, event, code)):
            raise Broken("changed", event.number)
        number, code = event.number, event.code
        if kept is not None and kept.number == number and kept.code != code:
            raise Broken("another", number)
    if not hmac.compare_digest(head.seal, _seal(key, head)):
        raise Broken("head_changed")
    if (number, code) != (head.number, head.code):
        raise Broken("missing", number + 1)
    if kept is not None and kept.number > number:
        raise Broken("shorter", number + 1)
    return Proof(number, code)


def rotate() -> None:
    """Encrypt the key of the codes with the first key outside the database again."""
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().first()
        if head is not None:
            head.key = cipher(PURPOSE).rotate(head.key.encode()).decode()
            head.save(update_fields=["key"])


def _locked_head() -> AuditHead:
    """One adds at a time."""
    head = AuditHead.objects.select_for_update().first()
    if head is None:
        key = cipher(PURPOSE).encrypt(secrets.token_bytes(KEY_BYTES)).decode()
        AuditHead.objects.get_or_create(pk=1, defaults={"key": key})
        head = AuditHead.objects.select_for_update().get()
    return head


def _append(event: AuditEvent, head: AuditHead, key: bytes) -> None:
    event.number, event.time = head.number + 1, timezone.now()
    event.code = _code(key, event, head.code)
    event.save()
    head.number, head.code = event.number, event.code
    head.seal = _seal(key, head)
    head.save(update_fields=["number", "code", "seal", "key"])


def _begin_anew(head: AuditHead) -> bytes:
    """Where the keys outside were lost, work goes on; what was before cannot be proven any more."""
    key = secrets.token_bytes(KEY_BYTES)
    head.key = cipher(PURPOSE).encrypt(key).decode()
    _append(AuditEvent(action=Action.KEY_LOST), head, key)
    return key


def _key_of(head: AuditHead) -> bytes:
    try:
        return cipher(PURPOSE).decrypt(head.key.encode())
    except InvalidToken:
        raise Broken("no_key") from None


def _code(key: bytes, event: AuditEvent, before: str) -> str:
    told = [
        *(event.number, event.time.astimezone(UTC).isoformat(), event.actor_id),
        *(event.actor_email, event.action, event.subject, event.details, before),
    ]
    return hmac.new(key, _canonical(told).encode(), hashlib.sha256).hexdigest()


def _seal(key: bytes, head: AuditHead) -> str:
    return hmac.new(key, f"head {head.number} {head.code}".encode(), hashlib.sha256).hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
