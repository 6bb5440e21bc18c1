"""The one door from ordinary code into code that awaits; it opens inside a running loop, too."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, wait
from contextlib import suppress
from contextvars import copy_context
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_SECONDS_BETWEEN_LOOKS = 0.2
"""How soon an interrupt is seen where it does not end a wait by itself: in `asyncio.run`, which
turns it into a cancelled task, and on Windows. A person notices no such delay."""


def run_blocking(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end and return its result.

    Without a running loop this is `asyncio.run`. In a running loop, as in every cell of a notebook,
    the coroutine gets a loop and a thread of its own, with a copy of the caller's context
    variables.

    Raises:
        KeyboardInterrupt: after the coroutine was cancelled and has cleaned up. A second interrupt
            does not wait for that.
        BaseException: whatever the coroutine raises, with its trace.
    """
    return _InThread(coroutine).result() if _loop_runs() else asyncio.run(coroutine)


def _loop_runs() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class _InThread(Generic[T]):
    """A coroutine in a loop and a thread of its own."""

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self._caller = asyncio.current_task()
        self._coroutine = coroutine
        self._context = copy_context()
        self._task: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[T]]] = Future()
        self._outcome: Future[T] = Future()

    def result(self) -> T:
        """What the coroutine returns or raises; an interrupt of the caller cancels it."""
        # A daemon: after a second interrupt nobody waits for it, not even the end of the program.
        threading.Thread(target=self._run, name="mgllm", daemon=True).start()
        try:
            self._wait(until_cancelled=True)
        except KeyboardInterrupt:
            self._cancel()
            self._wait()
            if isinstance(self._outcome.exception(), asyncio.CancelledError):
                raise
        return self._outcome.result()

    def _run(self) -> None:
        try:
            with asyncio.Runner() as runner:
                value = runner.run(self._noted(), context=self._context)
        except BaseException as error:  # for the caller, who raises it
            self._outcome.set_exception(error)
        else:
            self._outcome.set_result(value)

    async def _noted(self) -> T:
        task = asyncio.current_task()
        assert task is not None
        self._task.set_result((asyncio.get_running_loop(), task))
        return await self._coroutine

    def _wait(self, *, until_cancelled: bool = False) -> None:
        before = self._cancels()
        while not wait([self._outcome], timeout=_SECONDS_BETWEEN_LOOKS).done:
            if until_cancelled and self._cancels() > before:
                self._cancel()
                until_cancelled = False

    def _cancels(self) -> int:
        """How often the caller's own task was asked to stop, which its waiting loop cannot say."""
        return self._caller.cancelling() if self._caller is not None else 0

    def _cancel(self) -> None:
        if self._outcome.done():
            return
        loop, task = self._task.result()
        with suppress(RuntimeError):  # the loop was closed a moment ago
            loop.call_soon_threadsafe(task.cancel)
