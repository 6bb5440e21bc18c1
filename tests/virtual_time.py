"""A loop whose time moves on its own when nobody has anything to do: an hour passes in milliseconds."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_TICK_S = 1e-6
"""Time moves a little with every turn of the loop, so that nothing waits for ever for a rounding error."""


class _NoWaiting(selectors.SelectSelector):
    """Does not wait for sockets; says how long it would have."""

    waited_s = 0.0

    def select(self, timeout: float | None = None) -> Any:
        self.waited_s += max(timeout or 0.0, _TICK_S)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its time is what the selector would have waited."""

    def __init__(self) -> None:
        self._waits = _NoWaiting()
        super().__init__(self._waits)

    def time(self) -> float:
        return self._waits.waited_s


class VirtualClock:
    """The clock of the running virtual loop, as `mgllm.backends.api.waiting.Clock`."""

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def utc(self) -> float:
        return 1.8e9 + self.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run_virtually(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run to the end without waiting."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(coroutine)
