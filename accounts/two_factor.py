"""Seeds of authenticator apps and recovery codes are encrypted, as upstream secrets are."""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import MultiFernet
from django.utils.translation import gettext_lazy as _

from accounts.ciphers import cipher

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
    return cipher(PURPOSE)
