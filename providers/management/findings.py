"""What a connection test found, for people and for machines."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError

from providers import connections, messages
from providers.adapters.records import TestReport
from providers.pacing import BudgetSpent


def test(draft: connections.Draft) -> TestReport:
    try:
        return connections.test(draft)
    except BudgetSpent as spent:
        wait = f"{spent.seconds:.0f} seconds"
        raise CommandError(f"The site's request budget is used up. Try again in {wait}.") from None


def lines(report: TestReport) -> Iterator[str]:
    for found in report.findings:
        yield f"{'ok' if found.ok else 'PROBLEM':<8} {messages.finding(found)}"


def for_machines(report: TestReport) -> dict[str, Any]:
    account = report.account
    return {
        "ok": report.ok,
        "account": None if account is None else {"id": account.id, "name": account.name},
        "findings": [
            {"code": found.code, "ok": found.ok, "text": messages.finding(found)}
            for found in report.findings
        ],
    }
