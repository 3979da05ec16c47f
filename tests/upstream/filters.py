"""Reading a query string as the gateways do: what they cannot read is no filter, never an error."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from .dialect import Matching
from .rows import Test

WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+")
LARGEST = 2**63 - 1
MOST_PERCENTS = 2
LEAST_CHARACTERS = 2

TWO_PERCENTS = "搜索模式中不允许包含连续的 % 通配符"
MANY_PERCENTS = f"搜索模式中最多允许包含 {MOST_PERCENTS} 个 % 通配符"
TOO_SHORT = f"使用模糊搜索时，关键词长度至少为 {LEAST_CHARACTERS} 个字符"


class Refused(Exception):
    """An error in the words of the site; it goes out with status 200."""


class Query:
    def __init__(self, parameters: Mapping[str, str]) -> None:
        self.parameters = parameters

    def text(self, name: str) -> str:
        return self.parameters.get(name, "")

    def integer(self, name: str) -> int:
        """0 for `1780000000.0`, for `abc` and for nothing; beyond 64 bit the last that fits."""
        text = self.text(name)
        if not WHOLE_NUMBER.fullmatch(text):
            return 0
        return max(-LARGEST - 1, min(LARGEST, int(text)))


class StrictQuery(Query):
    """Refuses what it cannot read."""

    def integer(self, name: str) -> int:
        text = self.text(name)
        if text and not WHOLE_NUMBER.fullmatch(text):
            raise Refused(f'strconv.ParseInt: parsing "{text}": invalid syntax')
        return super().integer(name)


def equals(column: str, wanted: object) -> Test:
    return lambda row: getattr(row, column) == wanted


def matches(column: str, text: str, matching: Matching) -> Test:
    """Raises `Refused` where the site does not like the pattern."""
    fits = _comparison(text, matching)
    return lambda row: fits(getattr(row, column))


def _comparison(text: str, matching: Matching) -> Callable[[str], object]:
    match matching:
        case Matching.LIKE:
            return lru_cache(None)(_like(text).fullmatch)
        case Matching.CAREFUL_LIKE:
            return lru_cache(None)(_careful_like(text).fullmatch)
        case Matching.EXACT_UNLESS_PERCENT if "%" in text:
            return lru_cache(None)(_careful_like(text).fullmatch)
        case _:
            return text.__eq__


def _careful_like(text: str) -> re.Pattern[str]:
    if "%%" in text:
        raise Refused(TWO_PERCENTS)
    if text.count("%") > MOST_PERCENTS:
        raise Refused(MANY_PERCENTS)
    if "%" in text and len(text.replace("%", "")) < LEAST_CHARACTERS:
        raise Refused(TOO_SHORT)
    return _like(text, {"%": ".*"})


def _like(text: str, wildcards: Mapping[str, str] | None = None) -> re.Pattern[str]:
    """As SQLite and MySQL do it: letters in either case, but only the English ones."""
    wildcards = {"%": ".*", "_": "."} if wildcards is None else wildcards
    pattern = "".join(wildcards.get(character) or re.escape(character) for character in text)
    return re.compile(pattern, re.IGNORECASE | re.ASCII | re.DOTALL)
