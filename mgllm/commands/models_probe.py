"""`mgllm models probe`: what a server really does, tested with fewer than twenty small requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

from pydantic import JsonValue

from mgllm.backends.api.backend import ApiBackend, Learnt
from mgllm.backends.api.settling import first_question
from mgllm.errors import FatalBackendError, InputError
from mgllm.experiment.blocking import run_blocking
from mgllm.experiment.model_names import ModelName, make_backend, parse_model
from mgllm.experiment.options import ReachOptions, RunOptions
from mgllm.records import Frozen, Message, Prompt, Question, Reply, prompt_sha256

_MOST_DIRECT, _MOST_DEFAULT = 10, 5
"""First questions, direct and with reasoning. With two about the seed and two about the list of
models they are fewer than twenty."""


class Probabilities(Frozen):
    """What a server reports about the probabilities of its words."""

    shown: str
    """given, none, misaligned (its tokens do not spell its text) or not numbers (null, −9999 …)."""
    rivals: int
    """Tokens reported at the first position; 0 if none are."""


class Thinking(Frozen):
    """Reasoning before the answer."""

    by_default: bool | None
    """Whether the model reasons if the request does not say; None if that was not answered."""
    tokens_by_default: int | None
    """Tokens that it used for one word; None if unknown."""
    told_off: bool
    """Whether it stops reasoning when it is asked to."""
    said: Mapping[str, JsonValue]
    """What is sent to ask for the least reasoning; empty if nothing is."""
    tokens_at_least: int
    """Tokens used then."""


class ProbedModel(Frozen):
    """What a server does with one model."""

    model: str
    """Full model name."""
    base_url: str
    """Where it was asked."""
    served_model: str | None
    """The model that answered, as the server names it."""
    probabilities: Probabilities
    """Log-probabilities."""
    system_role: str
    """system: accepted; developer: under that name; folded: put before the user's words."""
    thinking: Thinking
    """Reasoning."""
    temperature: bool
    """Whether a temperature is accepted."""
    seed: bool
    """Whether a seed is accepted."""
    same_twice: bool | None
    """Whether the same seed at temperature 1 gives the same text; None if that was not tested."""
    max_tokens: str
    """What the limit of tokens is called: max_tokens or max_completion_tokens."""
    refused: tuple[str, ...]
    """Parameters that the server refused."""
    listed: bool
    """Whether its list of models names this one."""
    context: int | None
    """Length of the context in tokens, if the server says it."""
    limits: Mapping[str, str]
    """Its rate limits, from the headers."""
    ends: date | None
    """The day on which the model is shut down, if the server says it."""
    days_left: int | None
    """Days until then; negative: it is past."""
    requests: int
    """Requests that were sent."""
    use: str
    """A command that suits this server."""


class _Looks(NamedTuple):
    direct: Learnt
    default: Learnt | None
    twice: tuple[Reply, ...]

    @property
    def requests(self) -> int:
        """The list of models, first questions, and the question of the seed."""
        first = self.direct.posts + (self.default.posts if self.default else 0)
        return 1 + first + sum(reply.attempts for reply in self.twice)


def probe_model(model: str, reach: ReachOptions, effort: str | None = None) -> ProbedModel:
    """Send a server small questions and report what it does.

    Raises:
        InputError: the model is not behind a server.
        FatalBackendError: it answers nothing.
    """
    name = parse_model(model)
    options = RunOptions(model=str(name), reach=reach)
    options = options.model_copy(update={"ask": options.ask.model_copy(update={"reasoning_effort": effort})})
    backend = make_backend(name, options)
    if not isinstance(backend, ApiBackend):
        raise InputError(
            f"{name} is not on a server; `models probe` tests servers: give a model such as vllm/NAME"
        )
    return run_blocking(_probe(name, backend, reach))


async def _probe(name: ModelName, backend: ApiBackend, reach: ReachOptions) -> ProbedModel:
    await backend.open()
    try:
        direct = await backend.look_into("direct", None, _MOST_DIRECT)
        try:
            default = await backend.look_into("chain_of_thought", "generate", _MOST_DEFAULT)
        except FatalBackendError:  # it answers direct questions; that is enough
            default = None
        twice = await _ask_twice(backend, direct)
    finally:
        await backend.close()
    return _tell(name, backend, reach, _Looks(direct, default, twice))


async def _ask_twice(backend: ApiBackend, direct: Learnt) -> tuple[Reply, ...]:
    """Whether an open question gets the same reply twice with one seed."""
    if "seed" not in direct.sent or "temperature" not in direct.sent:
        return ()
    question = _open_question(direct.settled.thinks)
    return (await backend.ask(question), await backend.ask(question))


def _open_question(thinks: bool) -> Question:
    words = "Write eight different English words of at least seven letters, in any order you like."
    messages = (Message(role="user", content=words),)
    prompt = Prompt(form="chat", messages=messages, sha256=prompt_sha256("chat", messages))
    changed = {"prompt": prompt, "score": "generate", "seed": 7, "max_tokens": 4096 if thinks else 64}
    return first_question(1.0).model_copy(update=changed)


def _tell(name: ModelName, backend: ApiBackend, reach: ReachOptions, looks: _Looks) -> ProbedModel:
    direct, default = looks.direct, looks.default
    look, ends = direct.look, backend.listed.ends
    bound = "max_completion_tokens"
    return ProbedModel(
        model=str(name),
        base_url=backend.base_url or "",
        served_model=look.reply.served_model or _text(backend.facts.get("served_model")),
        probabilities=_probabilities(direct),
        system_role=look.sending.role,
        thinking=Thinking(
            by_default=default.look.thinks if default else None,
            tokens_by_default=default.look.thoughts if default else None,
            told_off=not direct.settled.thinks,
            said=look.sending.way.parameters,
            tokens_at_least=look.thoughts,
        ),
        temperature="temperature" in direct.sent,
        seed="seed" in direct.sent,
        same_twice=_same(looks.twice),
        max_tokens=bound if bound in direct.sent else "max_tokens",
        refused=look.sending.dropped,
        listed=backend.listed.known,
        context=backend.listed.context,
        limits=direct.limits,
        ends=ends,
        days_left=None if ends is None else (ends - datetime.now(UTC).date()).days,
        requests=looks.requests,
        use=_use(name, reach, direct),
    )


def _same(twice: tuple[Reply, ...]) -> bool | None:
    if not twice or any(reply.error is not None for reply in twice):
        return None
    return len({reply.text for reply in twice}) == 1


def _probabilities(direct: Learnt) -> Probabilities:
    tokens = direct.look.reply.tokens
    return Probabilities(shown=direct.logprobs or "none", rivals=len(tokens[0].tops) if tokens else 0)


def _use(name: ModelName, reach: ReachOptions, direct: Learnt) -> str:
    """A command that suits what was found."""
    words = ["mgllm run", f"--model {name}"]
    words += [f"--base-url {reach.base_url}"] if reach.base_url else []
    words += [f"--api-key-env {reach.api_key_env}"] if reach.api_key_env else []
    words += [f"--model-arg '{key}={json.dumps(value)}'" for key, value in reach.model_args.items()]
    words += [] if direct.logprobs == "given" else ["--score sample"]
    return " ".join(words)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
