"""What a site of the family really does, found by asking: about a dozen small requests.

All of it is about a past that stands still. A probe that the rows at hand cannot decide says
`unknown`, and one that the site does not answer says `refused`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec
from msgspec import Raw, Struct

from providers.adapters.errors import UnexpectedAnswer
from providers.adapters.http import Door
from providers.adapters.json_text import UNREADABLE, as_received
from providers.adapters.new_api_answers import data_of
from providers.adapters.new_api_calls import HOURLY, LOG, STATISTIC, ask
from providers.adapters.new_api_facts import hourly_slices, read_hours, read_statistic
from providers.adapters.new_api_pages import DIALECTS, TOKEN_SCOPES, bounds
from providers.adapters.new_api_rows import read_rows
from providers.adapters.records import Account, Credentials, LogRecord, Span, Trait

UNKNOWN, REFUSED, IGNORED = "unknown", "refused", "ignored"
SUMMED_TYPE, RARE_TYPE = 2, 4  # consumption; a message of the system
MODULUS = 1024  # of ids, where an owner sees only a remainder
SHORTEST_MODEL = 4  # a shorter pattern is refused for its shortness
WILDCARDS = set("%_")
DAY = 24 * 3600

_members = msgspec.json.Decoder(dict[str, Raw])


class _Id(Struct):
    id: int = 0


_id = msgspec.json.Decoder(_Id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """A page as it came: whether the filter was honoured is the question."""

    rows: Sequence[LogRecord]
    page_size: int
    total: int | None

    @property
    def newest(self) -> int:
        """Not always that of the first row: a late one stands before those that came earlier."""
        return max(row.second for row in self.rows)

    def ids(self) -> Mapping[bytes, int]:
        """Of rows that no other row of the page equals."""
        times = Counter(row.digest for row in self.rows)
        return {row.digest: _id.decode(row.raw).id for row in self.rows if times[row.digest] == 1}

    def models(self) -> set[str | None]:
        return {row.model for row in self.rows}


class Probes:
    """`until`: the second after the last settled one. Errors are those of any other request."""

    def __init__(
        self, door: Door, credentials: Credentials, account: Account, *, scope: str, dialect: str
    ) -> None:
        self._door = door
        self._credentials = credentials
        self._account = account
        self._scope = scope
        self._dialect = DIALECTS[dialect]

    def traits(self, until: int) -> Iterator[Trait]:
        past = Span.before(until)
        sample = self._page(past)
        yield from self._about_page(sample)
        yield from self._about_fields(sample)
        if sample.rows:
            yield from self._about_rows(sample, past)
        yield Trait(code="hourly", value=_said(partial(self._hourly, until)))

    def _about_page(self, sample: Sample) -> Iterator[Trait]:
        yield Trait(code="page_size", value=str(sample.page_size))
        yield Trait(code="total", value="none" if sample.total is None else "announced")

    def _about_fields(self, sample: Sample) -> Iterator[Trait]:
        rows = {name for row in sample.rows for name in _members.decode(row.raw)}
        yield Trait(code="row_fields", value=" ".join(sorted(rows)))
        others = {name for row in sample.rows for name in _names(row.other)}
        yield Trait(code="other_keys", value=" ".join(sorted(others)))

    def _about_rows(self, sample: Sample, past: Span) -> Iterator[Trait]:
        questions: Mapping[str, Callable[[Sample], str]] = {
            "first_page": self._first_page,
            "ids": self._ids,
            "time_edges": self._time_edges,
            "type_filter": self._type_filter,
            "model_percent": partial(self._wildcard, character="%"),
            "model_underscore": partial(self._wildcard, character="_"),
            "model_case": self._case,
            "statistic": partial(self._statistic, past=past),
        }
        for code, question in questions.items():
            yield Trait(code=code, value=_said(partial(question, sample)))

    def _page(self, span: Span, **more: int | str) -> Sample:
        size = self._dialect.largest_page
        parameters = {**self._dialect.parameters(1, size), **bounds(span), **more}
        answer = ask(self._door, self._credentials, LOG[self._scope], parameters)
        try:
            batch = self._dialect.batch(data_of(answer, needs=TOKEN_SCOPES[self._scope]))
        except UNREADABLE:
            raise UnexpectedAnswer("another form of a log", code="bad_envelope") from None
        rows, _ = read_rows(as_received(answer.body, batch.rows), real_ids=True)
        return Sample(rows=rows, page_size=batch.page_size, total=batch.total)

    def _first_page(self, sample: Sample) -> str:
        """From 0 where the pages 0 and 1 differ."""
        (name, first), *_ = self._dialect.parameters(1, self._dialect.largest_page).items()
        span = Span.before(sample.newest + 1)
        same, other = self._page(span), self._page(span, **{name: 1 - first})
        return "1" if _digests(same) == _digests(other) else "0"

    def _ids(self, sample: Sample) -> str:
        """Whether the same row has the same id in another window."""
        ids = sample.ids()
        if not any(ids.values()):
            return "zero"
        older = self._page(Span.before(sample.newest)).ids()
        common = ids.keys() & older.keys()
        if not common:
            return UNKNOWN
        if any(ids[row] != older[row] for row in common):
            return "rank"
        return "real" if max(ids.values()) >= MODULUS else "small"

    def _time_edges(self, sample: Sample) -> str:
        second = sample.newest
        alone = self._page(Span(since=second, until=second + 1)).rows
        if any(row.second != second for row in alone):
            return IGNORED
        return "inclusive" if alone else "exclusive"

    def _type_filter(self, sample: Sample) -> str:
        types = {row.type for row in sample.rows}
        wanted = min(types) if len(types) > 1 else RARE_TYPE
        span = Span.before(sample.newest + 1)
        found = self._page(span, **{self._dialect.type_filter: wanted}).rows
        return "honoured" if all(row.type == wanted for row in found) else IGNORED

    def _wildcard(self, sample: Sample, character: str) -> str:
        model = _long_name(sample)
        if model is None:
            return UNKNOWN
        found = self._of_model(sample, model[:-1] + character)
        if any(not (name or "").lower().startswith(model[:-1].lower()) for name in found):
            return IGNORED
        return "wildcard" if found else "literal"

    def _case(self, sample: Sample) -> str:
        model = _long_name(sample)
        if model is None:
            return UNKNOWN
        found = self._of_model(sample, model.swapcase())
        if any((name or "").lower() != model.lower() for name in found):
            return IGNORED
        return "any" if model in found else "exact"

    def _of_model(self, sample: Sample, text: str) -> set[str | None]:
        return self._page(Span.before(sample.newest + 1), model_name=text).models()

    def _statistic(self, sample: Sample, past: Span) -> str:
        """Against the rows of the page, whose oldest second may go on on the next one."""
        is_cut = len(sample.rows) >= sample.page_size
        span = Span(since=sample.rows[-1].second + 1, until=past.until) if is_cut else past
        ours = sum(row.units for row in sample.rows if row.second in span and self._counts(row))
        answer = ask(self._door, self._credentials, STATISTIC[self._scope], bounds(span))
        theirs = read_statistic(answer, needs=TOKEN_SCOPES[self._scope])
        if ours == theirs:
            return "equal" if ours else UNKNOWN
        return "differs" if theirs else "zero"

    def _counts(self, row: LogRecord) -> bool:
        is_own = self._scope == "all" or row.user == self._account.name
        return is_own and row.type == SUMMED_TYPE

    def _hourly(self, until: int) -> str:
        (parameters,) = hourly_slices(Span(since=until - DAY, until=until))
        answer = ask(self._door, self._credentials, HOURLY[self._scope], parameters)
        read_hours(answer, parameters, scope=self._scope)
        return "answers"


def _said(question: Callable[[], str]) -> str:
    try:
        return question()
    except UnexpectedAnswer:
        return REFUSED


def _digests(sample: Sample) -> list[bytes]:
    return [row.digest for row in sample.rows]


def _names(other: str | None) -> Sequence[str]:
    try:
        return list(_members.decode(other or "{}"))
    except UNREADABLE:
        return []


def _long_name(sample: Sample) -> str | None:
    """A model whose name is worth a pattern."""
    names = (row.model or "" for row in sample.rows)
    return next((name for name in names if _is_plain(name)), None)


def _is_plain(name: str) -> bool:
    is_long = len(name) >= SHORTEST_MODEL and name[-1].isalnum()
    return is_long and name.swapcase() != name and not set(name) & WILDCARDS
