"""What is asked of the profile of any product."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Profile(ABC):
    name: str
    row_fields: tuple[str, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)  # member of a row: its column
    unseen: frozenset[str] = frozenset()  # columns that no answer shows
    first_id: int = 1

    api: str = "/api/"  # below it requests count
    rate_limit: tuple[int, int] = (180, 180)  # calls, seconds
    has_retry_after: bool = False
    cleans_only_consumption: bool = False

    @cached_property
    def columns(self) -> frozenset[str]:
        """What a row of such a site has; the columns of others come into being with an upgrade."""
        return self.unseen.union(self.renamed.get(name, name) for name in self.row_fields)

    def member(self, column: str) -> str:
        """What an answer calls a column."""
        return next((name for name, column_ in self.renamed.items() if column_ == column), column)

    @abstractmethod
    def failure(self, message: str, code: str | None) -> Mapping[str, Any]:
        """The body of an answer that tells of an error."""
