"""The made-up site on a real socket."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .answers import Reply
from .backend import Backend
from .calls import Request
from .delivery import WAYS, head_of
from .encoding import object_in

CONTROL = "/_control/"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    backend: Backend

    def do_GET(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = self._request(content)
        if request.path.startswith(CONTROL):
            self._control(request.path.removeprefix(CONTROL), content)
        else:
            self._answer(request)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET

    def _request(self, content: bytes) -> Request:
        target = urlsplit(self.path)
        parameters = {name: str(value) for name, value in _object_in(content).items()}
        for name, value in parse_qsl(target.query, keep_blank_values=True):
            parameters.setdefault(name, value)
        return Request(
            method=self.command,
            path=target.path,
            query_string=target.query,
            parameters=parameters,
            headers={name.lower(): value for name, value in self.headers.items()},
            content=content,
            client=self.client_address[0],
        )

    def _answer(self, request: Request) -> None:
        with self.backend.ledger.record(request) as entry:
            answer = self.backend.answer(request, entry)
            head = head_of(answer.reply, len(answer.body))
            try:
                is_usable = WAYS[answer.way](self.connection, head, answer.body, answer.how)
            except OSError:
                is_usable = False  # the reader went away
        if not is_usable:
            self.close_connection = True

    def _control(self, verb: str, content: bytes) -> None:
        status, result = self.backend.do(verb, json.loads(content or b"{}"))
        body = json.dumps(result).encode()
        reply = Reply("", status, {"Content-Type": "application/json"})
        self.wfile.write(head_of(reply, len(body)) + body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing: the ledger has it."""


def _object_in(content: bytes) -> dict[str, Any]:
    return object_in(content.decode("utf-8", "replace")) or {}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), OSError):  # a reader that went away is no error
            super().handle_error(request, client_address)


def make_server(backend: Backend, port: int) -> Server:
    return Server(("127.0.0.1", port), type("Bound", (Handler,), {"backend": backend}))
