"""One file per kind of upstream, found by a scan: a new provider is a new file with `ADAPTER`."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from providers.adapters.http import Door
from providers.adapters.records import (
    Account,
    BadRow,
    Credentials,
    HourlyPoint,
    LogRecord,
    Page,
    Secret,
    SiteFacts,
    Span,
    TestReport,
    Trait,
    UserPoint,
)


class Adapter(Protocol):
    """What every kind of upstream has in common. Methods make the requests that their texts name,
    through `door`, and raise only `ProviderError`s. What else it can do is told by the protocols
    below that it fits; exactly one of `WindowAdapter` and `CursorAdapter` is among them."""

    kind: str
    title: str
    scopes: Sequence[str]
    default_url: str  # "" where each site has its own
    requests_per_minute: int  # unless the installation sets a number
    has_user_id: bool  # a secret that needs one beside it

    def normalise_url(self, text: str) -> str:
        """The base URL, out of any form that a person pastes; `Refused(code="bad_url")` if none."""

    def test(self, door: Door, credentials: Credentials, scope: str) -> TestReport:
        """Say what was found, in at most 4 requests. A failure becomes a finding, not an error."""

    def facts(self, door: Door, credentials: Credentials) -> SiteFacts:
        """Version, unit and the likely dialect; at most one request."""

    def account(self, door: Door, credentials: Credentials) -> Account:
        """Whose secret it is, balance and lifetime counters as far as the site tells; one request.
        Three where it does not say whose."""

    def software(self, dialect: str) -> str:
        """The product behind a dialect; `title` while that is not known."""

    def page_size(self, dialect: str) -> int:
        """The most rows that a page of this dialect can hold."""

    def reread(self, raw: str, *, scope: str = "own") -> LogRecord:
        """Read the raw text of a quarantined row again; raises ValueError while it is still bad."""


@runtime_checkable
class WindowAdapter(Adapter, Protocol):
    """A log that can be asked for a stretch of time. `dialect` is what `dialect` said."""

    def dialect(self, door: Door, credentials: Credentials, *, scope: str) -> str:
        """The dialect in which the site writes its log, by a row of it; one request."""

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
        """Page `number` (from 1) of the rows in `span`; one request. Others: filter_ignored."""

    def statistic(
        self, door: Door, credentials: Credentials, *, scope: str, dialect: str, span: Span
    ) -> int | None:
        """The site's own sum of units in `span`, None where it has none; one request."""

    def hourly(
        self, door: Door, credentials: Credentials, *, scope: str, span: Span
    ) -> Sequence[HourlyPoint] | None:
        """The site's hourly statistic, None where it has none; one request for each 30 days."""

    def hourly_by_user(
        self, door: Door, credentials: Credentials, *, span: Span
    ) -> Sequence[UserPoint] | None:
        """The same of everybody by user, None where it has none; one request for each 30 days."""

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
        """What the site really does, by read-only probes of what happened before the second
        `until`; a dozen requests."""


@runtime_checkable
class CursorAdapter(Adapter, Protocol):
    """A log of numbered rows that is read from a cursor on, whatever that counts: rows to pass over
    or an id, from the newest row or the oldest. Every row tells its id, and the balance beside it.
    """

    def rows_from(
        self, door: Door, credentials: Credentials, *, start: int, limit: int
    ) -> Sequence[LogRecord | BadRow]:
        """At most `limit` rows in the site's order; one request."""


@runtime_checkable
class AccountOpener(Protocol):
    """A site that opens accounts for this installation's address."""

    def open_account(self, door: Door, base_url: str) -> bytes:
        """Ask once, never again: each call opens an account. The answer as received."""

    def opened_secret(self, answer: bytes) -> Secret:
        """The secret in such an answer."""


@runtime_checkable
class WebLogin(Protocol):
    """A site whose own pages open for a secret, which a person types there."""

    def login_url(self, base_url: str) -> str: ...


def scan() -> Mapping[str, Adapter]:
    found = {}
    for module_info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        adapter = getattr(module, "ADAPTER", None)
        if adapter is not None:
            found[adapter.kind] = adapter
    return found


ADAPTERS: Mapping[str, Adapter] = scan()
