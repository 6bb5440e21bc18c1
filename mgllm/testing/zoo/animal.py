"""An animal: one way in which models and servers behave, and what a right harness makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, NamedTuple, TypedDict, Unpack

from mgllm.testing.zoo.right import Right

PLAIN_SERVER = "openai-compatible"
"""The kind of server of which nothing is known beforehand."""
UNREPORTED = "none known"
"""In place of a public report: made up beside one that there is."""
KINDS = {
    "scores": "Probabilities at a token where the model did not answer",
    "spellings": "Tokens spelled in other ways, and values that are no log-probabilities",
    "reasoning": "Models that reason before they answer",
    "thoughts": "Thoughts among the words of the answer",
    "refusals": "Refusals that name a label",
    "words": "Words that name a label without answering, and answers in other shapes",
    "negations": "Labels that are denied",
    "scripts": "Letters, and scripts other than Latin",
    "manners": "Errors, waits, counts that are missing, models that change",
    "parameters": "Parameters and roles that are refused",
    "bodies": "Bodies of another form than OpenAI's",
    "attacks": "Replies made to do harm",
    "floods": "Replies without measure",
    "echoes": "Replies that repeat the key",
    "mutants": "Replies changed at random",
}
"""Modules of animals, in the order of docs/zoo.md, and what they have in common."""


class Ask(NamedTuple):
    """One request, as an animal sees it."""

    body: Mapping[str, Any]
    """As sent."""
    headers: Mapping[str, str]
    """By lower-case name, the key included."""
    nth: int
    """Requests to this animal before it."""
    again: int
    """Requests with the same messages before it."""
    place: int | None
    """Which of the questions that name all of the animal's labels, in order of arrival; None for another one,
    such as a first question that finds out what a server can do."""

    @property
    def key(self) -> str:
        """The key that was sent."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")


class Served(NamedTuple):
    """What comes back."""

    body: bytes
    """As sent; repeated without end where `endless`."""
    status: int = 200
    """HTTP status; 0 cuts the connection."""
    headers: Mapping[str, str] = {}
    """Beside or in place of a content type of JSON."""
    endless: bool = False
    """The body never ends."""
    pause_s: float = 0.0
    """Seconds before the body, and between its pieces where it never ends."""
    cut: bool = False
    """The connection ends in the middle of the body."""


Does = Callable[[Ask], Served]
"""From a request to what comes back."""


class Habits(TypedDict, total=False):
    """What few animals have."""

    report: str
    """Public report, as owner/repository#number or an address; several are parted by commas."""
    labels: str
    """The question that it is made for: a name in `mgllm.testing.zoo.questions`, or a bundled scenario."""
    flags: tuple[str, ...]
    """Words of the command line beside those of every visit."""
    server: str
    """The kind of server that the user names in `--model SERVER/NAME`."""


@dataclass(frozen=True)
class Animal:
    """One behaviour, by the name that a model is asked under."""

    name: str
    """Behind the slash of `--model`."""
    kind: str
    """One of `KINDS`."""
    what: str
    """What it does, in a sentence."""
    does: Does
    """How."""
    right: Right
    """What a right harness records."""
    report: str = UNREPORTED
    """Where people reported it."""
    labels: str = "deception"
    """The question that it is made for."""
    flags: tuple[str, ...] = ()
    """Words of the command line beside those of every visit."""
    server: str = PLAIN_SERVER
    """The kind of server that the user names."""

    @property
    def model(self) -> str:
        """What stands behind `--model`."""
        return f"{self.server}/{self.name}"


_ANIMALS: dict[str, Animal] = {}


class Keeper:
    """Lets animals of one kind in."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def __call__(self, name: str, what: str, does: Does, right: Right, **habits: Unpack[Habits]) -> Animal:
        """Let an animal in.

        Raises:
            ValueError: another one has that name.
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
