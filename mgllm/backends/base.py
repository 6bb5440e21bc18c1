"""The contract of a backend, and the shelf of backends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from pydantic import Field, JsonValue

from mgllm.records import Form, Frozen, Question, Reasoning, Reply, Score
from mgllm.registry import Shelf


class BackendOptions(Frozen):
    """How to reach a model. The backend reads keys from the environment and stores them nowhere."""

    model: str
    """What follows the backend's name in `--model`: a hub id, a folder, an API's model name."""
    base_url: str | None = None
    """`--base-url`."""
    api_key_env: str | None = None
    """Name of the environment variable with the key."""
    model_args: Mapping[str, JsonValue] = Field(default_factory=dict)
    """`--model-arg K=V`, passed on: to `from_pretrained` (local) or as request parameters (API)."""
    reasoning_effort: str | None = None
    """`--reasoning-effort`: none, minimal, low, medium, high …, as the server names them."""
    temperature: float | None = None
    """`--temperature`, or the score's default: some servers allow only one value."""
    timeout_s: float = 120.0
    """Seconds until an attempt is given up."""
    max_retries: int = 6
    """Attempts after the first."""
    seed: int = 0
    """For random waits and local sampling."""
    began_in: Path | None = None
    """The folder in which a resumed run was begun: folders of models are looked for there too."""

    @property
    def folder(self) -> str:
        """The model as a folder of this machine: by its name, or below `began_in`."""
        there = (self.began_in or Path()) / self.model
        return str(there) if there.is_dir() and not Path(self.model).expanduser().exists() else self.model


class Traits(Frozen):
    """What others must know about a backend to ask it well; the defaults are those of a remote
    server."""

    local: bool = False
    """Whether its model runs in this process: `open` contacts no one, and its tokenizer counts
    exactly."""
    first_tokens_only: bool = True
    """Whether it gives probabilities of single tokens only: labels that begin alike then get
    letters."""
    continues: bool = True
    """Whether it can score the continuation of a text, which `--form cloze` needs; a chat API
    cannot."""


class Settled(Frozen):
    """What a backend found out before the first question."""

    score: Score
    """The score that it can give."""
    thinks: bool = False
    """Whether the model reasons before it answers, hidden or not: then it needs more tokens."""


class Backend(Protocol):
    """A model that can be asked. Making one does no I/O; `open` does what takes time.

    It may have an attribute `traits`; without one, the default `Traits` are used.
    """

    concurrency: int
    """How many questions it can answer at once; the runner uses the smaller of this and
    `--concurrency`."""
    facts: Mapping[str, str | int | float | bool | None]
    """After `open`: what numbers depend on (revision, sha256 of weights, parameters, dtype …)."""
    dropped_parameters: tuple[str, ...]
    """Request parameters that the server rejected; may grow while asking."""
    uploads: bool
    """True if questions leave this machine (any base URL but loopback)."""
    base_url: str | None
    """The server's address; None for a local model."""

    async def open(self) -> None:
        """Load the model, or make the client and check that there are a key and a server.

        Raises:
            FatalBackendError: nothing can be asked; one line says what to do.
        """

    def default_form(self) -> Form:
        """cloze for local models under a billion weights, else chat. After `open`."""

    async def default_score(self) -> Score:
        """logprob if the model gives log-probabilities (an API is asked once to see), else
        generate."""

    def count_tokens(self, text: str) -> int | None:
        """Tokens of `text` by the model's own tokenizer; None if it is not known."""

    def fits(self, question: Question) -> str | None:
        """None if prompt and answer fit the model's context, else one line with both numbers."""

    async def ask(self, question: Question) -> Reply:
        """Answer one question. Never raises for a single failure: `Reply.error` says what happened.

        Raises:
            FatalBackendError: other questions would fail too (wrong key, unknown model).
        """

    async def close(self) -> None:
        """Free what `open` took."""


@runtime_checkable
class Settling(Protocol):
    """A backend that finds out before the first question what its server allows."""

    async def settle(self, reasoning: Reasoning, score: Score | None) -> Settled:
        """Find out what the server allows, and use it for the complete run.

        Args:
            reasoning: direct asks for the least hidden reasoning that the server allows.
            score: what was asked for; None leaves it to the backend.

        Raises:
            FatalBackendError: the server does not answer a first question.
        """


@runtime_checkable
class Checking(Protocol):
    """A backend that can find faults of all questions before the first is asked."""

    def check(self, questions: Iterable[Question]) -> None:
        """Look at every question. A fault of one question alone is left to `ask`.

        Raises:
            FatalBackendError: the model could not answer what is asked; one line says what to do.
        """


def check_questions(backend: Backend, questions: Iterable[Question]) -> None:
    """Let a backend check all questions, if it is `Checking`.

    Raises:
        FatalBackendError: the model could not answer what is asked.
    """
    if isinstance(backend, Checking):
        backend.check(questions)


async def settle(backend: Backend, reasoning: Reasoning, score: Score | None) -> Settled:
    """What a backend can give; one that is not `Settling` gives what it is asked for."""
    if isinstance(backend, Settling):
        return await backend.settle(reasoning, score)
    return Settled(score=score or await backend.default_score())


backends: Shelf[Callable[[BackendOptions], Backend]] = Shelf("backend", "mgllm.backends")
"""`@backend("NAME")` registers a factory here, from any module of this package."""

backend = backends.register


def traits_of(backend: Backend) -> Traits:
    """A backend's `traits`; the defaults if it has no such attribute."""
    traits = getattr(backend, "traits", None)
    return traits if isinstance(traits, Traits) else Traits()


def default_model(name: str) -> str | None:
    """The model of a backend if none is named: its factory's `default_model`, if there is one.

    Raises:
        InputError: there is no such backend.
    """
    model = getattr(backends.get(name), "default_model", None)
    return model if isinstance(model, str) else None
