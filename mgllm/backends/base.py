"""The contract of a backend, and the shelf of backends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, runtime_checkable

from pydantic import Field, JsonValue

from mgllm.records import Form, Frozen, Question, Reasoning, Reply, Score
from mgllm.registry import Shelf


class BackendOptions(Frozen):
    """How to reach a model. Keys are read from the environment by the backend and stored nowhere."""

    model: str
    """What follows the backend's name in `--model`: a hub id, a folder, an API's model name."""
    base_url: str | None = None
    """`--base-url`."""
    api_key_env: str | None = None
    """Name of the environment variable that holds the key."""
    model_args: Mapping[str, JsonValue] = Field(default_factory=dict)
    """`--model-arg K=V`, passed on: to `from_pretrained` (local) or as request parameters (API)."""
    reasoning_effort: str | None = None
    """`--reasoning-effort`: none, minimal, low, medium, high …, as the server names them."""
    temperature: float | None = None
    """`--temperature`, or what the score makes of it: some servers take one value alone."""
    timeout_s: float = 120.0
    """Seconds until an attempt is given up."""
    max_retries: int = 6
    """Attempts after the first."""
    seed: int = 0
    """Of jittered waits and local sampling."""


class Traits(Frozen):
    """What others must know of a backend to ask it well; the defaults are those of a server far away."""

    local: bool = False
    """Whether its model runs in this process: `open` reaches nobody, and its tokenizer counts exactly."""
    first_tokens_only: bool = True
    """Whether it shows single tokens alone: labels that begin alike are then offered as letters."""
    continues: bool = True
    """Whether it can score the continuation of a text, which `--form cloze` needs; a chat API cannot."""


class Settled(Frozen):
    """What a backend found out before the first question."""

    score: Score
    """What it can give of what was asked for."""
    thinks: bool = False
    """Whether the model reasons before it answers, hidden or not, in this manner: it needs room for that."""


class Backend(Protocol):
    """A model that can be asked. Made without I/O; `open` does what takes time.

    It may say more of itself in an attribute `traits`; one that has none has the default `Traits`.
    """

    concurrency: int
    """How many questions it can be asked at once; the runner takes the smaller of this and its own."""
    facts: Mapping[str, str | int | float | bool | None]
    """After `open`: what decides numbers (revision, sha256 of weights, parameters, dtype …)."""
    dropped_parameters: tuple[str, ...]
    """Request parameters that the server rejected; may grow while asking."""
    uploads: bool
    """True where questions leave this machine (any base URL but loopback)."""
    base_url: str | None
    """Where it asks; null if nowhere."""

    async def open(self) -> None:
        """Load the model, or make the client and see that key and address are there.

        Raises:
            FatalBackendError: nothing can be asked; one line says what to do.
        """

    def default_form(self) -> Form:
        """cloze for local models under a billion weights, else chat. After `open`."""

    async def default_score(self) -> Score:
        """logprob where the model gives log-probabilities (an API is probed once), else generate."""

    def count_tokens(self, text: str) -> int | None:
        """Tokens of `text` by the model's own tokenizer; None where it is not known."""

    def fits(self, question: Question) -> str | None:
        """None if prompt and answer fit the model's context, else one line with both numbers."""

    async def ask(self, question: Question) -> Reply:
        """Answer one question. Never raises for a single failure: `Reply.error` says what happened.

        Raises:
            FatalBackendError: no other question would be answered either (bad key, unknown model).
        """

    async def close(self) -> None:
        """Give back what `open` took."""


@runtime_checkable
class Settling(Protocol):
    """A backend that finds out before the first question what its server allows."""

    async def settle(self, reasoning: Reasoning, score: Score | None) -> Settled:
        """Learn what can be sent in this manner, and hold to it for the whole run.

        Args:
            reasoning: direct asks for the least hidden reasoning that the server allows.
            score: what was asked for; None leaves it to the backend.

        Raises:
            FatalBackendError: the server does not answer a first question.
        """


@runtime_checkable
class Checking(Protocol):
    """A backend that can see from all questions, before the first is asked, what none of them survives."""

    def check(self, questions: Iterable[Question]) -> None:
        """Look at every question; those that fail alone are left to `ask`.

        Raises:
            FatalBackendError: answers would not be answers to what is asked; one line says what to do.
        """


def check_questions(backend: Backend, questions: Iterable[Question]) -> None:
    """Let a backend look at all questions, if it wants to.

    Raises:
        FatalBackendError: they cannot be asked so.
    """
    if isinstance(backend, Checking):
        backend.check(questions)


async def settle(backend: Backend, reasoning: Reasoning, score: Score | None) -> Settled:
    """What a backend can give; one that has nothing to find out gives what it is asked for."""
    if isinstance(backend, Settling):
        return await backend.settle(reasoning, score)
    return Settled(score=score or await backend.default_score())


backends: Shelf[Callable[[BackendOptions], Backend]] = Shelf("backend", "mgllm.backends")
"""`@backend("NAME")` puts a factory here, from any module of this package."""

backend = backends.register


def traits_of(backend: Backend) -> Traits:
    """What a backend says of itself in `traits`; backends older than that attribute have the defaults."""
    traits = getattr(backend, "traits", None)
    return traits if isinstance(traits, Traits) else Traits()


def default_model(name: str) -> str | None:
    """The model of a backend of which none is named: what its factory says in `default_model`, if it does.

    Raises:
        InputError: there is no such backend.
    """
    model = getattr(backends.get(name), "default_model", None)
    return model if isinstance(model, str) else None
