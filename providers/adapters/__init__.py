"""One file per kind of upstream, found by a scan: a new provider is a new file with `ADAPTER`."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from providers.adapters.http import Door
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
)


class Adapter(Protocol):
    """How one kind of upstream is read. Every method makes the requests that its text names,
    through `door`, and raises only `ProviderError`s. `dialect` is what `dialect` said."""

    kind: str
    title: str
    scopes: Sequence[str]

    def normalise_url(self, text: str) -> str:
        """The base URL, out of any form that a person pastes; `Refused(code="bad_url")` if none."""

    def test(self, door: Door, credentials: Credentials, scope: str) -> TestReport:
        """Say what was found, in at most 4 requests. A failure becomes a finding, not an error."""

    def facts(self, door: Door, credentials: Credentials) -> SiteFacts:
        """Version, unit and the likely dialect; one request (`/api/status`)."""

    def dialect(self, door: Door, credentials: Credentials, *, scope: str) -> str:
        """The dialect in which the site writes its log, by a row of it; one request."""

    def account(self, door: Door, credentials: Credentials) -> Account:
        """Balance and lifetime counters; one request. Three where a site does not say whose
        secret it is."""

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

    def software(self, dialect: str) -> str:
        """The product behind a dialect; `title` while that is not known."""

    def page_size(self, dialect: str) -> int:
        """The most rows that a page of this dialect can hold."""

    def statistic(
        self, door: Door, credentials: Credentials, *, scope: str, dialect: str, span: Span
    ) -> int | None:
        """The site's own sum of units in `span`, None where it has none; one request."""

    def hourly(
        self, door: Door, credentials: Credentials, *, scope: str, span: Span
    ) -> Sequence[HourlyPoint] | None:
        """The site's hourly statistic, None where it has none; one request for each 30 days."""

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

    def reread(self, raw: str, *, scope: str = "own") -> LogRecord:
        """Read the raw text of a quarantined row again; raises ValueError while it is still bad."""


def scan() -> Mapping[str, Adapter]:
    found = {}
    for module_info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        adapter = getattr(module, "ADAPTER", None)
        if adapter is not None:
            found[adapter.kind] = adapter
    return found


ADAPTERS: Mapping[str, Adapter] = scan()
