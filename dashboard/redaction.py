"""Log lines without secrets, with the request or task that they belong to."""

import logging
import re
from contextvars import ContextVar

from celery import current_task

HIDDEN = "[hidden]"
# A word that announces a secret, and what follows it; then shapes that are secrets by themselves.
ANNOUNCED = re.compile(
    r"(?i)(\b(?:authorization|api[_-]?key|access[_-]?token|password|secret|cookie)\b['\"]?\s*[:=]\s*)"
    r"(?:b?['\"][^'\"]*['\"]|(?:bearer\s+|basic\s+)?[^\s,;'\"}]+)"
)
SHAPED = re.compile(r"(?i)\bbearer\s+[\w.~+/=-]+|\b(?:sk-|nap_)[\w-]{6,}")

request_id: ContextVar[str] = ContextVar("request_id", default="")


def redact(text: str) -> str:
    return SHAPED.sub(HIDDEN, ANNOUNCED.sub(rf"\1{HIDDEN}", text))


class RedactingFormatter(logging.Formatter):
    """Works on the finished text, so that a traceback is covered as well."""

    def format(self, record: logging.LogRecord) -> str:
        record.origin = origin()
        return redact(super().format(record))


def origin() -> str:
    task_id = current_task.request.id if current_task else None
    return str(task_id or request_id.get() or "-")
