"""Keeps to the user's own limits: requests and tokens a minute (`--rpm`, `--tpm`)."""

from __future__ import annotations

from aiolimiter import AsyncLimiter

_MINUTE_S = 60.0


class Meter:
    """Admits requests evenly over the minute, so that no minute has more than the limit. A burst
    at the beginning would be refused by servers that count over shorter times."""

    def __init__(self, rpm: int | None = None, tpm: int | None = None) -> None:
        self._requests = AsyncLimiter(1, _MINUTE_S / rpm) if rpm else None
        self._tokens = AsyncLimiter(tpm / _MINUTE_S, 1) if tpm else None
        self._written: dict[int, int] = {}
        self._owed = 0

    async def admit(self, read: int, most_written: int) -> None:
        """Wait until a request may be sent; call it for one request at a time.

        Args:
            read: tokens of the prompt, estimated.
            most_written: tokens that the reply may have. The longest reply of such a request counts
                instead, as soon as there is one.
        """
        if self._tokens is not None:
            tokens = read + self._written.get(most_written, most_written) + self._owed
            self._owed = 0
            await self._take(self._tokens, tokens)
        if self._requests is not None:
            await self._requests.acquire()

    def learn(self, most_written: int, read: int, written: int) -> None:
        """Correct later estimates by what was used."""
        del read  # estimated generously, see `estimate_tokens`
        counted = self._written.get(most_written, most_written)
        self._owed += max(0, written - counted)
        self._written[most_written] = max(written, self._written.get(most_written, 0))

    async def _take(self, limiter: AsyncLimiter, tokens: float) -> None:
        while tokens > 0:  # a limiter admits no more than a second's tokens at a time
            part = min(tokens, limiter.max_rate)
            await limiter.acquire(part)
            tokens -= part
