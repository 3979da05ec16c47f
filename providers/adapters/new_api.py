"""New API and its relatives, among them One API: see `docs/providers/new_api.md`."""

from collections.abc import Iterator, Sequence

from providers.adapters import new_api_facts as facts
from providers.adapters.http import Door
from providers.adapters.new_api_accounts import account_of
from providers.adapters.new_api_answers import is_missing
from providers.adapters.new_api_calls import (
    HOURLY,
    HOURLY_BY_USER,
    LOG,
    ONE_ROW,
    STATISTIC,
    STATUS,
    ask,
    ask_openly,
)
from providers.adapters.new_api_findings import Examination
from providers.adapters.new_api_pages import (
    DIALECTS,
    TOKEN_SCOPES,
    bounds,
    dialect_of,
    read_page,
)
from providers.adapters.new_api_probes import Probes
from providers.adapters.new_api_rows import read_row
from providers.adapters.new_api_urls import base_url
from providers.adapters.records import (
    Account,
    Credentials,
    HourlyPoint,
    LogRecord,
    Page,
    SiteFacts,
    Span,
    TestReport,
    Trait,
    UserPoint,
)


class NewApi:
    kind = "new_api"
    title = "New API"
    scopes: Sequence[str] = ("own", "all")
    default_url = ""
    requests_per_minute = 40
    has_user_id = True

    def normalise_url(self, text: str) -> str:
        return base_url(text)

    def test(self, door: Door, credentials: Credentials, scope: str) -> TestReport:
        return Examination(door, credentials, scope).report()

    def facts(self, door: Door, credentials: Credentials) -> SiteFacts:
        return facts.read_facts(ask_openly(door, credentials, STATUS))

    def dialect(self, door: Door, credentials: Credentials, *, scope: str) -> str:
        return dialect_of(ask(door, credentials, LOG[scope], ONE_ROW), scope=scope)

    def account(self, door: Door, credentials: Credentials) -> Account:
        return account_of(door, credentials)

    def software(self, dialect: str) -> str:
        return DIALECTS[dialect].title if dialect in DIALECTS else self.title

    def page_size(self, dialect: str) -> int:
        return DIALECTS[dialect].largest_page

    def page(
        self,
        door: Door,
        credentials: Credentials,
        *,
        scope: str,
        dialect: str,
        span: Span,
        number: int,
        size: int,
    ) -> Page:
        parameters = {**DIALECTS[dialect].parameters(number, size), **bounds(span)}
        answer = ask(door, credentials, LOG[scope], parameters)
        return read_page(answer, scope=scope, dialect=dialect, span=span, number=number)

    def statistic(
        self, door: Door, credentials: Credentials, *, scope: str, dialect: str, span: Span
    ) -> int | None:
        answer = ask(door, credentials, STATISTIC[scope], bounds(span))
        if is_missing(answer):
            return None
        return facts.read_statistic(answer, needs=TOKEN_SCOPES[scope])

    def hourly(
        self, door: Door, credentials: Credentials, *, scope: str, span: Span
    ) -> Sequence[HourlyPoint] | None:
        hours: list[facts.Hour] = []
        for parameters in facts.hourly_slices(span):
            answer = ask(door, credentials, HOURLY[scope], parameters)
            if is_missing(answer):
                return None
            hours.extend(facts.read_hours(answer, parameters, scope=scope))
        return facts.hourly_points(hours)

    def hourly_by_user(
        self, door: Door, credentials: Credentials, *, span: Span
    ) -> Sequence[UserPoint] | None:
        hours: list[facts.Hour] = []
        for parameters in facts.hourly_slices(span):
            answer = ask(door, credentials, HOURLY_BY_USER, parameters)
            if is_missing(answer):
                return None
            hours.extend(facts.read_hours(answer, parameters, scope="all"))
        return facts.user_points(hours)

    def traits(
        self,
        door: Door,
        credentials: Credentials,
        *,
        account: Account,
        scope: str,
        dialect: str,
        until: int,
    ) -> Iterator[Trait]:
        probes = Probes(door, credentials, account, scope=scope, dialect=dialect)
        return probes.traits(until)

    def reread(self, raw: str, *, scope: str = "own") -> LogRecord:
        try:
            return read_row(raw.encode(), real_ids=scope == "all")
        except RecursionError:
            raise ValueError("nested too deeply") from None


ADAPTER = NewApi()
