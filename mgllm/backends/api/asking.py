"""Asks one question until there is a reply: again after a wait, or changed after a refused
parameter."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from mgllm.backends.api.address import Secret
from mgllm.backends.api.bodies import Answer, Json
from mgllm.backends.api.refusing import Trouble, read_absence, read_trouble
from mgllm.backends.api.replies import read_reply
from mgllm.backends.api.usage import add_usage, read_spent
from mgllm.backends.api.waiting import LONGEST_WAIT_S, Clock, wait_s, wanted_wait_s
from mgllm.errors import FatalBackendError
from mgllm.records import Question, Reply, Usage

_CHANGES = 12
"""How often one question is changed: more often than there are parameters to leave out."""
_EMPTY_RETRIES = 2
"""Attempts after an empty text: each costs money, and after three empty ones a fourth would be
too."""
_PATH = "/chat/completions"


class Wire(Protocol):
    """Sends requests; in a run, `Client` over HTTP."""

    async def post(self, path: str, body: Json) -> Answer: ...


class Bodies(Protocol):
    """Makes request bodies; in a run, `Parameters`."""

    def body(self, question: Question) -> Json: ...

    def learn(self, trouble: Trouble, sent: Json) -> bool:
        """Change the next body after a refusal; False if nothing can be changed."""


class Policy(NamedTuple):
    """How often a question is asked."""

    retries: int
    """Attempts after the first."""
    seed: int
    """For the random part of the waits."""
    clock: Clock
    """Measures time and waits."""


class Place(NamedTuple):
    """What error messages need to know of server and model."""

    base_url: str
    """The server's address."""
    model: str
    """The model's name."""
    secret: Secret
    """The key, which is removed from every message."""


class _Attempt(NamedTuple):
    """One answer of the server, and what it means."""

    answer: Answer
    """As it was received."""
    took_s: float
    """Seconds from asking to reading."""
    trouble: Trouble | None = None
    """Why it is not a reply."""
    reply: Reply | None = None
    """The reply in it, if there is no trouble."""
    paid: Usage | None = None
    """Tokens that it used, if the server says so or there is a text."""


class Asker:
    """Asks one server."""

    def __init__(self, wire: Wire, parameters: Bodies, policy: Policy, place: Place) -> None:
        self._wire = wire
        self._parameters = parameters
        self._policy = policy
        self._place = place
        self.served_model: str | None = None

    async def ask(self, question: Question) -> Reply:
        """The reply, after as many attempts as are needed or allowed.

        An attempt that is refused because of a parameter does not count. An empty text is not a
        reply, but it costs money: the tokens of all attempts are added.

        Raises:
            FatalBackendError: the server would not answer other questions either.
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
        except Exception as error:  # whatever a reply contains, only this one record fails
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
        wanted = wanted_wait_s(answer.headers, self._policy.clock.utc())
        if wanted is not None and wanted > LONGEST_WAIT_S:
            return False
        await self._policy.clock.sleep(wait_s(wanted, self._policy.seed, question.prompt.sha256, attempt))
        return True

    def _finished(self, reply: Reply, spent: Usage | None, took_s: float, attempt: int) -> Reply:
        if self.served_model is None:
            self.served_model = reply.served_model
        said = (("error", reply.error), ("hint", reply.hint))
        lines = {name: self._line(words) for name, words in said if words is not None}
        update = {"usage": spent, "latency_s": took_s, "attempts": attempt, **lines}
        return reply.model_copy(update=update)

    def _no_reply(self, trouble: Trouble, spent: Usage | None, took_s: float, attempt: int) -> Reply:
        reply = Reply(usage=spent, latency_s=took_s, attempts=attempt, error=self._line(str(trouble)))
        if trouble is EMPTY:  # the server answered, which is enough for a first question
            return reply.model_copy(update={"text": ""})
        if trouble.step != "refused":
            return reply
        refused = {"text": "", "refusal": True, "finish_reason": "content_filter", "error": None}
        return reply.model_copy(update=refused)

    def _line(self, text: str) -> str:
        return self._place.secret.line(text)


EMPTY = Trouble(
    status=0,
    message="the server sent an empty text and no reason; if this goes on, use another model",
)
"""The trouble with a reply that says nothing at all."""


def _read(answer: Answer, question: Question, took_s: float) -> _Attempt:
    trouble = read_trouble(answer) or read_absence(answer)
    if trouble is not None:
        usage = answer.body.get("usage") if 200 <= answer.status < 300 else None
        paid = read_spent(usage, question, "").usage if usage else None
        return _Attempt(answer, took_s, trouble, paid=paid)
    reply = read_reply(answer.body, question)
    if (reply.text or "").strip() or reply.refusal or reply.hint or reply.error:
        return _Attempt(answer, took_s, None, reply, reply.usage)
    return _Attempt(answer, took_s, EMPTY, None, reply.usage)


def why_stop(trouble: Trouble, place: Place) -> str:
    """What the user can do about an error that waiting does not solve; the server's words come
    last."""
    url = place.base_url
    if trouble.no_credit:
        why = f"the account at {url} has no credit; add some, then go on with --resume"
    elif trouble.status in {401, 403}:
        why = _why_locked(place)
    elif trouble.status == 407:
        why = f"the proxy for {url} asks for a password; write it into the variable that names the proxy"
    elif 300 <= trouble.status < 400:
        why = f"{url} sends requests to another address; give that one as --base-url"
    else:
        why = f"no model '{place.model}' at {url}; check --model, and --base-url, which often ends in /v1"
    return f"{why} (the server says {trouble})"


def _why_locked(place: Place) -> str:
    url, variable = place.base_url, place.secret.variable
    if variable is None:
        return f"{url} asks for a key; give the name of the variable with the key as --api-key-env"
    return f"{url} refuses the key in {variable}; correct it, or name another variable: --api-key-env"
