"""Connections that go only where the guard lets them, and none of them for ever."""

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore

from providers.adapters.addresses import Guard
from providers.adapters.errors import ProviderError, Refused, Unavailable


class Deadline:
    """The moment at which an answer must be complete, however slowly and steadily it drips."""

    def __init__(self) -> None:
        self._end = float("inf")

    def start(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def cut(self, timeout: float | None) -> float | None:
        """The time that one step may take; raises when there is none left."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise Unavailable("the answer took too long", code="timeout")
        return left if timeout is None else min(timeout, left)


class GuardedBackend(httpcore.NetworkBackend):
    """Resolves a name once for each connection, and connects to the very address that passed.

    Everything above still sees the name: the Host header, SNI and the check of the certificate."""

    def __init__(self, guard: Guard, deadline: Deadline, *, plain: bool) -> None:
        self._guard = guard
        self._deadline = deadline
        self._plain = plain
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        *others, last = self._guard.addresses(host, port, plain=self._plain)
        for address in others:
            try:
                return self._connect(address, port, timeout)
            except Unavailable:
                continue
        return self._connect(last, port, timeout)

    def _connect(self, address: str, port: int, timeout: float | None) -> httpcore.NetworkStream:
        limit = self._deadline.cut(timeout)
        with _translated():
            stream = self._sockets.connect_tcp(address, port, timeout=limit)
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, timeout=self._deadline.cut(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout=self._deadline.cut(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        limit = self._deadline.cut(timeout)
        with _translated():
            encrypted = self._stream.start_tls(ssl_context, server_hostname, limit)
        return _Stream(encrypted, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


@contextmanager
def _translated() -> Iterator[None]:
    """Done here and not at the door, because on its way there an error loses its cause."""
    try:
        yield
    except httpcore.ConnectTimeout:
        raise Unavailable("no connection in time", code="timeout") from None
    except httpcore.ConnectError as error:
        raise _connect_failure(error.__cause__) from None


def _connect_failure(cause: BaseException | None) -> ProviderError:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Refused(cause.verify_message, code="certificate")
    if isinstance(cause, ssl.SSLError):
        return Unavailable(cause.reason or type(cause).__name__, code="tls")
    return Unavailable(type(cause).__name__, code="connection")
