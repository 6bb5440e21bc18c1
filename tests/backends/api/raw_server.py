"""A server on loopback that sends any bytes: endless ones, cut ones, through TLS, or as a proxy."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

Respond = Callable[[str, asyncio.StreamWriter], Awaitable[None]]
"""From a request's head to what is written."""


@contextmanager
def raw_server(respond: Respond, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve in a thread of its own; yields the port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError, ValueError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next(
                    (line for line in head.lower().split("\r\n") if line.startswith("content-length")), ""
                )
                await reader.readexactly(int(length.partition(":")[2] or 0))
                await respond(head, writer)
                await writer.drain()
                if writer.is_closing():
                    break
        writer.close()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def answer(body: bytes, *headers: str, status: str = "200 OK") -> Respond:
    """The same to every request; the list of models is empty."""

    async def respond(head: str, writer: asyncio.StreamWriter) -> None:
        if head.startswith("GET"):
            writer.write(whole(b'{"object": "list", "data": []}'))
        else:
            writer.write(whole(body, *headers, status=status))

    return respond


def whole(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A response."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Content-Type: application/json", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate that signs itself, for one name or address, and its key."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    kind = "IP" if name[0].isdigit() else "DNS"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", f"/CN={name}",
         "-addext", f"subjectAltName={kind}:{name}"],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key
