"""Serves a page on this machine only: under a path that cannot be guessed, read-only, rebuilt for
new records.

Only the page and its state are served; every other path, and a wrong token, is 404. The Host header
must be exactly this address, so that no web site can reach the page with a name of its own (DNS
rebinding).
"""

from __future__ import annotations

import json
import secrets
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mgllm.errors import one_line

LOOPBACK = "127.0.0.1"
"""Only this machine can reach it."""
SHORTEST_S = 1.0
"""Seconds between two checks for new records, at least."""
PATIENCE = 3.0
"""Also at least so many times the seconds that the last page took to build."""


@dataclass(frozen=True, slots=True)
class PageSource:
    """Where a served page comes from."""

    version: Callable[[], str]
    """Name of the present state of the records; quick."""
    build: Callable[[str], tuple[str, int]]
    """The page for a version, and how many records it shows."""
    clock: Callable[[], float] = time.monotonic
    """Seconds, for the time between checks."""


class PageServer:
    """Serves a source on 127.0.0.1 until it is closed.

    Args:
        source: what is served.
        port: 0 takes a free one.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, source: PageSource, port: int = 0) -> None:
        self.token = secrets.token_urlsafe(24)
        self._shelf = _Shelf(source)
        hosts: set[str] = set()
        self._server = _Server((LOOPBACK, port), _handler(self._shelf, self.token, hosts))
        self.port = int(self._server.server_address[1])
        hosts |= {f"{LOOPBACK}:{self.port}", f"localhost:{self.port}"}  # the port is known only now

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://{LOOPBACK}:{self.port}/{self.token}/"

    def serve(self) -> None:
        """Answer requests until `close` is called or the process is interrupted."""
        self._shelf.latest()
        try:
            self._server.serve_forever(poll_interval=0.2)
        finally:
            self._server.server_close()

    def close(self) -> None:
        """End `serve`, from another thread."""
        self._server.shutdown()


class _Server(ThreadingHTTPServer):
    """Silent when a browser leaves before it has its answer, as it may."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say in one line what went wrong; the base class prints a trace."""
        error = sys.exception()
        if not isinstance(error, (ConnectionError, TimeoutError)):
            sys.stderr.write(f"mgllm: a request was not answered: {one_line(str(error))}\n")


def _handler(shelf: _Shelf, token: str, hosts: set[str]) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        def found(self) -> tuple[str, bytes] | None:
            return _answer(shelf, token, self.path)

        def own_host(self) -> bool:
            return self.headers.get("Host", "") in hosts

    return Handler


def _answer(shelf: _Shelf, token: str, path: str) -> tuple[str, bytes] | None:
    """Content type and body for a path; null if there is nothing."""
    first, slash, rest = path.removeprefix("/").partition("/")
    if not path.startswith("/") or not slash or not secrets.compare_digest(first.encode(), token.encode()):
        return None
    if rest == "":
        return "text/html; charset=utf-8", shelf.latest().page
    if rest == "state":
        built = shelf.latest()
        state = {"version": built.version, "records": built.records}
        return "application/json", json.dumps(state).encode()
    return None


@dataclass(frozen=True, slots=True)
class _Built:
    version: str
    page: bytes
    records: int


class _Shelf:
    """The last page built; built again if there are new records, and never twice at once."""

    def __init__(self, source: PageSource) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._built: _Built | None = None
        self._look_again = 0.0

    def latest(self) -> _Built:
        with self._lock:
            now = self._source.clock()
            if self._built is not None and now < self._look_again:
                return self._built
            version = self._source.version()
            if self._built is None or version != self._built.version:
                page, records = self._source.build(version)
                self._built = _Built(version, page.encode(), records)
            done = self._source.clock()
            self._look_again = done + max(SHORTEST_S, PATIENCE * (done - now))
            return self._built


class _Handler(BaseHTTPRequestHandler):
    """GET and HEAD; everything else is refused by the base class."""

    server_version = "mgllm"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def found(self) -> tuple[str, bytes] | None:
        """Content type and body; null for 404."""
        raise NotImplementedError

    def own_host(self) -> bool:
        """Whether the request was meant for this address."""
        raise NotImplementedError

    def do_GET(self) -> None:
        """Answer with the body."""
        self._reply(body=True)

    def do_HEAD(self) -> None:
        """Answer without it."""
        self._reply(body=False)

    def _reply(self, *, body: bool) -> None:
        if not self.own_host():
            return self._send(HTTPStatus.MISDIRECTED_REQUEST, "text/plain", b"wrong host name\n", body=body)
        try:
            found = self.found()
        except Exception as error:  # the run is being written, or was deleted: say so, continue to serve
            words = f"the page cannot be built now: {error}\n".encode(errors="replace")
            return self._send(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", words, body=body)
        if found is None:
            return self._send(HTTPStatus.NOT_FOUND, "text/plain", b"nothing here\n", body=body)
        return self._send(HTTPStatus.OK, *found, body=body)

    def _send(self, status: HTTPStatus, kind: str, content: bytes, *, body: bool) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # the base class's name
        """Log nothing: every line would contain the token."""
