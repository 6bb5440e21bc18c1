"""Asks one question until there is a reply: again after a wait, or changed after a refused
parameter."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from mgllm.backends.api.address import Secret
from mgllm.backends.api.bodies import Answer, Json
from mgllm.backends.api.pacing import Pace
from mgllm.backends.api.refusing import Trouble, read_absence, read_trouble
from mgllm.backends.api.replies import read_reply
from mgllm.backends.api.usage import add_usage, estimate_tokens, read_spent
from mgllm.backends.api.waiting import (
    LONGEST_UNNAMED_S,
    LONGEST_WAIT_S,
    Clock,
    limit_wait_s,
    wait_s,
    wanted_wait_s,
)
from mgllm.errors import FatalBackendError
from mgllm.records import Question, Reply, Usage

_CHANGES = 12
"""How often one question is changed: more often than there are parameters to leave out."""
_EMPTY_RETRIES = 2
"""Attempts after an empty text: each costs money, and after three empty ones a fourth would be
too."""
_PATH = "/chat/completions"
_MOST_REFUSALS = 100
"""How often one question may meet the limit of rate: a refusal that comes so often, while other
questions are answered, is about this question. A question that half of the times is too early meets
the limit 20 times once in a million."""
_OVERLOADED = frozenset({503, 529})
"""If a server gives a time with one of these, it limits the rate."""
_AT_ONCE = 16
"""Requests at once, if no pace is given."""


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
    pace: Pace | None = None
    """How fast the server is asked, for all questions of a run together."""


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
    sent_s: float = 0.0
    """When it was asked, on the policy's clock."""


class Asker:
    """Asks one server."""

    def __init__(self, wire: Wire, parameters: Bodies, policy: Policy, place: Place) -> None:
        self._wire = wire
        self._parameters = parameters
        self._policy = policy
        self._place = place
        self._pace = policy.pace or Pace(_AT_ONCE, policy.clock)
        self.served_model: str | None = None

    async def ask(self, question: Question) -> Reply:
        """The reply, after as many attempts as are needed or allowed.

        An attempt that is refused because of a parameter, or because the server limits the rate,
        does not count. An empty text is not a reply, but it costs money: the tokens of all attempts
        are added.

        Raises:
            FatalBackendError: the server would not answer other questions either.
        """
        attempt, changes, empty, limited = 1, 0, 0, 0
        spent: Usage | None = None
        while True:
            body = self._parameters.body(question)
            got = await self._attempt(question, body)
            spent = add_usage(spent, got.paid)
            if got.reply is not None:
                return self._finished(got.reply, spent, got.took_s, attempt)
            trouble = got.trouble or EMPTY
            empty += trouble is EMPTY
            if self._is_limit(got):
                limited += 1
                if not await self._may_wait(got, question, limited):
                    return self._no_reply(trouble, spent, got.took_s, attempt)
            elif trouble.step == "differently" and changes < _CHANGES and self._learn(trouble, body):
                changes += 1
            elif empty <= _EMPTY_RETRIES and await self._may_ask_again(
                trouble, got.answer, question, attempt
            ):
                attempt += 1
            else:
                return self._no_reply(trouble, spent, got.took_s, attempt)

    async def _attempt(self, question: Question, body: Json) -> _Attempt:
        read = sum(estimate_tokens(message.content) for message in question.prompt.messages)
        async with self._pace.turn(read, question.max_tokens) as sent_s:
            answer = await self._wire.post(_PATH, body)
        took_s = self._policy.clock.monotonic() - sent_s
        got = self._understood(answer, question, took_s)._replace(sent_s=sent_s)
        if not self._is_limit(got) and answer.status:
            self._pace.answered()
        if got.paid is not None:
            self._pace.used(question.max_tokens, got.paid.prompt_tokens, got.paid.completion_tokens)
        return got

    def _understood(self, answer: Answer, question: Question, took_s: float) -> _Attempt:
        try:
            return _read(answer, question, took_s)
        except Exception as error:  # whatever a reply contains, only this one record fails
            kind = f"{type(error).__name__}: {str(error)[:80]}"
            said = f"the server sent a reply that cannot be read ({kind}): {answer.said}"
            return _Attempt(answer, took_s, Trouble(status=0, message=said, final=True))

    def _is_limit(self, got: _Attempt) -> bool:
        """Whether the server would answer the same question later, when it is asked more slowly."""
        trouble = got.trouble
        if trouble is None or trouble.step != "again":
            return False
        return trouble.limited or (trouble.status in _OVERLOADED and self._wanted_s(got) is not None)

    def _wanted_s(self, got: _Attempt) -> float | None:
        return wanted_wait_s(got.answer.headers, self._policy.clock.utc())

    async def _may_wait(self, got: _Attempt, question: Question, times: int) -> bool:
        """Wait for the server's limit; False if waiting longer has no sense.

        Args:
            got: the refusal.
            question: the question that was refused.
            times: how often it was, so far.
        """
        wanted = self._wanted_s(got)
        wait = limit_wait_s(wanted, self._policy.seed, question.prompt.sha256, times)
        self._pace.refused(got.sent_s, wait, wanted)
        longest = LONGEST_WAIT_S if wanted else LONGEST_UNNAMED_S
        if max(wanted or 0.0, self._pace.silent_s) > longest or times >= _MOST_REFUSALS:
            return False
        await self._policy.clock.sleep(wait)
        return True

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
