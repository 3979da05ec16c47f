"""The words for log types on the page."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


def type_name(word: str, number: int | None = None) -> str:
    """`number` tells which one an unknown type is."""
    if word in TYPE_NAMES:
        return str(TYPE_NAMES[word])
    return _("unknown") if number is None else _("unknown type %d") % number
