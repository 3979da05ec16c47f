"""Ciphers of this app: a key of its own for each purpose, from the keys outside the database."""

import base64

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def cipher(purpose: bytes) -> MultiFernet:
    """The first key encrypts, all of them decrypt."""
    keys = settings.TOLLBOOK_CREDENTIAL_KEYS
    return MultiFernet([Fernet(_derived(key, purpose)) for key in keys])


def _derived(key: str, purpose: bytes) -> bytes:
    """No key serves two ciphers."""
    derived = HKDF(SHA256(), 32, salt=None, info=purpose).derive(base64.urlsafe_b64decode(key))
    return base64.urlsafe_b64encode(derived)
