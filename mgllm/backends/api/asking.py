"""Asking until there is an answer: again after a while, differently after a refusal, or never again."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from mgllm.backends.api.address import Secret
from mgllm.backends.api.bodies import Answer, Json
from mgllm.backends.api.refusing import Trouble, read_absence, read_trouble
from mgllm.backends.api.replies import read_reply
from mgllm.backends.api.usage import add_usage, read_spent
from mgllm.backends.api.waiting import LONGEST_WAIT_S, Clock, told_wait_s, wait_s
from mgllm.errors import FatalBackendError
from mgllm.records import Question, Reply, Usage

_CHANGES = 12
"""Times that one question is put differently: more than there are parameters to drop."""
_EMPTY_RETRIES = 2
"""Attempts after an empty text: each is paid for, and a third that is empty too will not be the last."""
_PATH = "/chat/completions"


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


class _Attempt(NamedTuple):
    """One answer, read."""

    answer: Answer
    """As it came."""
    took_s: float
    """Seconds from asking to reading."""
    trouble: Trouble | None = None
    """Why it is no reply."""
    reply: Reply | None = None
    """The reply in it, where there is no trouble."""
    paid: Usage | None = None
    """Tokens that it took, as far as it tells or holds a text."""


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

        An attempt that is refused for a parameter is not counted: it was the wrong question. An empty text
        is no reply, but it is paid for: tokens of all attempts are summed.

        Raises:
            FatalBackendError: nothing else would be answered either.
        """
        attempt, changes, empty = 1, 0, 0
        spent: Usage | None = None
        while True:
            body = self._parameters.body(question)
            got = await self._attempt(question, body)
            spent = add_usage(spent, got.paid)
            if got.reply is not None:
                return self._finished(got.reply, spent, got.took_s, attempt)
            trouble = got.trouble or EMPTY
            empty += trouble is EMPTY
            if trouble.step == "differently" and changes < _CHANGES and self._learn(trouble, body):
                changes += 1
            elif empty <= _EMPTY_RETRIES and await self._may_ask_again(
                trouble, got.answer, question, attempt
            ):
                attempt += 1
            else:
                return self._no_reply(trouble, spent, got.took_s, attempt)

    async def _attempt(self, question: Question, body: Json) -> _Attempt:
        clock = self._policy.clock
        began_s = clock.monotonic()
        answer = await self._wire.post(_PATH, body)
        took_s = clock.monotonic() - began_s
        try:
            return _read(answer, question, took_s)
        except Exception as error:  # whatever one reply holds, it is one failed record and no more
            kind = f"{type(error).__name__}: {str(error)[:80]}"
            said = f"the server sent a reply that cannot be read ({kind}): {answer.said}"
            return _Attempt(answer, took_s, Trouble(status=0, message=said, final=True))

    def _learn(self, trouble: Trouble, body: Json) -> bool:
        try:
            return self._parameters.learn(trouble, body)
        except FatalBackendError as error:
            raise FatalBackendError(self._line(str(error))) from None

    async def _may_ask_again(
        self, trouble: Trouble, answer: Answer, question: Question, attempt: int
    ) -> bool:
        if trouble.step == "stop":
            raise FatalBackendError(self._line(why_stop(trouble, self._place)))
        if trouble.step != "again" or attempt > self._policy.retries:
            return False
        told = told_wait_s(answer.headers, self._policy.clock.utc())
        if told is not None and told > LONGEST_WAIT_S:
            return False
        await self._policy.clock.sleep(wait_s(told, self._policy.seed, question.prompt.sha256, attempt))
        return True

    def _finished(self, reply: Reply, spent: Usage | None, took_s: float, attempt: int) -> Reply:
        if self.served_model is None:
            self.served_model = reply.served_model
        told = (("error", reply.error), ("hint", reply.hint))
        lines = {name: self._line(words) for name, words in told if words is not None}
        update = {"usage": spent, "latency_s": took_s, "attempts": attempt, **lines}
        return reply.model_copy(update=update)

    def _no_reply(self, trouble: Trouble, spent: Usage | None, took_s: float, attempt: int) -> Reply:
        reply = Reply(usage=spent, latency_s=took_s, attempts=attempt, error=self._line(str(trouble)))
        if trouble is EMPTY:  # the server answered, which is all that a first question asks
            return reply.model_copy(update={"text": ""})
        if trouble.step != "refused":
            return reply
        refused = {"text": "", "refusal": True, "finish_reason": "content_filter", "error": None}
        return reply.model_copy(update=refused)

    def _line(self, text: str) -> str:
        return self._place.secret.line(text)


EMPTY = Trouble(
    status=0,
    message="the server sent an empty text and nothing that says why; try another model if it stays so",
)
"""The trouble with a reply that says nothing at all."""


def _read(answer: Answer, question: Question, took_s: float) -> _Attempt:
    trouble = read_trouble(answer) or read_absence(answer)
    if trouble is not None:
        told = answer.body.get("usage") if 200 <= answer.status < 300 else None
        return _Attempt(answer, took_s, trouble, paid=read_spent(told, question, "").usage if told else None)
    reply = read_reply(answer.body, question)
    if (reply.text or "").strip() or reply.refusal or reply.hint or reply.error:
        return _Attempt(answer, took_s, None, reply, reply.usage)
    return _Attempt(answer, took_s, EMPTY, None, reply.usage)


def why_stop(trouble: Trouble, place: Place) -> str:
    """What a person can do about an error that no waiting cures; the server's words stand last."""
    url = place.base_url
    if trouble.no_credit:
        why = f"the account at {url} has no credit; top it up, then go on with --resume"
    elif trouble.status in {401, 403}:
        why = _why_locked(place)
    elif trouble.status == 407:
        why = f"the proxy before {url} asks for a password; write it into the variable that names the proxy"
    elif 300 <= trouble.status < 400:
        why = f"{url} sends requests elsewhere; give the final address as --base-url"
    else:
        why = f"no model '{place.model}' at {url}; check --model, and --base-url, which often ends in /v1"
    return f"{why} (the server says {trouble})"


def _why_locked(place: Place) -> str:
    url, variable = place.base_url, place.secret.variable
    if variable is None:
        return f"{url} asks for a key; name the variable that holds it: --api-key-env"
    return f"{url} refuses the key in {variable}; correct it or name another: --api-key-env"
