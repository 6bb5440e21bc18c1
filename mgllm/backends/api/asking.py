"""Asking until there is an answer: again after a while, differently after a refusal, or never again."""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol

from mgllm.backends.api.address import Secret
from mgllm.backends.api.client import Answer, Json
from mgllm.backends.api.refusing import Trouble, read_trouble
from mgllm.backends.api.replies import read_reply
from mgllm.backends.api.waiting import LONGEST_WAIT_S, Clock, told_wait_s, wait_s
from mgllm.errors import FatalBackendError
from mgllm.records import Form, Question, Reply

_CHANGES = 12
"""Times that one question is put differently: more than there are parameters to drop."""
PATHS = {"chat": "/chat/completions"}


class Wire(Protocol):
    """What carries requests; `Client` over HTTP."""

    async def post(self, path: str, body: Json) -> Answer:
        """Send a JSON object."""


class Bodies(Protocol):
    """What a question is sent as; `Parameters` in a run."""

    def body(self, question: Question) -> Json:
        """The request for a question."""

    def learn(self, trouble: Trouble, sent: Json) -> bool:
        """Whether the next body differs in what the refusal names."""


class Policy(NamedTuple):
    """How often a question is asked."""

    retries: int
    """Attempts after the first."""
    seed: int
    """Of the jittered waits."""
    clock: Clock
    """Time."""


class Place(NamedTuple):
    """What error messages name."""

    base_url: str
    """Where it was asked."""
    model: str
    """Who was asked."""
    secret: Secret
    """Taken out of every message."""


class Asker:
    """Puts questions to one server."""

    def __init__(self, wire: Wire, parameters: Bodies, policy: Policy, place: Place) -> None:
        self._wire = wire
        self._parameters = parameters
        self._policy = policy
        self._place = place
        self.served_model: str | None = None

    async def ask(self, question: Question) -> Reply:
        """The reply, after as many attempts as it takes or as are allowed.

        An attempt that is refused for a parameter is not counted: it was the wrong question.

        Raises:
            FatalBackendError: nothing else would be answered either.
        """
        path, clock = PATHS[question.prompt.form], self._policy.clock
        attempt, changes = 1, 0
        while True:
            body = self._parameters.body(question)
            began_s = clock.monotonic()
            answer = await self._wire.post(path, body)
            took_s = clock.monotonic() - began_s
            trouble = read_trouble(answer)
            if trouble is None:
                return self._reply(answer, question, took_s, attempt)
            if trouble.step == "differently" and changes < _CHANGES and self._learn(trouble, body):
                changes += 1
            elif not await self._may_ask_again(trouble, answer, question, attempt):
                return self._no_reply(trouble, took_s, attempt)
            else:
                attempt += 1

    def _learn(self, trouble: Trouble, body: Json) -> bool:
        try:
            return self._parameters.learn(trouble, body)
        except FatalBackendError as error:
            raise FatalBackendError(self._line(str(error))) from None

    async def _may_ask_again(
        self, trouble: Trouble, answer: Answer, question: Question, attempt: int
    ) -> bool:
        if trouble.step == "stop":
            raise FatalBackendError(self._line(why_stop(trouble, question.prompt.form, self._place)))
        if trouble.step != "again" or attempt > self._policy.retries:
            return False
        told = told_wait_s(answer.headers, self._policy.clock.utc())
        if told is not None and told > LONGEST_WAIT_S:
            return False
        await self._policy.clock.sleep(wait_s(told, self._policy.seed, question.prompt.sha256, attempt))
        return True

    def _reply(self, answer: Answer, question: Question, took_s: float, attempt: int) -> Reply:
        reply = read_reply(answer.body, question)
        if self.served_model is None and isinstance(answer.body.get("model"), str):
            self.served_model = re.sub(
                r"^(?:/|[A-Za-z]:\\).*[/\\]", "", answer.body["model"]
            )  # a name, no path
        error = self._line(reply.error) if reply.error is not None else None
        return reply.model_copy(update={"latency_s": took_s, "attempts": attempt, "error": error})

    def _no_reply(self, trouble: Trouble, took_s: float, attempt: int) -> Reply:
        if trouble.step == "refused":
            return Reply(
                text="", refusal=True, finish_reason="content_filter", latency_s=took_s, attempts=attempt
            )
        return Reply(error=self._line(str(trouble)), latency_s=took_s, attempts=attempt)

    def _line(self, text: str) -> str:
        return self._place.secret.line(text)


def why_stop(trouble: Trouble, form: Form, place: Place) -> str:
    """What a person can do about an error that no waiting cures; the server's words stand last."""
    url, variable = place.base_url, place.secret.variable
    said = f" (the server says {trouble})"
    if trouble.no_credit:
        return f"the account at {url} has no credit; top it up, then go on with --resume{said}"
    if trouble.status in {401, 403}:
        if variable is None:
            return f"{url} asks for a key; name the variable that holds it: --api-key-env{said}"
        return f"{url} refuses the key in {variable}; correct it or name another: --api-key-env{said}"
    if 300 <= trouble.status < 400:
        return f"{url} sends requests elsewhere; give the final address as --base-url{said}"
    unknown_model = "model_not_found" in trouble.codes and "chat model" not in trouble.message
    if form == "cloze" and not unknown_model:
        return f"{url} has no completions endpoint for {place.model}; use --form chat{said}"
    return f"no model '{place.model}' at {url}; check --model, and --base-url, which often ends in /v1{said}"
