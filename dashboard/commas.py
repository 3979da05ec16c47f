"""The comma between the parts of a list, which Chinese writes in its own way."""

from collections.abc import Iterable

from django.utils.translation import pgettext


def listed(parts: Iterable[object]) -> str:
    return pgettext("between the parts of a list", ", ").join(str(part) for part in parts)
