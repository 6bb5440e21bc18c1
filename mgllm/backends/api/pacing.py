"""How fast one server is asked: fewer questions at once, and more slowly, while it limits the rate.

The number at once follows TCP's rule (AIMD: Chiu and Jain 1989): it rises by one with each
answer and is halved by a refusal. Time between requests does the rest, because one at a time may
still be too fast: it follows the same rule, as CUBIC does (Ha, Rhee and Xu 2008), so that several
clients of one server come to similar shares.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from mgllm.backends.api.metering import Meter
from mgllm.backends.api.waiting import Clock
from mgllm.records import Pace as Reached

LONGEST_GAP_S = 2.0
"""Longest time between two requests: a server that refuses everything is asked so often, to see
when it answers again. A server that asks for a shorter wait is asked as often as it says."""
_SHORTEST_GAP_S = 0.05
"""The same for servers that name next to no time."""
_SLOWER = 0.8
"""A refusal makes the rate so much smaller: half would leave much of it unused."""
_FASTER = 0.8
"""More requests in the longest gap, for each squared longest gap since the rate was made smaller:
slowly near the limit, quickly when the limit is gone, and alike for all clients of a server."""
_LAST, _TOLERATED = 30, 8
"""The rate is made smaller if more than so many of the last results are refusals. A few come by
chance from routers with many providers, and asking more slowly would not help."""
_MINUTE_S = 60.0
_BETWEEN_LINES_S = 30.0
"""Seconds between two lines about the limit: seldom enough for a log of hours."""

Say = Callable[[str], None]


class Pace:
    """Lets requests to one server through. Make it inside a running event loop."""

    def __init__(self, ceiling: int, clock: Clock, meter: Meter | None = None) -> None:
        self.width = self._ceiling = max(1, ceiling)
        self.per_s = math.inf
        self.refusals = 0
        self._clock = clock
        self._meter = meter or Meter()
        self._say: Say | None = None
        self._note: Say | None = None
        self._turnstile = asyncio.Lock()
        self._freed = asyncio.Event()
        self._on_wire = self._most = 0
        self._last_sent = self._slowed = self._narrowed = self._said = -math.inf
        self._slowed_to = math.inf
        self._longest_gap_s = LONGEST_GAP_S
        self._refused_since: float | None = None
        self._last: deque[bool] = deque(maxlen=_LAST)
        self._answers: deque[float] = deque()

    def report_to(self, say: Say | None, note: Say | None) -> None:
        """Where lines about the limit go: `say` shows one at once, `note` with the next
        progress."""
        self._say, self._note = say, note

    @property
    def reached(self) -> Reached:
        """For the manifest."""
        return Reached(at_once=self.width, per_minute=self._most, refusals=self.refusals)

    @property
    def silent_s(self) -> float:
        """Seconds for which the server has refused everything; 0 if its last word was another."""
        return 0.0 if self._refused_since is None else self._clock.monotonic() - self._refused_since

    @asynccontextmanager
    async def turn(self, read: int, most_written: int) -> AsyncIterator[float]:
        """Wait until a request may be sent; gives the time at which it is.

        Args:
            read: tokens of the prompt, estimated.
            most_written: tokens that the reply may have.
        """
        async with self._turnstile:  # one after the other, in the order in which they came
            while self._on_wire >= self.width:
                self._freed.clear()
                await self._freed.wait()
            await self._meter.admit(read, most_written)
            await self._keep_gap()
            self._last_sent = sent = self._clock.monotonic()
            self._on_wire += 1
        try:
            yield sent
        finally:
            self._on_wire -= 1
            self._freed.set()

    async def _keep_gap(self) -> None:
        while (left := self._last_sent + 1 / self.per_s - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)

    def answered(self) -> None:
        """A request was not refused: a little faster."""
        now = self._clock.monotonic()
        self._answers.append(now)
        self._most = max(self._most, self._per_minute(now))
        self._refused_since = None
        self._last.append(False)
        if self.width < self._ceiling:
            self.width += 1
            self._freed.set()
        if self._slowed_to < math.inf:
            gaps = (now - self._slowed) / self._longest_gap_s
            self.per_s = self._slowed_to + _FASTER * gaps**2 / self._longest_gap_s
        if self.refusals and self._note is not None:
            self._note(self._line(now))

    def refused(self, sent: float, wait_s: float, named_s: float | None) -> None:
        """A request was refused because of the rate: slower.

        Requests that were on their way before the pace changed say nothing about the new one. The
        number at once is halved once in the time that the server asks to wait.

        Args:
            sent: when it was sent.
            wait_s: seconds until it is sent again.
            named_s: seconds that the server asks to wait.
        """
        now = self._clock.monotonic()
        self.refusals += 1
        self._last.append(True)
        self._refused_since = now if self._refused_since is None else self._refused_since
        if sent >= self._narrowed:
            self.width = max(1, self.width // 2)
            self._narrowed = now + wait_s
        if sent >= self._slowed and sum(self._last) > _TOLERATED:
            self._longest_gap_s = gap_s = min(LONGEST_GAP_S, max(named_s or LONGEST_GAP_S, _SHORTEST_GAP_S))
            seen = max(self._since(now - gap_s), self.width) / gap_s
            self.per_s = max(1 / gap_s, _SLOWER * min(self.per_s, seen))
            self._slowed, self._slowed_to = now, self.per_s
        self._report(now)

    def used(self, most_written: int, read: int, written: int) -> None:
        """Tokens that an answer really used; see `turn`."""
        self._meter.learn(most_written, read, written)

    def _report(self, now: float) -> None:
        line = self._line(now)
        if self._note is not None:
            self._note(line)
        if self._say is not None and now - self._said >= _BETWEEN_LINES_S:
            self._said = now
            self._say(line)

    def _line(self, now: float) -> str:
        return f"the server limits the rate: {self.width} at once, {self._per_minute(now)} a minute"

    def _per_minute(self, now: float) -> int:
        """Answers in the last minute."""
        while self._answers and self._answers[0] <= now - _MINUTE_S:
            self._answers.popleft()
        return len(self._answers)

    def _since(self, then: float) -> int:
        """Answers since a time."""
        count = 0
        for answered in reversed(self._answers):
            if answered < then:
                break
            count += 1
        return count
