"""Requests over a real wire: bodies without end, TLS, proxies."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import ssl
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from mgllm.backends.api.address import Secret, read_address
from mgllm.backends.api.bodies import MOST_BYTES, Answer
from mgllm.backends.api.client import Client
from mgllm.backends.base import BackendOptions, backends
from mgllm.errors import FatalBackendError
from mgllm.records import Reply
from mgllm.testing import FakeServer, a_question
from tests.backends.api.raw_server import Respond, answer, make_certificate, raw_server, whole

GOOD = b'{"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]}'
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def post(url: str, timeout_s: float = 20.0) -> Answer:
    async def once() -> Answer:
        client = Client(read_address(url), Secret(None, None), timeout_s)
        try:
            return await client.post("/chat/completions", {"model": "m"})
        finally:
            await client.close()

    return asyncio.run(once())


def ask(url: str) -> Reply:
    """One question by the whole backend, without retries."""
    backend = backends.get("openai-compatible")(
        BackendOptions(model="m", base_url=url, timeout_s=20, max_retries=0)
    )

    async def once() -> Reply:
        await backend.open()
        try:
            return await backend.ask(a_question())
        finally:
            await backend.close()

    return asyncio.run(once())


def endless(
    *headers: str, first: bytes = b'{"choices": [{"message": {"content": "'
) -> tuple[Respond, list[int]]:
    """Chunks without end, and how many bytes of them were taken."""
    sent: list[int] = [0]

    async def respond(head: str, writer: asyncio.StreamWriter) -> None:
        if head.startswith("GET"):
            writer.write(whole(b"{}"))
            return
        lines = ["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", *headers, "", ""]
        writer.write("\r\n".join(lines).encode() + b"%x\r\n%s\r\n" % (len(first), first))
        piece = b"a" * 65536
        while not writer.is_closing() and sent[0] < 50 * MOST_BYTES:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
            sent[0] += len(piece)

    return respond, sent


def test_a_body_without_end_is_left_at_the_limit() -> None:
    respond, sent = endless()
    tracemalloc.start()
    with raw_server(respond) as port:
        reply = ask(f"http://127.0.0.1:{port}/v1")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "more than 8 MB" in str(reply.error)
    assert (reply.text, reply.attempts) == (None, 1)
    assert sent[0] < 3 * MOST_BYTES
    assert most < 8 * MOST_BYTES


def test_a_body_that_says_it_is_too_long_is_not_read() -> None:
    async def respond(head: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n{")

    with raw_server(respond) as port:
        found = post(f"http://127.0.0.1:{port}/v1")
    assert found.said == "the server sent more than 8 MB, too much for a reply to such a question (HTTP 200)"
    assert found.final


@pytest.mark.parametrize("packed", ["gzip", "deflate"])
def test_a_small_body_that_unpacks_to_a_huge_one_is_a_failed_reply(packed: str) -> None:
    body = gzip.compress(b'{"choices": "' + b"a" * (200 * 2**20) + b'"}')
    assert len(body) < 2**20
    with raw_server(answer(body, f"Content-Encoding: {packed}")) as port:
        reply = ask(f"http://127.0.0.1:{port}/v1")
    assert "8 MB" in str(reply.error) or "not packed" in str(reply.error)
    assert reply.text is None


def test_a_packed_body_is_read() -> None:
    with raw_server(answer(gzip.compress(GOOD), "Content-Encoding: gzip")) as port:
        assert ask(f"http://127.0.0.1:{port}/v1").text == "yes"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + GOOD[:20], "the answer is incomplete"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "chunk"),
        (b"HTTP/1.1 abc\r\n\r\n", "Bad"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "Bad"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", "400"),
        (b"", "isconnected"),
    ],
)
def test_what_is_no_http_is_an_answer_of_status_0(raw: bytes, words: str) -> None:
    async def respond(head: str, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        writer.close()

    with raw_server(respond) as port:
        found = post(f"http://127.0.0.1:{port}/v1")
    assert (found.status, found.body, found.final) == (0, {}, False)
    assert words.lower() in found.said.lower()


def test_headers_are_sent_as_servers_expect_them() -> None:
    with FakeServer() as server:
        ask(server.url)
    headers = server.requests[0].headers
    assert headers["content-type"] == "application/json"
    assert headers["accept-encoding"] == "gzip, deflate"
    assert "cookie" not in headers


# TLS


needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, ssl.SSLContext]]:
    """By name: the certificate's file, and a server's context with it."""
    folder = tmp_path_factory.mktemp("certificates")

    def make(name: str) -> tuple[Path, ssl.SSLContext]:
        certificate, key = make_certificate(folder, name)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return certificate, context

    return make


Certificates = Callable[[str], tuple[Path, ssl.SSLContext]]


@needs_openssl
def test_a_certificate_that_nobody_vouches_for_ends_the_run_and_says_so(certificates: Certificates) -> None:
    _, context = certificates("127.0.0.1")
    with raw_server(answer(GOOD), context) as port, pytest.raises(FatalBackendError) as caught:
        ask(f"https://127.0.0.1:{port}/v1")
    said = str(caught.value)
    assert said.startswith(f"the certificate of https://127.0.0.1:{port}/v1 is not trusted (self")
    assert "SSL_CERT_FILE" in said
    assert "start it" not in said


@needs_openssl
def test_ssl_cert_file_is_obeyed_on_loopback(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, context = certificates("127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with raw_server(answer(GOOD), context) as port:
        assert ask(f"https://127.0.0.1:{port}/v1").text == "yes"


@needs_openssl
def test_ssl_cert_dir_is_obeyed_on_loopback(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import subprocess

    certificate, context = certificates("127.0.0.1")
    done = subprocess.run(
        ["openssl", "x509", "-hash", "-noout", "-in", str(certificate)],
        check=True,
        capture_output=True,
        text=True,
    )
    shutil.copy(certificate, tmp_path / f"{done.stdout.strip()}.0")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with raw_server(answer(GOOD), context) as port:
        assert ask(f"https://127.0.0.1:{port}/v1").text == "yes"


@needs_openssl
def test_a_certificate_for_another_name_says_so(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, context = certificates("gpu.example.org")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with raw_server(answer(GOOD), context) as port, pytest.raises(FatalBackendError, match="--base-url"):
        ask(f"https://127.0.0.1:{port}/v1")


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_variable_that_names_nothing_is_told(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "/nowhere/authority")
    with pytest.raises(FatalBackendError, match=f"{variable} names /nowhere/authority"):
        post("https://127.0.0.1:9/v1")


def test_a_file_without_certificates_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("no certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "empty.pem"))
    with pytest.raises(FatalBackendError, match="SSL_CERT_FILE"):
        post("https://127.0.0.1:9/v1")


def test_a_server_without_tls_says_so() -> None:
    with FakeServer() as server, pytest.raises(FatalBackendError, match="does not use TLS; write http"):
        ask(server.url.replace("http:", "https:"))


# Proxies


def as_proxy(seen: list[str]) -> Respond:
    """Answers whatever it is asked for, and notes what that was."""

    async def respond(head: str, writer: asyncio.StreamWriter) -> None:
        seen.append(head.partition("\r\n")[0])
        writer.write(whole(GOOD))

    return respond


def test_a_proxy_is_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    with raw_server(as_proxy(seen)) as port:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
        reply = ask("http://gpu.example.org/v1")
    assert reply.text == "yes"
    assert seen == [
        "GET http://gpu.example.org/v1/models HTTP/1.1",
        "POST http://gpu.example.org/v1/chat/completions HTTP/1.1",
    ]


def test_a_loopback_server_is_no_exception_unless_no_proxy_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    with raw_server(as_proxy(seen)) as port, FakeServer(say="straight") as server:
        monkeypatch.setenv("ALL_PROXY", f"127.0.0.1:{port}")
        assert ask(server.url).text == "yes"
        assert len(seen) == 2
        monkeypatch.setenv("NO_PROXY", "127.0.0.0/8")
        assert ask(server.url).text == "straight"
        assert len(seen) == 2


def test_what_a_proxy_reads_leaves_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def uploads() -> bool:
        return backends.get("vllm")(BackendOptions(model="m")).uploads

    assert not uploads()
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:3128")
    assert uploads()
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    assert not uploads()


def test_a_proxy_that_does_not_answer_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://me:hunter2@127.0.0.1:9")
    with pytest.raises(FatalBackendError) as caught:
        ask("http://gpu.example.org/v1")
    assert "asked through the proxy in http_proxy; set NO_PROXY=gpu.example.org to avoid it" in str(
        caught.value
    )
    assert "hunter2" not in str(caught.value)


def test_a_proxy_that_wants_a_password_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(answer(b"", status="407 Proxy Authentication Required")) as port:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
        with pytest.raises(FatalBackendError, match=r"proxy for .* password"):
            ask("http://gpu.example.org/v1")
