"""The connection test: what a site, a secret and a user id are good for, in four requests."""

from collections.abc import Iterator
from dataclasses import replace

from providers.adapters.errors import AuthFailed, NotPermitted, ProviderError
from providers.adapters.http import Door
from providers.adapters.new_api_accounts import account_of
from providers.adapters.new_api_answers import data_of
from providers.adapters.new_api_calls import (
    ACCOUNT,
    LOG,
    ONE_ROW,
    STATUS,
    ask,
    ask_openly,
    headers_for,
)
from providers.adapters.new_api_facts import read_facts
from providers.adapters.new_api_pages import DIALECTS, dialect_of
from providers.adapters.records import Account, Credentials, Finding, SiteFacts, TestReport

ADMIN_ROLE = 10
MOST_REQUESTS = 4


class Examination:
    """Each step proves one thing or raises what speaks against it; the first problem ends it."""

    def __init__(self, door: Door, credentials: Credentials, scope: str) -> None:
        self._door = door
        self._credentials = credentials
        self._scope = scope
        self._facts: SiteFacts | None = None
        self._account: Account | None = None
        self._user_id_findings: list[Finding] = []
        self._asked_before = door.requests

    def report(self) -> TestReport:
        problem = self._first_problem()
        return TestReport(
            findings=[*self._about_site(), *self._about_account(), *problem],
            facts=self._facts,
            account=self._account,
            requests=self._door.requests - self._asked_before,
        )

    def _first_problem(self) -> list[Finding]:
        try:
            self._examine()
        except ProviderError as error:
            value = error.detail or str(error.retry_after or "")
            return [Finding(code=error.code, value=value, ok=False)]
        return []

    def _examine(self) -> None:
        headers_for(self._credentials)  # a model key or a garbled token is never sent anywhere
        self._facts = read_facts(ask_openly(self._door, self._credentials, STATUS))
        self._account = self._proven_account()
        self._read_the_log()
        self._look_at_user_id()

    def _proven_account(self) -> Account:
        unit = self._facts.unit if self._facts is not None else None
        account = account_of(self._door, self._credentials, unit)
        typed = self._credentials.user_id.strip()
        if typed and int(typed) != int(account.id):
            # A site that needs no user id has ignored it; stored, it would point to somebody else.
            raise AuthFailed(account.id, code="user_id_wrong")
        if self._scope == "all" and account.role < ADMIN_ROLE:
            raise NotPermitted(str(account.role), code="role_too_low")
        return account

    def _read_the_log(self) -> None:
        """The form of a page, not the version, says which dialect is spoken."""
        answer = ask(self._door, self._credentials, LOG[self._scope], ONE_ROW)
        dialect = dialect_of(answer, scope=self._scope)
        if self._facts is not None:
            self._facts = replace(self._facts, dialect=dialect)

    def _look_at_user_id(self) -> None:
        typed = self._credentials.user_id.strip()
        if typed:
            self._user_id_findings.append(Finding(code="user_id_right", value=typed))
        is_needed = self._is_user_id_needed(typed)
        if is_needed is not None:
            code = "user_id_needed" if is_needed else "user_id_not_needed"
            self._user_id_findings.append(Finding(code=code))

    def _is_user_id_needed(self, typed: str) -> bool | None:
        if not typed:
            return False
        if self._door.requests - self._asked_before >= MOST_REQUESTS:
            return None
        try:
            data_of(ask(self._door, replace(self._credentials, user_id=""), ACCOUNT))
        except AuthFailed as error:
            return True if error.code == "user_id_missing" else None
        except ProviderError:
            return None  # not a definite answer
        return False

    def _about_site(self) -> Iterator[Finding]:
        if self._facts is None:
            return
        yield Finding(code="site_found", value=self._facts.name)
        yield Finding(code="version", value=self._facts.version)
        yield Finding(code="dialect", value=self._facts.dialect)
        if self._facts.unit is not None:
            yield Finding(code="unit", value=self._facts.unit.units_per_usd)
        if not DIALECTS[self._facts.dialect].has_total:
            yield Finding(code="no_totals")
        if not self._facts.has_hourly:
            yield Finding(code="no_hourly")
        is_plain = self._credentials.base_url.startswith("http://")
        yield Finding(code="connection_plain" if is_plain else "connection_encrypted")

    def _about_account(self) -> Iterator[Finding]:
        if self._account is None:
            return
        yield Finding(code="account", value=f"{self._account.name} ({self._account.id})")
        yield Finding(code="role", value=str(self._account.role))
        yield Finding(code="balance", value=str(self._account.units))
        yield from self._user_id_findings
