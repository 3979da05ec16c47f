"""Seeds of authenticator apps and recovery codes are encrypted, as upstream secrets are."""

import base64

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext_lazy as _

PURPOSE = b"tollbook two-factor seeds"
SEEDS = ("secret", "seed")  # of an authenticator app, of recovery codes


class TwoFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right. It may be too old: use the newest one."),
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def rotate() -> int:
    """Encrypt every seed with the first key again; the number of authenticators is the answer."""
    authenticators = list(Authenticator.objects.all())
    for authenticator in authenticators:
        for name in set(SEEDS) & authenticator.data.keys():
            encrypted = authenticator.data[name].encode()
            authenticator.data[name] = _cipher().rotate(encrypted).decode()
        authenticator.save(update_fields=["data"])
    return len(authenticators)


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in settings.TOLLBOOK_CREDENTIAL_KEYS])


def _derived(key: str) -> bytes:
    """A key of its own for this purpose, so that no key serves two ciphers."""
    derived = HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(base64.urlsafe_b64decode(key))
    return base64.urlsafe_b64encode(derived)
