"""Where a server for tests runs: in the running loop, in a separate thread, or as a process."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from aiohttp import web


class Loopback:
    """Serves on this machine while it is entered: `async with` in the running loop, `with` in a
    thread."""

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._runner: web.AppRunner | None = None
        self._thread: _InThread | None = None

    @property
    def url(self) -> str:
        """The value of `--base-url`."""
        return f"http://127.0.0.1:{self._port}/v1"

    def _routes(self, router: web.UrlDispatcher) -> None:
        """Add the handlers of paths."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        from aiohttp import web

        app = web.Application(client_max_size=2**26)
        self._routes(app.router)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=1024).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def __enter__(self) -> Self:
        self._thread = _InThread(self)
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread is not None:
            self._thread.stop()


class _InThread:
    """A separate loop in which a server runs."""

    def __init__(self, server: Loopback) -> None:
        self._loop = asyncio.new_event_loop()
        self._server = server
        name = type(server).__name__
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(server.__aenter__(), self._loop).result(10)

    def stop(self) -> None:
        """Stop serving and end the thread."""
        asyncio.run_coroutine_threadsafe(self._server.__aexit__(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


async def until_stopped(server: Loopback) -> None:
    """Print a server's URL as the first line, and serve until interrupted or terminated."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        await stop.wait()
