"""A model behind OpenAI's protocol."""

from __future__ import annotations

from collections.abc import Mapping

from mgllm.backends.api.address import find_key, read_address
from mgllm.backends.api.asking import Asker, Place, Policy, why_stop
from mgllm.backends.api.client import CONNECTIONS, Client
from mgllm.backends.api.parameters import Parameters
from mgllm.backends.api.refusing import read_trouble
from mgllm.backends.api.replies import words_of
from mgllm.backends.api.waiting import Clock, SystemClock
from mgllm.backends.base import BackendOptions, Traits
from mgllm.errors import FatalBackendError, InputError
from mgllm.records import Choice, Form, Frozen, Message, Prompt, Question, Reply, Score, prompt_sha256


class Preset(Frozen):
    """What one kind of server is known by."""

    name: str
    """Name on the shelf."""
    base_url: str | None = None
    """Where it is unless `--base-url` says otherwise; null: it has to be said."""
    key_env: str | None = None
    """The variable that holds its key; null: it may do without."""


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
            raise InputError(f"{preset.name}/ needs a model's name behind the slash")
        self._address = read_address(url)
        self._options = options
        self._preset = preset
        self._clock = clock or SystemClock()
        self._parameters = Parameters(options.model, options.model_args)
        self.facts: Mapping[str, str | int | float | bool | None] = {}
        self.dropped_parameters: tuple[str, ...] = ()
        self._client: Client | None = None
        self._asker: Asker | None = None
        self.concurrency = CONNECTIONS
        self.base_url: str | None = self._address.base_url
        self.uploads = not self._address.loopback

    async def open(self) -> None:
        """Make the client and see that the server answers.

        Raises:
            FatalBackendError: no key, or no server.
        """
        await self.close()
        secret = find_key(self._options.api_key_env, self._preset.key_env)
        self._client = Client(self._address, secret, self._options.timeout_s)
        policy = Policy(self._options.max_retries, self._options.seed, self._clock)
        place = Place(self._address.base_url, self._options.model, secret)
        self._asker = Asker(self._client, self._parameters, policy, place)
        await self._look(self._client, place)

    def default_form(self) -> Form:
        """Conversation: what such servers are made for."""
        return "chat"

    async def default_score(self) -> Score:
        """logprob if one tiny question comes back with the likeliest tokens, else generate.

        Raises:
            FatalBackendError: the question was not answered.
        """
        reply = await self.ask(_PROBE)
        if reply.error is not None:
            raise FatalBackendError(
                f"{self.base_url} did not answer a first question ({reply.error}); look into the server's log"
            )
        usable = bool(reply.tokens)
        self.facts = {**self.facts, "logprobs": usable, "top_logprobs": self._parameters.top if usable else 0}
        return "logprob" if usable else "generate"

    def count_tokens(self, text: str) -> int | None:
        """Not known: the tokenizer is the server's."""
        del text
        return None

    def fits(self, question: Question) -> str | None:
        """None unless the prompt has more words than the context that the server named has tokens."""
        context, words = self.facts.get("context"), words_of(question)
        if not isinstance(context, int) or words < context:
            return None
        return f"the prompt's {words} words are more than the model's context of {context} tokens"

    async def ask(self, question: Question) -> Reply:
        """Answer one question; see the protocol."""
        if self._asker is None:
            raise FatalBackendError(
                f"{self._preset.name} was not opened before it was asked; call open() first"
            )
        try:
            return await self._asker.ask(question)
        finally:
            self.dropped_parameters = self._parameters.dropped
            if self._asker is not None and self._asker.served_model is not None:
                self.facts = {"served_model": self._asker.served_model, **self.facts}

    async def close(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.close()
        self._client = self._asker = None

    async def _look(self, client: Client, place: Place) -> None:
        """See that a server answers; take from its list of models what it says of ours."""
        answer = await client.get("/models")
        if answer.status == 0:
            await self._clock.sleep(_SECOND_LOOK_S)
            answer = await client.get("/models")
        trouble = read_trouble(answer)
        if trouble is not None and trouble.status == 0:
            await self.close()
            said = place.secret.line(trouble.message)
            raise FatalBackendError(
                f"no server answers at {self.base_url} ({said}); start it, or correct --base-url"
            )
        if trouble is not None and trouble.status == 401:
            await self.close()
            raise FatalBackendError(place.secret.line(why_stop(trouble, "chat", place)))
        self.facts = {**self.facts, **_context_of(answer.body.get("data"), self._options.model)}


_SECOND_LOOK_S = 0.5
"""Seconds until a server that did not answer at once is tried again."""


def _context_of(models: object, name: str) -> dict[str, int]:
    """The context of a model, in tokens, from a list of models; only vLLM and its like say it."""
    for model in models if isinstance(models, list) else ():
        if (
            isinstance(model, dict)
            and model.get("id") == name
            and isinstance(model.get("max_model_len"), int)
        ):
            return {"context": model["max_model_len"]}
    return {}


def _probe() -> Question:
    messages = (Message(role="user", content="Is water wet? Answer with one word, yes or no."),)
    return Question(
        prompt=Prompt(form="chat", messages=messages, sha256=prompt_sha256("chat", messages)),
        choices=(Choice(label="yes", text="yes"), Choice(label="no", text="no")),
        score="logprob",
        max_tokens=16,
    )


_PROBE = _probe()
