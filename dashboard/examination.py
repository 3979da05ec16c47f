"""A connection test, as the person who asked for it reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from providers import connections, messages
from providers.adapters.records import Finding, TestReport
from providers.connections import Draft
from providers.models import Connection
from providers.models.sites import ALL
from providers.pacing import BudgetSpent

ADDRESS, SOFTWARE, TOKEN = _("Address"), _("Software"), _("Access token")
USER_ID, UNITS, PERMISSION, SITE = _("User ID"), _("Units"), _("Permission"), _("Site")
TESTS_A_MINUTE = 12  # of one person: a test asks wherever it is pointed at
TOPICS: Mapping[str, Promise] = {
    **dict.fromkeys(["connection_plain", "connection_encrypted", "bad_url", "dns"], ADDRESS),
    **dict.fromkeys(["certificate", "tls", "private_address", "metadata_address"], ADDRESS),
    **dict.fromkeys(["plain_http", "redirect", "connection"], ADDRESS),
    **dict.fromkeys(["site_found", "version", "dialect", "not_new_api", "html"], SOFTWARE),
    **dict.fromkeys(["no_totals", "no_hourly"], SOFTWARE),
    **dict.fromkeys(["account", "role", "balance", "account_disabled"], TOKEN),
    **dict.fromkeys(["model_key", "token_invalid", "token_expired", "token_retired"], TOKEN),
    **dict.fromkeys(["no_rows_yet", "key_unknown", "no_hk_key"], TOKEN),
    **dict.fromkeys(["user_id_right", "user_id_needed", "user_id_not_needed"], USER_ID),
    **dict.fromkeys(["user_id_missing", "user_id_no_number", "user_id_wrong"], USER_ID),
    **dict.fromkeys(["role_too_low", "scope_missing"], PERMISSION),
    "unit": UNITS,
}


@dataclass(frozen=True, slots=True)
class Check:
    """One topic, and what was found about it."""

    topic: str
    ok: bool
    sentences: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Examination:
    report: TestReport
    checks: Sequence[Check]
    at: datetime
    is_own_already: bool = False
    is_shared: bool = False

    @property
    def codes(self) -> list[str]:
        """Of what speaks against saving."""
        return [finding.code for finding in self.report.findings if not finding.ok]

    @property
    def may_save_anyway(self) -> bool:
        """Never what must not be called; and a key for calls can spend money."""
        hopeless = connections.NEVER_SAVED | {"model_key"}
        return not self.report.ok and hopeless.isdisjoint(self.codes)


def may_test(person: User, now: datetime) -> bool:
    """Count one test."""
    minute = int(now.timestamp()) // 60
    key = f"connection-tests:{person.pk}:{minute}"
    cache.add(key, 0, timeout=120)
    return cache.incr(key) <= TESTS_A_MINUTE


def examine(person: User, draft: Draft, now: datetime) -> Examination:
    report = _report(draft)
    watching = _watching(draft, report)
    return Examination(
        report=report,
        checks=_checks(report.findings),
        at=now,
        is_own_already=any(owner == person.pk for owner in watching),
        is_shared=any(owner != person.pk for owner in watching),
    )


def _report(draft: Draft) -> TestReport:
    try:
        return connections.test(draft)
    except BudgetSpent:
        return TestReport(findings=[Finding(code="rate_limited", ok=False)])


def _watching(draft: Draft, report: TestReport) -> Sequence[int]:
    """The owners of connections to the account that this secret has just proved to own."""
    if report.account is None:
        return []
    watching = Connection.objects.filter(
        site__kind=draft.kind,
        site__base_url=draft.base_url,
        feed__account="" if draft.scope == ALL else report.account.id,
        feed__scope=draft.scope,
    )
    return list(watching.values_list("owner", flat=True))


def _checks(findings: Sequence[Finding]) -> list[Check]:
    """One for each topic, in the order of the test."""
    by_topic: dict[str, list[Finding]] = {}
    for found in findings:
        by_topic.setdefault(str(TOPICS.get(found.code, SITE)), []).append(found)
    return [
        Check(topic, all(found.ok for found in of_topic), list(map(messages.finding, of_topic)))
        for topic, of_topic in by_topic.items()
    ]
