"""The one door out: every request to an upstream goes through a `Door`, and httpx is only here."""

import math
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Self

import httpcore
import httpx

from providers.adapters import bodies
from providers.adapters.addresses import Guard, Resolver, resolve
from providers.adapters.errors import Refused, Unavailable, UnexpectedAnswer
from providers.adapters.records import Secret
from providers.adapters.sockets import Deadline, GuardedBackend

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0  # a small site can need half a minute for one page
ANSWER_SECONDS = 180.0
MAX_BYTES = 64 * 1024 * 1024
KEEP_ALIVE_SECONDS = 20.0  # less than servers commonly allow, so that we seldom meet a closed one
LONGEST_WAIT = 24 * 3600  # nobody means more with Retry-After
KEPT_HEADERS = ("content-type", "retry-after", "x-new-api-version", "auth-version", "cf-mitigated")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a site said. The body may hold secrets of the account: it stays out of every `repr`."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    asked_at: datetime
    answered_at: datetime
    server_time: datetime | None = None

    @property
    def clock_offset(self) -> timedelta | None:
        """How far the site's clock is ahead of ours; None where it does not tell the time."""
        if self.server_time is None:
            return None
        return self.server_time - (self.asked_at + (self.answered_at - self.asked_at) / 2)

    @property
    def retry_after(self) -> int | None:
        """Seconds to wait, where the site says so: a number, or a date by its own clock."""
        text = self.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit():
            return min(int(text[:9]), LONGEST_WAIT)
        moment = _time(text)
        if moment is None:
            return None
        wait = moment - (self.server_time or self.answered_at)
        return max(0, min(math.ceil(wait.total_seconds()), LONGEST_WAIT))


class Door:
    """Asks one question at a time over a kept connection. Raises nothing but `ProviderError`s."""

    def __init__(
        self,
        *,
        allowed_networks: Sequence[str] = (),
        connect_timeout: float = CONNECT_SECONDS,
        read_timeout: float = READ_SECONDS,
        deadline: float = ANSWER_SECONDS,
        max_bytes: int = MAX_BYTES,
        user_agent: str = "Tollbook",
        before_request: Callable[[], None] | None = None,
        after_request: Callable[[Answer | None], None] | None = None,
        resolver: Resolver = resolve,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self.requests = 0
        self.seconds = 0.0  # spent on answers, not on waiting until a request is allowed
        self.clock_offset: timedelta | None = None  # of the last answer that told the time
        self._before_request = before_request
        self._after_request = after_request
        self._answer_seconds = deadline
        self._max_bytes = max_bytes
        self._deadline = Deadline()
        guard = Guard(allowed_networks, resolver)
        context = ssl_context or _default_context()
        self._client = httpx.Client(
            transport=_Transport(GuardedBackend(guard, self._deadline, plain=False), context),
            mounts={
                "http://": _Transport(GuardedBackend(guard, self._deadline, plain=True), context)
            },
            timeout=httpx.Timeout(read_timeout, connect=connect_timeout),
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def get_json(
        self,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str | Secret] | None = None,
    ) -> Answer:
        """Ask once. Every status but a redirect is an answer, and so is a body that is no JSON."""
        return self._ask_in_turn("GET", url, headers, params=params)

    def post_json(
        self,
        url: str,
        *,
        content: Mapping[str, str | int],
        headers: Mapping[str, str | Secret] | None = None,
    ) -> Answer:
        """The same with a question that stands in a body."""
        return self._ask_in_turn("POST", url, headers, json=content)

    def _ask_in_turn(
        self, method: str, url: str, headers: Mapping[str, str | Secret] | None, **question: Any
    ) -> Answer:
        request = self._client.build_request(
            method, web_address(url), headers=_revealed(headers or {}), **question
        )
        if self._before_request is not None:
            self._before_request()
        answer = None
        try:
            answer = self._ask(request)
        finally:
            if self._after_request is not None:
                self._after_request(answer)
        return answer

    def _ask(self, request: httpx.Request) -> Answer:
        self.requests += 1
        self._deadline.start(self._answer_seconds)
        begun = time.monotonic()
        try:
            return self._answer(request)
        finally:
            self.seconds += time.monotonic() - begun

    def _answer(self, request: httpx.Request) -> Answer:
        asked_at = datetime.now(UTC)
        with _translated(broken="connection"):
            response = self._client.send(request, stream=True)
        answered_at = datetime.now(UTC)
        answer = Answer(
            status=response.status_code,
            headers={
                name: response.headers[name] for name in KEPT_HEADERS if name in response.headers
            },
            body=self._body(response),
            asked_at=asked_at,
            answered_at=answered_at,
            server_time=_time(response.headers.get("date", "")),
        )
        self.clock_offset = answer.clock_offset or self.clock_offset
        return answer

    def _body(self, response: httpx.Response) -> bytes:
        encoding = response.headers.get("content-encoding", "")
        with _translated(broken="truncated"):
            try:
                if 300 <= response.status_code < 400:
                    raise UnexpectedAnswer(_redirect_host(response), code="redirect")
                return bodies.read(
                    response.iter_raw(), encoding=encoding, max_bytes=self._max_bytes
                )
            finally:
                response.close()


def web_address(text: str) -> httpx.URL:
    """The address in its one canonical form; credentials in it would end up in logs."""
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError):
        raise Refused("not a web address", code="bad_url") from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise Refused("not a web address", code="bad_url")
    if url.port is not None and not 0 < url.port < 65536:
        raise Refused("not a web address", code="bad_url")
    return url


def _revealed(headers: Mapping[str, str | Secret]) -> httpx.Headers:
    # httpx hides Authorization in the repr of its own type, so the secret is never in a plain dict.
    return httpx.Headers(
        [
            (name, text.reveal() if isinstance(text, Secret) else text)
            for name, text in headers.items()
        ]
    )


def _redirect_host(response: httpx.Response) -> str:
    """Only the host: the rest of a location can carry anything, and does not help anybody."""
    try:
        return httpx.URL(response.headers.get("location", "")).host
    except httpx.InvalidURL:
        return ""


def _time(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@lru_cache(maxsize=1)
def _default_context() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


@contextmanager
def _translated(broken: str) -> Iterator[None]:
    """Turn every failure of the network into ours, without its text: h11 quotes headers."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise Unavailable(type(error).__name__, code="timeout") from None
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise Unavailable(type(error).__name__, code=broken) from None
    except httpx.RemoteProtocolError:  # httpx reads a Location even where it is not to follow it
        raise UnexpectedAnswer(code="redirect") from None


class _Transport(httpx.BaseTransport):
    """httpx over connections of our own making; its own transport takes no network backend."""

    def __init__(self, backend: GuardedBackend, context: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=1,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
            network_backend=backend,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                url,
                headers=request.headers.raw,
                content=request.read(),
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Stream(answer))

    def close(self) -> None:
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
