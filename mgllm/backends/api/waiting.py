"""How long to wait before asking again: as the server says, else longer each time, with a random
part."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Protocol

from mgllm.seeds import unit

FIRST_WAIT_S = 0.5
"""Upper bound of the first wait; each next one is twice that."""
LONGEST_BACKOFF_S = 60.0
"""Upper bound of any wait, if the server does not ask for a longer one."""
LONGEST_WAIT_S = 600.0
"""A server that asks for a longer wait is not asked again in this run, nor one that has refused
everything for so long."""
LONGEST_UNNAMED_S = 120.0
"""The same for a server that limits the rate and does not say for how long: most count by the
minute, so that two minutes are long enough."""
LONGEST_LIMIT_BACKOFF_S = 8.0
"""Upper bound of a wait for the limit of rate, if the server names none: it may answer again at any
time."""


class Clock(Protocol):
    """Measures time and waits; tests replace it, so that they need not wait."""

    def monotonic(self) -> float:
        """Seconds that only grow."""

    def utc(self) -> float:
        """Seconds since 1970."""

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's time."""

    def monotonic(self) -> float:
        return time.monotonic()

    def utc(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def wanted_wait_s(headers: Mapping[str, str], now_utc: float) -> float | None:
    """Seconds that the server asks to wait: the longer of `retry-after-ms` and `Retry-After`; else
    None.

    A date is compared with the server's own `Date`, if given, so that a wrong clock here does no
    harm.
    """
    waits = [_milliseconds(headers.get("retry-after-ms")), _retry_after(headers, now_utc)]
    return max((wait for wait in waits if wait is not None), default=None)


def backoff_s(seed: int, name: str, attempt: int) -> float:
    """Seconds to wait after attempt number `attempt` (from 1): random, with a bound that
    doubles."""
    bound = min(LONGEST_BACKOFF_S, FIRST_WAIT_S * 2.0 ** min(attempt - 1, 30))
    return bound * unit(seed, "backoff", name, attempt)


def wait_s(wanted: float | None, seed: int, name: str, attempt: int) -> float:
    """Seconds to wait: what the server wants and up to a tenth more, so that not all ask at
    once."""
    if not wanted:
        return backoff_s(seed, name, attempt)
    return wanted + min(1.0, 0.1 * wanted) * unit(seed, "spread", name, attempt)


def limit_wait_s(wanted: float | None, seed: int, name: str, times: int) -> float:
    """Seconds to wait after a question met the limit of rate for the `times`-th time (from 1)."""
    if wanted:
        return wait_s(wanted, seed, name, times)
    bound = min(LONGEST_LIMIT_BACKOFF_S, FIRST_WAIT_S * 2.0 ** min(times - 1, 30))
    return bound * (1 + unit(seed, "limit", name, times)) / 2


def _milliseconds(value: str | None) -> float | None:
    seconds = _number(value)
    return None if seconds is None else seconds / 1000


def _retry_after(headers: Mapping[str, str], now_utc: float) -> float | None:
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None or value is None:
        return seconds
    until = _date(value)
    if until is None:
        return None
    now = _date(headers.get("date", ""))
    return max(0.0, until - (now_utc if now is None else now))


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _date(value: str) -> float | None:
    try:
        found = parsedate_to_datetime(value)
        return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
