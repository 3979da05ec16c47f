"""Seal and open the secrets of connections: AES-256-GCM, bound to the row.

A sealed value is `v1:<key id>:<base64 of nonce and ciphertext>`. The first key
seals, all open; the keys are outside the database.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from providers.adapters.records import Secret
from providers.models import Connection, Opening

VERSION = "v1"
NONCE_BYTES = 12
KEY_BYTES = 32


class SecretUnreadable(Exception):
    """No key of this installation opens the secret, or it was moved from another row."""


def seal(secret: Secret, connection: Connection) -> str:
    return _sealed(secret.reveal().encode(), _owner(connection))


def open_secret(connection: Connection) -> Secret:
    return Secret(_opened(connection.sealed, _owner(connection)).decode())


def seal_answer(answer: bytes, opening: Opening) -> str:
    """A key may stand in it."""
    return _sealed(answer, _owner(opening))


def open_answer(opening: Opening) -> bytes:
    return _opened(opening.sealed, _owner(opening))


def _sealed(text: bytes, owner: bytes) -> str:
    key = _keys()[0]
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text, owner)
    return f"{VERSION}:{_key_id(key)}:{base64.b64encode(nonce + sealed).decode()}"


def _opened(sealed_text: str, owner: bytes) -> bytes:
    key, sealed = _parts(sealed_text)
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], owner)
    except InvalidTag:
        raise SecretUnreadable("the secret does not belong to this row") from None


def check(holder: Connection | Opening) -> None:
    """`SecretUnreadable` if no key opens what it holds."""
    _opened(holder.sealed, _owner(holder))


def is_sealed_with_first_key(holder: Connection | Opening) -> bool:
    return holder.sealed.split(":")[1:2] == [_key_id(_keys()[0])]


def reseal(holder: Connection | Opening) -> None:
    owner = _owner(holder)
    holder.sealed = _sealed(_opened(holder.sealed, owner), owner)
    holder.save(update_fields=["sealed"])


def _owner(holder: Connection | Opening) -> bytes:
    kind = "connection" if isinstance(holder, Connection) else "opening"
    return f"{kind}:{holder.pk}:secret".encode()


def _keys() -> Sequence[bytes]:
    return [base64.urlsafe_b64decode(key) for key in settings.TOLLBOOK_CREDENTIAL_KEYS]


def _key_id(key: bytes) -> str:
    return hashlib.blake2b(key, digest_size=4).hexdigest()


def _parts(sealed: str) -> tuple[bytes, bytes]:
    version, _, rest = sealed.partition(":")
    key_id, _, text = rest.partition(":")
    key = {_key_id(key): key for key in _keys()}.get(key_id)
    if version != VERSION or key is None:
        raise SecretUnreadable("no key of this installation opens the secret")
    try:
        return key, base64.b64decode(text, validate=True)
    except binascii.Error:
        raise SecretUnreadable("the stored secret is damaged") from None
