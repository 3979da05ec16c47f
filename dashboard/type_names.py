"""The words for log types on the page, and for what a site means by its numbers."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.commas import listed
from providers.vocabulary import VOCABULARIES

TYPE_NAMES = {
    "consume": gettext_lazy("consume"),
    "top_up": gettext_lazy("top-up"),
    "refund": gettext_lazy("refund"),
    "error": gettext_lazy("error"),
    "manage": gettext_lazy("manage"),
    "system": gettext_lazy("system"),
    "login": gettext_lazy("login"),
    "test": gettext_lazy("test"),
}
VOCABULARY_NAMES: dict[str, str | Promise] = {
    "new-api": "New API",
    "one-api": "One API",
    "hitopen-docs": gettext_lazy("hitopen, as documented"),
}


def type_name(word: str, number: int | None = None) -> str:
    """`number` tells which one an unknown type is."""
    if word in TYPE_NAMES:
        return str(TYPE_NAMES[word])
    return _("unknown") if number is None else _("unknown type %d") % number


def vocabulary_name(code: str) -> str:
    """With the numbers that are charged for."""
    numbers = listed(VOCABULARIES[code].spend)
    words = {"name": VOCABULARY_NAMES[code], "numbers": numbers, "consume": type_name("consume")}
    return _("%(name)s (%(numbers)s = %(consume)s)") % words


def vocabulary_meaning(code: str) -> str:
    """1 top-up, 2 consume, 3 manage"""
    names = VOCABULARIES[code].names
    return listed(f"{number} {type_name(names[number])}" for number in sorted(names))
