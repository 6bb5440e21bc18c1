"""Where a server of the tests runs: in a thread with a loop of its own, or as a process."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from typing import Any, Protocol, Self


class Hosted(Protocol):
    """A server that serves while it is entered."""

    @property
    def url(self) -> str:
        """What belongs in `--base-url`."""

    async def __aenter__(self) -> Self:
        """Begin to serve."""

    async def __aexit__(self, *why: Any) -> None:
        """Stop."""


class InThread:
    """A loop of its own in which a server runs."""

    def __init__(self, server: Hosted, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._server = server
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(server.__aenter__(), self._loop).result(10)

    def stop(self) -> None:
        """Stop serving and end the thread."""
        asyncio.run_coroutine_threadsafe(self._server.__aexit__(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


async def until_stopped(server: Hosted) -> None:
    """Print a server's URL as the first line, and serve until interrupted or terminated."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        await stop.wait()
