"""A small HTTP server on loopback that answers with whatever bytes a test wants, at any pace."""

import json
import socket
import ssl
import struct
import threading
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

CLOSE, RESET = object(), object()  # what a script may end an answer with
TLS_HELLO = b"\x16"


@dataclass
class Request:
    path: str
    query: dict
    headers: dict
    connection: int
    body: bytes = b""


@dataclass
class Server:
    """`respond(request)` gives the bytes of an answer, or an iterable of bytes, CLOSE and RESET."""

    respond: object
    context: ssl.SSLContext | None = None
    requests: list = field(default_factory=list)
    connections: int = 0

    def __post_init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            arguments = (connection, self.connections)
            threading.Thread(target=self._serve, args=arguments, daemon=True).start()

    def _serve(self, connection, number):
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection:
                while request := _read_request(connection, number):
                    self.requests.append(request)
                    if _send(connection, self.respond(request)) is CLOSE:
                        return
        except OSError:
            return


def _read_request(connection, number):
    head = b""
    while b"\r\n\r\n" not in head:
        chunk = connection.recv(65536)
        if not chunk:
            return None
        head += chunk
        if head.startswith(TLS_HELLO):
            connection.sendall(http(status=400))
    head, _, body = head.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    target = urlsplit(lines[0].split(" ")[1])
    headers = dict(line.split(": ", 1) for line in lines[1:] if line)
    lower = {name.lower(): value for name, value in headers.items()}
    while len(body) < int(lower.get("content-length", 0)):
        body += connection.recv(65536)
    return Request(target.path, dict(parse_qsl(target.query)), lower, number, body)


def _send(connection, answer):
    for part in [answer] if isinstance(answer, bytes) else answer:
        if part is RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if part is RESET or part is CLOSE:
            connection.close()
            return CLOSE
        connection.sendall(part)
    return None


def http(body=b"", status=200, **headers):
    """The bytes of one answer; an object becomes JSON."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers.setdefault("Content_Type", "application/json")
    headers.setdefault("Content_Length", len(body))
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {status} X", *lines, "", ""]).encode() + body
