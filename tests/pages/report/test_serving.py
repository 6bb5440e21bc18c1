"""The served page: on loopback, behind its token, for its own host, read-only, and nothing else."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Thread

import pytest

from mgllm.pages.report.serving import SHORTEST_S, PageServer, PageSource

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Material:
    """What is served; `built` counts how often."""

    version: str = "1"
    built: list[str] = field(default_factory=list)
    fails: bool = False
    now: float = 0.0

    def build(self, version: str) -> tuple[str, int]:
        if self.fails:
            raise OSError("gone")
        self.built.append(version)
        return f"<p>{version}</p>", 7


@pytest.fixture
def material() -> Material:
    return Material()


@pytest.fixture
def server(material: Material) -> Iterator[PageServer]:
    made = PageServer(PageSource(lambda: material.version, material.build, lambda: material.now))
    thread = Thread(target=made.serve)
    thread.start()
    yield made
    made.close()
    thread.join()


@pytest.fixture
def ask(server: PageServer) -> Callable[..., Answer]:
    def go(path: str, method: str = "GET", host: str | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", f"127.0.0.1:{server.port}" if host is None else host)
        connection.endheaders()
        reply = connection.getresponse()
        found = reply.status, dict(reply.getheaders()), reply.read()
        connection.close()
        return found

    return go


def test_the_page_and_its_state(server: PageServer, ask: Callable[..., Answer]) -> None:
    status, headers, body = ask(f"/{server.token}/")
    assert (status, body) == (200, b"<p>1</p>")
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    status, _, body = ask(f"/{server.token}/state")
    assert (status, json.loads(body)) == (200, {"version": "1", "records": 7})
    assert server.address == f"http://127.0.0.1:{server.port}/{server.token}/"
    assert len(server.token) >= 32


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/x/",
        "/{token}",
        "/{token}x/",
        "/{token}/manifest.json",
        "/{token}/../../etc/passwd",
        "/{token}/./",
        "x",
    ],
)
def test_everything_else_is_not_found(server: PageServer, ask: Callable[..., Answer], path: str) -> None:
    path = path.replace("{token}", server.token)
    status, _, body = ask(path)
    assert (status, body) == (
        (200, b"<p>1</p>") if path == f"/{server.token}" + "/" else (404, b"nothing here\n")
    )


@pytest.mark.parametrize(
    "host", ["", "evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "0.0.0.0:{port}"]
)
def test_another_host_name_is_refused(server: PageServer, ask: Callable[..., Answer], host: str) -> None:
    status, _, body = ask(f"/{server.token}/", host=host.replace("{port}", str(server.port)))
    assert (status, body) == (421, b"wrong host name\n")


def test_localhost_is_this_host(server: PageServer, ask: Callable[..., Answer]) -> None:
    assert ask(f"/{server.token}/", host=f"localhost:{server.port}")[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_is_read_only(server: PageServer, ask: Callable[..., Answer], method: str) -> None:
    assert ask(f"/{server.token}/", method)[0] == 501


def test_head_has_no_body(server: PageServer, ask: Callable[..., Answer]) -> None:
    status, headers, body = ask(f"/{server.token}/", "HEAD")
    assert (status, headers["Content-Length"], body) == (200, "8", b"")


def test_it_is_built_anew_when_its_material_changes_and_no_oftener(
    server: PageServer, ask: Callable[..., Answer], material: Material
) -> None:
    for _ in range(3):
        ask(f"/{server.token}/")
        material.now += 10 * SHORTEST_S
    assert material.built == ["1"]
    material.version = "2"
    assert ask(f"/{server.token}/")[2] == b"<p>2</p>"
    material.version = "3"
    assert ask(f"/{server.token}/")[2] == b"<p>2</p>"  # it has only just looked
    material.now += 10 * SHORTEST_S
    assert ask(f"/{server.token}/")[2] == b"<p>3</p>"
    assert material.built == ["1", "2", "3"]


def test_a_material_that_fails_is_said_and_may_come_back(
    server: PageServer, ask: Callable[..., Answer], material: Material
) -> None:
    ask(f"/{server.token}/")
    material.now += 10 * SHORTEST_S
    material.version, material.fails = "2", True
    status, _, body = ask(f"/{server.token}/")
    assert (status, body) == (503, b"the page cannot be built now: gone\n")
    material.fails = False
    assert ask(f"/{server.token}/")[0] == 200


def test_a_port_that_is_taken_is_an_error(server: PageServer, material: Material) -> None:
    with pytest.raises(OSError, match="in use"):
        PageServer(PageSource(lambda: "1", material.build), server.port)


def leave_early(server: PageServer) -> None:
    """Ask for the page and cut the connection, as a browser does whose tab is closed."""
    with socket.create_connection(("127.0.0.1", server.port)) as browser:
        browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        asked = f"GET /{server.token}/ HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n"
        browser.sendall(asked.encode())


def test_nothing_is_said_when_clients_leave(
    server: PageServer, material: Material, ask: Callable[..., Answer], capfd: pytest.CaptureFixture[str]
) -> None:
    def build(version: str) -> tuple[str, int]:
        time.sleep(0.05)  # the client has left when the page is ready
        return "long " * 1_000_000, 7

    material.build = build  # type: ignore[method-assign]
    server._shelf._source = PageSource(lambda: material.version, build, lambda: material.now)
    for number in range(5):
        material.version, material.now = f"v{number}", 1000.0 * number
        leave_early(server)
    material.now = 10_000.0
    assert ask(f"/{server.token}/")[0] == 200
    time.sleep(0.2)
    assert capfd.readouterr().err == ""


def test_a_fault_of_ours_is_one_line(server: PageServer, capfd: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError("a\nb")
    except ValueError:
        server._server.handle_error(None, None)
    assert capfd.readouterr().err == "mgllm: a request was not answered: a\\nb\n"
