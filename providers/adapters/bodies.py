"""An answer's body, unpacked and never larger than allowed: a few kilobytes can hold gigabytes."""

import zlib
from collections.abc import Iterable, Iterator

from providers.adapters.errors import Unavailable, UnexpectedAnswer

GZIP = 31  # zlib's window bits for a gzip wrapper


def read(chunks: Iterable[bytes], *, encoding: str, max_bytes: int) -> bytes:
    """The whole body. `encoding` is what the Content-Encoding header says of `chunks`."""
    bounded = _bounded(chunks, max_bytes)
    match encoding.strip().lower():
        case "" | "identity":
            return b"".join(bounded)
        case "gzip" | "x-gzip":
            return b"".join(_unpacked(bounded, max_bytes))
        case _:
            raise UnexpectedAnswer("an encoding that nobody asked for", code="not_json")


def _bounded(chunks: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise Unavailable(f"more than {max_bytes} bytes", code="too_large")
        yield chunk


def _unpacked(chunks: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(GZIP)
    left = max_bytes
    received = False
    for chunk in chunks:
        received = received or bool(chunk)
        try:
            part = unpacker.decompress(chunk, left + 1)
        except zlib.error:
            raise Unavailable("the packed body is damaged", code="truncated") from None
        left -= len(part)
        if left < 0:
            raise Unavailable(f"more than {max_bytes} bytes unpacked", code="too_large")
        yield part
    if received and not unpacker.eof:
        raise Unavailable("the packed body ends early", code="truncated")
