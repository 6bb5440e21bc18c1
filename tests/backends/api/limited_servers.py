"""Servers that limit the rate in different ways, in virtual time, and a client that asks them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from mgllm.backends.api.address import Secret
from mgllm.backends.api.asking import Asker, Place, Policy
from mgllm.backends.api.bodies import Answer, Json
from mgllm.backends.api.metering import Meter
from mgllm.backends.api.pacing import Pace
from mgllm.backends.api.parameters import Parameters
from mgllm.records import Prompt, Question, Reply
from mgllm.seeds import unit
from mgllm.testing import a_question
from tests.virtual_time import VirtualClock, run_virtually

OK = Answer(200, {}, {"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]}, "")
Admits = Callable[[float], bool]
"""From the time of a request to whether it is answered."""


def refusal(**headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(429, named, {"error": {"message": "slow down"}}, "")


def window(most: int, seconds: float) -> Admits:
    """`most` answers in each `seconds`, however soon they come: it refuses until the next window begins."""
    counts: dict[int, int] = {}

    def admits(now: float) -> bool:
        counts[int(now / seconds)] = counts.get(int(now / seconds), 0) + 1
        if counts[int(now / seconds)] <= most:
            return True
        counts[int(now / seconds)] -= 1
        return False

    return admits


def sliding(most: int, seconds: float) -> Admits:
    """`most` answers in any `seconds`."""
    times: list[float] = []

    def admits(now: float) -> bool:
        while times and times[0] <= now - seconds:
            times.pop(0)
        if len(times) >= most:
            return False
        times.append(now)
        return True

    return admits


def bucket(size: int, per_s: float) -> Admits:
    """Tokens drip in; each answer takes one."""
    state = [float(size), 0.0]

    def admits(now: float) -> bool:
        state[0] = min(size, state[0] + (now - state[1]) * per_s)
        state[1] = now
        if state[0] < 1:
            return False
        state[0] -= 1
        return True

    return admits


def by_chance(share: float) -> Admits:
    """Refuses at random: a router with a provider that is limited."""
    asked = [0]

    def admits(_: float) -> bool:
        asked[0] += 1
        return unit(0, "chance", asked[0]) >= share

    return admits


class Server:
    """Answers after a latency; refuses at once."""

    def __init__(
        self, admits: Admits, no: Answer | None = None, latency_s: float = 0.2, most_at_once: int = 10**6
    ) -> None:
        self.admits, self.no, self.latency_s = admits, no or refusal(retry_after="2"), latency_s
        self.most_at_once, self.at_once = most_at_once, 0
        self.arrived: list[float] = []
        self.answered: list[float] = []
        self.refused: list[float] = []

    async def post(self, path: str, body: Json) -> Answer:
        now = asyncio.get_running_loop().time()
        self.arrived.append(now)
        if self.at_once >= self.most_at_once or not self.admits(now):
            self.refused.append(now)
            await asyncio.sleep(0.01)
            return self.no
        self.at_once += 1
        await asyncio.sleep(self.latency_s)
        self.at_once -= 1
        self.answered.append(asyncio.get_running_loop().time())
        return OK


class Done(NamedTuple):
    """What a client of a server came to."""

    replies: list[Reply]
    took_s: float
    pace: Pace
    said: list[str]


class Client(NamedTuple):
    """What is asked, and how."""

    questions: int = 360
    concurrency: int = 16
    retries: int = 6
    meter: tuple[int | None, int | None] = (None, None)
    seed: int = 0


def numbered(number: int, seed: int = 0) -> Question:
    """A question that differs from the others, so that its waits do."""
    question = a_question()
    sha256 = f"{seed}-{number}".rjust(64, "0")
    prompt: Prompt = question.prompt.model_copy(update={"sha256": sha256})
    return question.model_copy(update={"prompt": prompt})


async def work(server: Server, client: Client) -> Done:
    """Ask all questions, so many at a time, as a run does."""
    clock = VirtualClock()
    began = clock.monotonic()
    pace = Pace(client.concurrency, clock, Meter(*client.meter))
    said: list[str] = []
    pace.report_to(said.append, None)
    place = Place("http://h/v1", "m", Secret(None, None))
    asker = Asker(server, Parameters("m", {}), Policy(client.retries, client.seed, clock, pace), place)
    left = iter(range(client.questions))
    replies: list[Reply] = []

    async def ask() -> None:
        for number in left:
            replies.append(await asker.ask(numbered(number, client.seed)))

    await asyncio.gather(*(ask() for _ in range(client.concurrency)))
    return Done(replies, clock.monotonic() - began, pace, said)


async def work_side_by_side(server: Server, clients: list[Client]) -> list[Done]:
    """Several processes at one server."""
    return await asyncio.gather(*(work(server, client) for client in clients))


def serve(server: Server, client: Client | None = None) -> Done:
    return run_virtually(work(server, client or Client()))
