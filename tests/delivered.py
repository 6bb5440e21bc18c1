"""One reply that comes whatever is asked, on a clock on which nobody waits."""

from __future__ import annotations

from collections.abc import Mapping

from mgllm.backends.api.address import Secret
from mgllm.backends.api.asking import Asker, Place, Policy
from mgllm.backends.api.bodies import Answer, Json, read_answer
from mgllm.backends.api.parameters import Parameters

MOST_POSTS = 20
LONGEST_WAIT_S = 660


class Still:
    """A clock on which every wait is over at once."""

    def monotonic(self) -> float:
        return 0.0

    def utc(self) -> float:
        return 1.8e9

    async def sleep(self, seconds: float) -> None:
        assert 0 <= seconds <= LONGEST_WAIT_S


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
