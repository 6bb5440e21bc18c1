"""A model behind OpenAI's protocol."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import JsonValue

from mgllm.backends.api.address import find_key, read_address
from mgllm.backends.api.asking import Asker, Place, Policy, why_stop
from mgllm.backends.api.client import CONNECTIONS, Client
from mgllm.backends.api.metering import Meter
from mgllm.backends.api.model_list import Listed, read_list
from mgllm.backends.api.pacing import Pace, Say
from mgllm.backends.api.parameters import Parameters
from mgllm.backends.api.preset import Preset
from mgllm.backends.api.reasoning import ways_of
from mgllm.backends.api.refusing import read_trouble
from mgllm.backends.api.replies import words_of
from mgllm.backends.api.settling import (
    MOST_POSTS,
    Listening,
    Logprobs,
    Look,
    Manner,
    Settler,
    first_question,
    rate_limits,
    read_logprobs,
)
from mgllm.backends.api.waiting import Clock, SystemClock
from mgllm.backends.base import BackendOptions, Settled, Traits
from mgllm.errors import FatalBackendError, InputError
from mgllm.records import Form, Pace as PaceReached, Question, Reasoning, Reply, Score


class Learnt(NamedTuple):
    """What was found out about one manner of asking."""

    settled: Settled
    """What the runner needs to know."""
    look: Look
    """The request and the reply that show it."""
    logprobs: Logprobs | None
    """Whether the server gives probabilities; None if they were not asked for."""
    sent: Mapping[str, JsonValue]
    """Parameters of the request that was answered."""
    posts: int
    """Number of questions asked."""
    limits: Mapping[str, str]
    """The server's limits, from its headers."""


class ApiBackend:
    """Asks a server; see `mgllm.backends.base.Backend`."""

    traits = Traits(continues=False)

    def __init__(self, options: BackendOptions, preset: Preset, clock: Clock | None = None) -> None:
        url = options.base_url or preset.base_url
        if url is None:
            raise InputError(
                f"{preset.name}/{options.model} needs --base-url, such as http://127.0.0.1:8000/v1"
            )
        if not options.model.strip():
            raise InputError(f"{preset.name}/ needs a model's name after the slash")
        self._address = read_address(url)
        self._options = options
        self._preset = preset
        self._clock = clock or SystemClock()
        self._parameters = Parameters(options.model, options.model_args, preset.ignores)
        self._ways = {
            reasoning: ways_of(preset, reasoning, options.reasoning_effort, options.model_args)
            for reasoning in _REASONINGS
        }
        self.facts: Mapping[str, str | int | float | bool | None] = {}
        self.dropped_parameters: tuple[str, ...] = ()
        self.listed = Listed()
        self.learnt: dict[tuple[Reasoning, Score | None], Learnt] = {}
        self._client: Client | None = None
        self._asker: Asker | None = None
        self._pace: Pace | None = None
        self._reports: tuple[Say | None, Say | None] = (None, None)
        self.concurrency = CONNECTIONS
        self.base_url: str | None = self._address.base_url
        self.uploads = not self._address.loopback

    @property
    def sent(self) -> Mapping[str, JsonValue]:
        """Request parameters as they are really sent, after `settle`."""
        return self._parameters.sent

    @property
    def reached(self) -> PaceReached:
        """How fast the server was asked so far."""
        none = PaceReached(at_once=self._options.concurrency, per_minute=0, refusals=0)
        return none if self._pace is None else self._pace.reached

    def report_to(self, say: Say | None, note: Say | None) -> None:
        """Where lines about the server's limit of rate go."""
        self._reports = (say, note)
        if self._pace is not None:
            self._pace.report_to(say, note)

    @property
    def likely_score(self) -> Score:
        """The score that `settle` will probably find."""
        return "logprob" if self._preset.gives_logprobs else "generate"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know about the model before a run."""
        line = self.listed.ending(self._options.model, datetime.fromtimestamp(self._clock.utc(), UTC).date())
        return (line,) if line is not None else ()

    async def open(self) -> None:
        """Make the client and check that the server answers.

        Raises:
            FatalBackendError: there is no key, or no server answers.
        """
        await self.close()
        usual = next((name for name in self._preset.key_envs if os.environ.get(name)), None)
        secret = find_key(self._options.api_key_env, usual or next(iter(self._preset.key_envs), None))
        self._client = Client(self._address, secret, self._options.timeout_s)
        options = self._options
        meter = Meter(options.rpm, options.tpm)
        self._pace = Pace(min(options.concurrency, CONNECTIONS), self._clock, meter)
        self._pace.report_to(*self._reports)
        self._policy = Policy(options.max_retries, options.seed, self._clock, self._pace)
        self._place = Place(self._address.base_url, self._options.model, secret)
        self._asker = Asker(self._client, self._parameters, self._policy, self._place)
        await self._look(self._client, self._place)

    def default_form(self) -> Form:
        return "chat"

    async def default_score(self) -> Score:
        """logprob if the server gives probabilities with the reply to a tiny question, else
        generate.

        Raises:
            FatalBackendError: the question was not answered.
        """
        return (await self.settle("direct", None)).score

    async def settle(self, reasoning: Reasoning, score: Score | None) -> Settled:
        """Find out with tiny questions which parameters the server allows, and send only these.

        Raises:
            FatalBackendError: no question was answered, or the server refuses what the user asked
                for.
        """
        return (await self.look_into(reasoning, score)).settled

    async def look_into(self, reasoning: Reasoning, score: Score | None, most: int = MOST_POSTS) -> Learnt:
        """The same with all details, in `most` questions at most; each manner is tried once."""
        if (reasoning, score) not in self.learnt:
            self.learnt[reasoning, score] = await self._look_into(reasoning, score, most)
        return self.learnt[reasoning, score]

    def count_tokens(self, text: str) -> int | None:
        """None: the tokenizer is on the server."""
        del text
        return None

    def fits(self, question: Question) -> str | None:
        """A reason if the prompt has more words than the model's context has tokens; else None."""
        context, words = self.facts.get("context"), words_of(question)
        if not isinstance(context, int) or words < context:
            return None
        return f"the prompt has {words} words, more than the model's context of {context} tokens"

    async def ask(self, question: Question) -> Reply:
        if self._asker is None:
            raise self._not_opened()
        if question.prompt.form != "chat":
            return Reply(error="a server cannot continue a text; use --form chat", attempts=0)
        try:
            return await self._asker.ask(question)
        finally:
            self._take_note(self._asker)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
        self._client = self._asker = None

    async def _look_into(self, reasoning: Reasoning, score: Score | None, most: int) -> Learnt:
        if self._client is None or self._asker is None:
            raise self._not_opened()
        wanted = score or self.likely_score
        question = first_question(self._heat(wanted)).model_copy(
            update={"reasoning": reasoning, "score": wanted}
        )
        wire = Listening(self._client, most)
        settler = Settler(wire, self._policy, self._place)
        look = await settler.settle(self._parameters.fresh, Manner(question, self._ways[reasoning]))
        logprobs = read_logprobs(look.reply, question) if wanted == "logprob" else None
        settled = Settled(
            score=score or ("logprob" if logprobs == "given" else "generate"), thinks=look.thinks
        )
        self._parameters.hold((reasoning, settled.score), look.sending, question)
        self._keep_facts(look, logprobs)
        limits = rate_limits(wire.last.headers)
        return Learnt(settled, look, logprobs, look.sending.parameters(question), wire.posts, limits)

    def _heat(self, score: Score) -> float:
        if self._options.temperature is not None:
            return self._options.temperature
        return 1.0 if score == "sample" else 0.0

    def _keep_facts(self, look: Look, logprobs: Logprobs | None) -> None:
        found: dict[str, str | int | float | bool | None] = {
            "reasoning": look.thinks,
            "system_role": look.sending.role,
        }
        if logprobs is not None:
            found["logprobs"] = {"given": True, "none": False}.get(logprobs, logprobs)
            found["top_logprobs"] = look.sending.top if logprobs == "given" else 0
        self.facts = {**self.facts, **found}
        self.dropped_parameters = self._parameters.dropped
        served = look.reply.served_model
        if served is not None:
            self.facts = {"served_model": served, **self.facts}

    def _take_note(self, asker: Asker) -> None:
        self.dropped_parameters = self._parameters.dropped
        if asker.served_model is not None:
            self.facts = {"served_model": asker.served_model, **self.facts}

    def _not_opened(self) -> FatalBackendError:
        return FatalBackendError(f"{self._preset.name} is not open; call open() before asking")

    async def _look(self, client: Client, place: Place) -> None:
        """Check that the server answers, and read what its list of models says about ours."""
        answer = await client.get("/models")
        if answer.status == 0:
            await self._clock.sleep(_SECOND_LOOK_S)
            answer = await client.get("/models")
        trouble = read_trouble(answer)
        if trouble is not None and trouble.status == 0:
            await self.close()
            said = place.secret.line(trouble.message)
            raise FatalBackendError(
                f"no server answers at {self.base_url} ({said}); start it or correct --base-url"
            )
        if trouble is not None and trouble.status == 401 and self._preset.list_needs_key_alike:
            await self.close()
            raise FatalBackendError(place.secret.line(why_stop(trouble, place)))
        self.listed = read_list(answer.body, self._options.model)
        if self.listed.context is not None:
            self.facts = {**self.facts, "context": self.listed.context}


_SECOND_LOOK_S = 0.5
"""Seconds until a server that did not answer is tried a second time: it may be starting."""
_REASONINGS: tuple[Reasoning, ...] = ("direct", "chain_of_thought")
