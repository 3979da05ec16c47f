"""What keeps a command from asking a site, in one sentence and without a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from providers import messages
from providers.adapters.errors import ProviderError
from providers.secrets import SecretUnreadable


@contextmanager
def told() -> Iterator[None]:
    """Turns `ProviderError`s and `SecretUnreadable` into `CommandError`s."""
    try:
        yield
    except ProviderError as error:
        raise CommandError(messages.problem(error.code, error.detail)) from None
    except SecretUnreadable:
        raise CommandError(messages.problem("secret_unreadable")) from None
