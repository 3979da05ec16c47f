"""openai-hk: a log of credits behind a cursor, and accounts that can be opened from here. See
`docs/providers/openai_hk.md`."""

from collections.abc import Sequence

from providers.adapters import openai_hk_answers as answers
from providers.adapters.errors import ProviderError, Unavailable
from providers.adapters.http import Door
from providers.adapters.openai_hk_rows import read_row, read_rows
from providers.adapters.records import (
    Account,
    BadRow,
    Credentials,
    Finding,
    LogRecord,
    Secret,
    SiteFacts,
    TestReport,
)
from providers.adapters.site_urls import site_url

LOG = "/openai/sk/log"
CREATE = "/openai/sk/create"
LOGIN = "/m/aisk"
ROOTS = {"openai", "m", "v1"}  # the first segments of the site's own pages and interfaces
PAGES = {"docs", "home", "index.html", "login", "user"}
LARGEST_PAGE = 300


class OpenAiHk:
    kind = "openai_hk"
    title = "openai-hk"
    scopes: Sequence[str] = ("own",)
    default_url = "https://www.openai-hk.com"
    requests_per_minute = 20
    has_user_id = False

    def normalise_url(self, text: str) -> str:
        return site_url(text, roots=ROOTS, pages=PAGES)

    def test(self, door: Door, credentials: Credentials, scope: str) -> TestReport:
        asked_before = door.requests
        try:
            rows = self.rows_from(door, credentials, start=0, limit=1)
        except ProviderError as error:
            value = error.detail or str(error.retry_after or "")
            findings = [Finding(code=error.code, value=value, ok=False)]
            return TestReport(findings=findings, requests=door.requests - asked_before)
        account = _account_of(rows)
        is_plain = credentials.base_url.startswith("http://")
        return TestReport(
            findings=[
                Finding(code="site_found", value=self.title),
                Finding(code="connection_plain" if is_plain else "connection_encrypted"),
                Finding(code="account", value=account.id)
                if account is not None
                else Finding(code="no_rows_yet"),
                Finding(code="balance_proves"),
            ],
            facts=self.facts(door, credentials),
            account=account,
            is_accepted=True,
            requests=door.requests - asked_before,
        )

    def facts(self, door: Door, credentials: Credentials) -> SiteFacts:
        """Without a request: the site says nothing of itself."""
        return SiteFacts(
            name=self.title,
            version="",
            dialect="",
            unit=None,
            has_hourly=False,
            clock_offset=door.clock_offset,
        )

    def account(self, door: Door, credentials: Credentials) -> Account:
        account = _account_of(self.rows_from(door, credentials, start=0, limit=1))
        if account is None:
            raise Unavailable(code="no_rows_yet")
        return account

    def software(self, dialect: str) -> str:
        return self.title

    def page_size(self, dialect: str) -> int:
        return LARGEST_PAGE

    def rows_from(
        self, door: Door, credentials: Credentials, *, start: int, limit: int
    ) -> Sequence[LogRecord | BadRow]:
        key = answers.key_of(credentials.secret)
        answer = door.post_json(
            credentials.base_url + LOG,
            content={"start": start, "limit": min(limit, LARGEST_PAGE)},
            headers={"Authorization": Secret(f"Bearer {key}")},
        )
        return read_rows(answers.rows_of(answer, hidden=key))

    def reread(self, raw: str, *, scope: str = "own") -> LogRecord:
        try:
            return read_row(raw.encode())
        except RecursionError:
            raise ValueError("nested too deeply") from None

    def open_account(self, door: Door, base_url: str) -> bytes:
        return door.get_json(base_url + CREATE).body

    def opened_secret(self, answer: bytes) -> Secret:
        return answers.opened_secret(answer)

    def login_url(self, base_url: str) -> str:
        return base_url + LOGIN


def _account_of(rows: Sequence[LogRecord | BadRow]) -> Account | None:
    named = (row.user_id for row in rows if isinstance(row, LogRecord) and row.user_id)
    found = next(named, None)
    return None if found is None else Account(id=found)


ADAPTER = OpenAiHk()
