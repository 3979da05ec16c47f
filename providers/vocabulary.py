"""What a site's log-type numbers mean: what is spend, what a refund, what its statistic sums.

Nothing else in the product may assume that type 2 means spend. Sources: the New API family's own
numbers, and the numbers that hitopen's documentation lists, which contradict them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from providers.adapters.records import LogRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    """`names` maps a type to its word in our terms; `summed` are the types that `/stat` adds up."""

    code: str
    names: Mapping[int, str]
    spend: frozenset[int]
    refunds: frozenset[int]
    summed: frozenset[int]

    def name(self, log_type: int) -> str:
        return self.names.get(log_type, "unknown")


NEW_API = Vocabulary(
    code="new-api",
    names={
        1: "top_up",
        2: "consume",
        3: "manage",
        4: "system",
        5: "error",
        6: "refund",
        7: "login",
    },
    spend=frozenset({2}),
    refunds=frozenset({6}),
    summed=frozenset({2}),
)
ONE_API = Vocabulary(
    code="one-api",
    names={1: "top_up", 2: "consume", 3: "manage", 4: "system", 5: "test"},
    spend=frozenset({2}),
    refunds=frozenset(),
    summed=frozenset({2}),
)
HITOPEN_DOCS = Vocabulary(
    code="hitopen-docs",
    names={1: "consume", 2: "consume", 3: "consume"},
    spend=frozenset({1, 2, 3}),
    refunds=frozenset(),
    summed=frozenset({1, 2, 3}),
)
VOCABULARIES = {vocabulary.code: vocabulary for vocabulary in (NEW_API, ONE_API, HITOPEN_DOCS)}


def usual_of(dialect: str) -> str:
    """The code of the vocabulary of sites whose pages have that form: One API's bare lists came
    before errors had a type, and its own 5 is a channel's test."""
    return VOCABULARIES.get(dialect, NEW_API).code


def is_documented_by_hitopen(records: Iterable[LogRecord]) -> bool:
    """A row of type 1 that names a model and counts tokens is a request, not a top-up."""
    return any(
        record.type == 1 and record.model and record.prompt + record.completion > 0
        for record in records
    )
