"""One reply that comes whatever is asked, on a clock on which nobody waits."""

from __future__ import annotations

from collections.abc import Mapping

from mgllm.backends.api.address import Secret
from mgllm.backends.api.asking import Asker, Place, Policy
from mgllm.backends.api.bodies import Answer, Json, read_answer
from mgllm.backends.api.parameters import Parameters

MOST_POSTS = 400
LONGEST_WAIT_S = 660


class Still:
    """A clock that only waits move."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def utc(self) -> float:
        return 1.8e9

    async def sleep(self, seconds: float) -> None:
        assert 0 <= seconds <= LONGEST_WAIT_S
        self.now += seconds


class Same:
    """A wire that brings one response again and again."""

    def __init__(self, status: int, headers: Mapping[str, str], raw: bytes, secret: Secret) -> None:
        self._sent = (status, headers, raw, secret)
        self._posts = 0

    async def post(self, path: str, body: Json) -> Answer:
        self._posts += 1
        assert self._posts < MOST_POSTS
        return read_answer(*self._sent)


def asker_of(wire: Same, secret: Secret, retries: int) -> Asker:
    """Who asks over that wire."""
    return Asker(wire, Parameters("m", {}), Policy(retries, 0, Still()), Place("http://h/v1", "m", secret))
