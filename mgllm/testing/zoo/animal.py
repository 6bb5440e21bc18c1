"""An animal: one way in which models and servers behave, and what a correct harness records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, NamedTuple, TypedDict, Unpack

from mgllm.testing.zoo.right import Right

PLAIN_SERVER = "openai-compatible"
"""The kind of server about which nothing is known."""
UNREPORTED = "none known"
"""Instead of a public report: a variant, made up, of a reported behaviour."""
KINDS = {
    "scores": "Probabilities at a token where the model did not answer",
    "spellings": "Tokens spelled in other ways, and values that are not log-probabilities",
    "reasoning": "Models that reason before they answer",
    "thoughts": "Thoughts in the text of the answer",
    "refusals": "Refusals that name a label",
    "words": "Words that name a label without answering, and answers in other forms",
    "negations": "Labels that are denied",
    "scripts": "Letters, and scripts other than Latin",
    "manners": "Errors, waits, missing counts, changing models",
    "parameters": "Parameters and roles that are refused",
    "bodies": "Bodies in another form than OpenAI's",
    "attacks": "Malicious replies",
    "floods": "Very large replies",
    "echoes": "Replies that repeat the key",
    "mutants": "Replies changed at random",
}
"""Modules of animals, in the order of docs/zoo.md, and what they have in common."""


class Ask(NamedTuple):
    """One request, as an animal sees it."""

    body: Mapping[str, Any]
    """The body as it was sent."""
    headers: Mapping[str, str]
    """Headers by lower-case name, with the key."""
    nth: int
    """Earlier requests to this animal."""
    again: int
    """Earlier requests with the same messages."""
    place: int | None
    """Number among the questions that name all of the animal's labels, in order of arrival. None
    for another question, such as a first one that finds out what a server can do."""

    @property
    def key(self) -> str:
        """The key that was sent."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")


class Served(NamedTuple):
    """The response of a server."""

    body: bytes
    """The body that is sent; repeated without end if `endless`."""
    status: int = 200
    """HTTP status; 0 cuts the connection."""
    headers: Mapping[str, str] = {}
    """Headers besides, or instead of, a content type of JSON."""
    endless: bool = False
    """The body never ends."""
    pause_s: float = 0.0
    """Seconds before the body, and between the pieces of one that never ends."""
    cut: bool = False
    """The connection ends in the middle of the body."""


Does = Callable[[Ask], Served]
"""From a request to the response."""


class Habits(TypedDict, total=False):
    """Fields that few animals have."""

    report: str
    """Public reports, as owner/repository#number or an address, with commas between them."""
    labels: str
    """The question that it is made for: a name in `mgllm.testing.zoo.questions`, or a bundled
    scenario."""
    flags: tuple[str, ...]
    """Flags of the command line besides those of every visit."""
    server: str
    """The kind of server that the user names in `--model SERVER/NAME`."""


@dataclass(frozen=True)
class Animal:
    """One behaviour, with the name of a model."""

    name: str
    """The name after the slash of `--model`."""
    kind: str
    """One of `KINDS`."""
    what: str
    """What it does, in a sentence."""
    does: Does
    """The function that does it."""
    right: Right
    """What a correct harness records."""
    report: str = UNREPORTED
    """Where people reported it."""
    labels: str = "deception"
    """The question that it is made for."""
    flags: tuple[str, ...] = ()
    """Flags of the command line besides those of every visit."""
    server: str = PLAIN_SERVER
    """The kind of server that the user names."""

    @property
    def model(self) -> str:
        """The value of `--model`."""
        return f"{self.server}/{self.name}"


_ANIMALS: dict[str, Animal] = {}


class Keeper:
    """Registers animals of one kind."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def __call__(self, name: str, what: str, does: Does, right: Right, **habits: Unpack[Habits]) -> Animal:
        """Register an animal.

        Raises:
            ValueError: another animal has this name.
        """
        if name in _ANIMALS:
            raise ValueError(f"two animals are called '{name}'")
        _ANIMALS[name] = replace(Animal(name, self._kind, what, does, right), **habits)
        return _ANIMALS[name]


def all_animals() -> tuple[Animal, ...]:
    """Every animal, in the order of the files."""
    for kind in KINDS:
        import_module(f"{__package__}.{kind}")
    order = list(KINDS)
    return tuple(sorted(_ANIMALS.values(), key=lambda one: order.index(one.kind)))
