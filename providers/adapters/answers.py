"""What an answer is before its form counts: refused for now, a web page, a bot check, or data."""

import re

from providers.adapters.errors import RateLimited, Unavailable, UnexpectedAnswer
from providers.adapters.http import Answer

TIMEOUTS = (408, 504, 522, 524)  # a proxy's word for what a shorter window can cure
CHALLENGE = re.compile(
    rb"just a moment|challenge-platform|cf[-_]chl|attention required|checking your browser"
    rb"|captcha|acw_sc__v2|enable javascript and cookies|ddos-guard",
    re.IGNORECASE,
)
CHALLENGE_BYTES = 20_000  # such pages say it early


def check_status(answer: Answer) -> None:
    status = answer.status
    if status == 429:
        raise RateLimited(retry_after=answer.retry_after)
    if _is_challenge(answer):
        raise UnexpectedAnswer(f"HTTP {status}", code="challenge")
    if status >= 500 or status in TIMEOUTS:
        code = "timeout" if status in TIMEOUTS else "unavailable"
        raise Unavailable(f"HTTP {status}", code=code)


def is_html(answer: Answer) -> bool:
    return (
        "html" in answer.headers.get("content-type", "") or answer.body[:100].lstrip()[:1] == b"<"
    )


def _is_challenge(answer: Answer) -> bool:
    if answer.headers.get("cf-mitigated") == "challenge":
        return True
    return is_html(answer) and CHALLENGE.search(answer.body, 0, CHALLENGE_BYTES) is not None
