"""Finds out what a server allows, with a few tiny questions before the first real one."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from mgllm.answers.verdict import judge
from mgllm.backends.api.asking import Asker, Place, Policy, Wire
from mgllm.backends.api.bodies import Answer, Json
from mgllm.backends.api.reasoning import Way
from mgllm.backends.api.refusing import Trouble, names_parameter
from mgllm.backends.api.sending import LIMITS, TOO_LARGE, TOO_SMALL, Sending
from mgllm.backends.api.thinking import uncounted_thoughts
from mgllm.errors import FatalBackendError
from mgllm.records import Choice, Frozen, Message, Prompt, Question, Reply, prompt_sha256

MOST_POSTS = 24
"""Most questions to find out about one manner, with retries; more than five are rarely needed."""
_SMALL, _ROOMY = 64, 4096
"""Limits of tokens: enough for a word, and for a word after thoughts."""
_REFUSED = (400, 422)
_ROLES_IN_A_500 = re.compile(r"system role|roles? must alternate|template", re.IGNORECASE)
_WORDS = {"yes": ("yes",), "no": ("no",)}

Logprobs = Literal["given", "none", "misaligned", "not numbers"]
"""Whether a server gives the probabilities of what it wrote, and what is wrong with them."""


class Look(Frozen):
    """The result of one way of asking."""

    sending: Sending
    """What was sent in the end."""
    reply: Reply
    """What was received."""
    thoughts: int
    """Tokens of reasoning in it; 0 if none were seen."""
    cut: bool
    """Whether it ended at the limit of tokens."""

    @property
    def answered(self) -> bool:
        """Whether the server gave a reply, even an empty one."""
        return self.reply.error is None or self.reply.text is not None

    @property
    def thinks(self) -> bool:
        """Whether the model reasoned."""
        return self.thoughts > 0 or (self.cut and not self.reply.text)


class Listening:
    """A wire that counts questions, keeps the last answer, and stops at a maximum."""

    def __init__(self, wire: Wire, most: int = MOST_POSTS) -> None:
        self._wire = wire
        self._left = most
        self.posts = 0
        self.last = Answer(0, {}, {}, "")

    @property
    def spent(self) -> bool:
        """Whether no further question may be asked."""
        return self.posts >= self._left

    async def post(self, path: str, body: Json) -> Answer:
        if self.spent:
            return Answer(413, {}, {}, f"no answer to {self.posts} first questions")
        self.posts += 1
        self.last = await self._wire.post(path, body)
        self.posts -= self.last.status == 429  # it was not answered: the server limits the rate
        if self.last.status >= 500 and _ROLES_IN_A_500.search(f"{self.last.said} {self.last.body}"):
            return self.last._replace(status=400)  # an error of the chat template: it would come again
        return self.last


class Manner(NamedTuple):
    """The manner of asking to find out about."""

    question: Question
    """The tiny question, with the reasoning, score and temperature of the run."""
    ways: tuple[Way, ...]
    """Ways to ask for an amount of reasoning, tried in turn."""


class Settler:
    """Asks one server tiny questions."""

    def __init__(self, wire: Listening, policy: Policy, place: Place) -> None:
        self.wire = wire
        self._policy = policy
        self._place = place

    async def settle(self, fresh: Sending, manner: Manner) -> Look:
        """The first way in which the model answers without reasoning, else the best of the others.

        Raises:
            FatalBackendError: no question was answered.
        """
        looks: list[Look] = []
        for way in _with_silence(manner.ways):
            if looks and (self.wire.spent or not way.parameters):
                break
            begin = (looks[-1].sending if looks else fresh).along(way)
            look = await self._look(begin, manner.question)
            if look.answered and not look.thinks:
                return look
            if look.answered:
                looks.append(look)
            elif self.wire.last.status not in _REFUSED and not looks:
                break
        if not looks:
            raise FatalBackendError(
                f"{self._place.base_url} did not answer a first question ({look.reply.error}); look into "
                "the server's log"
            )
        # One that named another effort understands them; one that accepted the first may ignore it.
        return max(looks, key=lambda one: bool(one.sending.way.refused and one.sending.way.parameters))

    async def _look(self, begin: Sending, question: Question) -> Look:
        """Try one way, changed after refusals; again with more tokens if the reply was cut off."""
        learner = _Learner(begin)
        asker = Asker(self.wire, learner, self._policy, self._place)
        look = self._seen(learner, await asker.ask(question))
        if look.reply.error is not None and self.wire.last.status >= 500 and begin.role == "system":
            learner.sending = begin.model_copy(
                update={"role": "folded"}
            )  # Gemma's templates under mistral.rs
            look = self._seen(learner, await asker.ask(question))
        error = look.reply.error
        if not (look.cut or (error is not None and TOO_SMALL.search(error))):
            return look
        large = self._seen(learner, await asker.ask(question.model_copy(update={"max_tokens": _ROOMY})))
        return look if large.reply.error is not None and error is None else large

    def _seen(self, learner: _Learner, reply: Reply) -> Look:
        body = self.wire.last.body if reply.error is None else {}
        thoughts = reply.reasoning_tokens or uncounted_thoughts(body)
        cut = reply.finish_reason == "length"
        return Look(sending=learner.sending, reply=reply, thoughts=thoughts, cut=cut)


def _with_silence(ways: tuple[Way, ...]) -> tuple[Way, ...]:
    """The ways, and as the last one asking for nothing, unless the user asked for an effort."""
    return ways if any(way.exact is not None or not way.parameters for way in ways) else (*ways, Way())


class _Learner:
    """Makes the bodies of one way, and changes them after refusals."""

    def __init__(self, sending: Sending) -> None:
        self.sending = sending

    def body(self, question: Question) -> Json:
        return self.sending.body(question)

    def learn(self, trouble: Trouble, sent: Json) -> bool:
        if names_parameter(trouble, sent) in LIMITS and any(
            about.search(trouble.message) for about in (TOO_LARGE, TOO_SMALL)
        ):
            return False
        after = self.sending.after(trouble, sent)
        self.sending = after or self.sending
        return after is not None


def first_question(temperature: float) -> Question:
    """The tiny question; its system message shows whether the server allows this role."""
    messages = (
        Message(role="system", content="You answer with one word."),
        Message(role="user", content="Is water wet? Answer with one word, yes or no."),
    )
    return Question(
        prompt=Prompt(form="chat", messages=messages, sha256=prompt_sha256("chat", messages)),
        choices=tuple(Choice(label=word, text=word) for word in _WORDS),
        score="logprob",
        temperature=temperature,
        max_tokens=_SMALL,
    )


def read_logprobs(reply: Reply, question: Question) -> Logprobs:
    """Whether the answer's probabilities can be read: numbers, for tokens that spell the text."""
    if not any(position.tops for position in reply.tokens):
        return "none"
    verdict = judge(reply, question, None, _WORDS)
    if verdict.censored in ("misaligned", "no_numbers"):
        return "misaligned" if verdict.censored == "misaligned" else "not numbers"
    if verdict.outcome != "answered":
        return _without_answer(reply)
    return "given"


def rate_limits(headers: Mapping[str, str]) -> dict[str, str]:
    """The limits that a server gives in its headers."""
    return {name.lower(): value for name, value in headers.items() if "ratelimit" in name.lower()}


def _without_answer(reply: Reply) -> Logprobs:
    """The same for a reply that does not answer the tiny question, from its tokens alone."""
    nats = [rival.nats for position in reply.tokens for rival in position.tops]
    if not all(value is not None and math.isfinite(value) and -9999 < value <= 0 for value in nats):
        return "not numbers"
    spelt = "".join(position.token for position in reply.tokens)
    text = (reply.text or "").strip()
    return "given" if text in spelt or not text else "misaligned"
