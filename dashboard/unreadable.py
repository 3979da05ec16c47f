"""Why a row could not be read, in a person's words: the parser's own are for programmers."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

KINDS: dict[str, Promise] = {
    "int": gettext_lazy("a whole number"),
    "float": gettext_lazy("a number with a fraction"),
    "str": gettext_lazy("text"),
    "bool": gettext_lazy("yes or no"),
    "null": gettext_lazy("nothing"),
    "object": gettext_lazy("a group of values"),
    "array": gettext_lazy("a list"),
}

_WRONG_KIND = re.compile(r"Expected `([^`]+)`, got `(\w+)`(?: - at `\$\.?([^`]*)`)?")
_OUT_OF_RANGE = re.compile(
    r"(?:Expected `int` [<>]=|(?:Integer|Number).*out of range).*?(?:`\$\.([^`]*)`)?$"
)
_MISSING = re.compile(r"missing required field `([^`]+)`")
_NO_TEXT = re.compile(r"utf-?8|unicode|surrogate|escape", re.IGNORECASE)
_NO_JSON = re.compile(r"JSON|truncated|malformed|trailing", re.IGNORECASE)
_TOO_DEEP = re.compile(r"recursion|nested", re.IGNORECASE)


def why(reason: str) -> str:
    """`reason` is what the parser said."""
    if match := _WRONG_KIND.search(reason):
        wanted, got, column = match.groups()
        return _wrong_kind(wanted.split(" | ")[0], got, column or "")
    if match := _MISSING.search(reason):
        return _("“%(column)s” is missing.") % {"column": match[1]}
    if match := _OUT_OF_RANGE.search(reason):
        return _("“%(column)s” is larger or smaller than any number that can be kept.") % {
            "column": match[1] or "?"
        }
    return _of_the_whole(reason)


def _wrong_kind(wanted: str, got: str, column: str) -> str:
    kinds = {"wanted": KINDS.get(wanted, wanted), "got": KINDS.get(got, got)}
    if not column:
        return _("It is %(got)s, where %(wanted)s was expected.") % kinds
    words = {"column": column, **kinds}
    return _("“%(column)s” is %(got)s, where %(wanted)s was expected.") % words


def _of_the_whole(reason: str) -> str:
    if _TOO_DEEP.search(reason):
        return _("It is nested too deeply.")
    if _NO_TEXT.search(reason):
        return _("It holds characters that are not valid text.")
    if _NO_JSON.search(reason):
        return _("It is not valid JSON.")
    return _("It has another form than expected.")
