"""Several values of one parameter: `a` is wanted, `!b` is not."""

from collections.abc import Callable, Iterable
from typing import Self

from django.db.models import Q

NOT = "!"
EXACTLY = "="
MOST = 50


class Values(tuple[str, ...]):
    """As in the query string, in its order. Where none is wanted, all are but the unwanted."""

    __slots__ = ()

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        given = (text.strip() for text in texts)
        return cls(list(dict.fromkeys(text for text in given if text.strip(NOT)))[:MOST])

    @property
    def wanted(self) -> list[str]:
        return [value for value in self if not value.startswith(NOT)]

    @property
    def unwanted(self) -> list[str]:
        return [value.removeprefix(NOT) for value in self if value.startswith(NOT)]

    @property
    def only(self) -> str:
        """What a field for one value shows."""
        return self[0] if len(self) == 1 and self.wanted else ""

    @property
    def others(self) -> Self:
        """What such a field has to carry along."""
        return type(self)() if self.only else self

    def admits(self, text: object) -> bool:
        value = str(text)
        return value not in self.unwanted and (not self.wanted or value in self.wanted)

    def without(self, value: str) -> Self:
        return type(self)(one for one in self if one != value)

    def condition(self, of: Callable[[str], Q]) -> Q:
        """Any of the wanted, none of the unwanted. `of`: what one value means."""
        found = Q()
        for value in self.wanted:
            found |= of(value)
        for value in self.unwanted:
            found &= ~of(value)
        return found


NONE = Values()
