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
from providers.models import Connection

VERSION = "v1"
NONCE_BYTES = 12
KEY_BYTES = 32


class SecretUnreadable(Exception):
    """No key of this installation opens the secret, or it was moved from another row."""


def seal(secret: Secret, connection: Connection) -> str:
    key = _keys()[0]
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, secret.reveal().encode(), _owner(connection))
    return f"{VERSION}:{_key_id(key)}:{base64.b64encode(nonce + sealed).decode()}"


def open_secret(connection: Connection) -> Secret:
    key, sealed = _parts(connection.sealed)
    try:
        text = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _owner(connection))
    except InvalidTag:
        raise SecretUnreadable("the secret does not belong to this row") from None
    return Secret(text.decode())


def is_sealed_with_first_key(connection: Connection) -> bool:
    return connection.sealed.split(":")[1:2] == [_key_id(_keys()[0])]


def reseal(connection: Connection) -> None:
    connection.sealed = seal(open_secret(connection), connection)
    connection.save(update_fields=["sealed"])


def _owner(connection: Connection) -> bytes:
    return f"connection:{connection.pk}:secret".encode()


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
