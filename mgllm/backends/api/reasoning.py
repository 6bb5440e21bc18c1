"""How much a model is asked to reason, and what is tried next if a server refuses that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import Field, JsonValue

from mgllm.backends.api.preset import EFFORTS, Fragment, Preset
from mgllm.errors import InputError
from mgllm.records import Frozen, Reasoning

_WORDS = "|".join(EFFORTS)
_EFFORT = re.compile(rf"(?<![\w-])(?:{_WORDS})(?![\w-])", re.IGNORECASE)
_QUOTED = re.compile(rf"""['"`‘“](?P<word>{_WORDS})['"`’”]""", re.IGNORECASE)
_LIST_FOLLOWS = re.compile(
    r"(?:supported|allowed|valid|available|accepted|possible) (?:values?|options?|efforts?|levels?)|allowed|"
    r"must be|should be|one of|expected|choose|supports? only|only supports?|\buse\b",
    re.IGNORECASE,
)
_NO_SUCH_PARAMETER = re.compile(
    r"unknown|unrecogni[sz]ed|unexpected|extra (?:inputs?|fields?)|not permitted|no such|cannot find field|"
    r"unsupported parameter|is not supported (?:with|by|for) th(?:is|e) model",
    re.IGNORECASE,
)
_ABOUT_REASONING = re.compile(r"reason|think|effort", re.IGNORECASE)
_LEAST_EFFORTS = EFFORTS[:3]
"""Tried in turn if a refusal names no allowed value; servers do more than these by default."""
_DECIDING = frozenset(
    {"reasoning_effort", "reasoning", "thinking", "think", "enable_thinking", "thinking_budget"}
    | {"reasoning_budget", "thinking_config"}
)
"""A `--model-arg` with one of these names decides how much the model reasons; then we add
nothing."""


class Way(Frozen):
    """One way to ask a server for an amount of reasoning."""

    parameters: Fragment = Field(default_factory=dict)
    """What is sent; empty: nothing, so the server's default."""
    effort_at: tuple[str, ...] = ()
    """Path in the parameters to the word for the effort; empty: there is none."""
    exact: str | None = None
    """`--reasoning-effort`, if given: if the server refuses it, the user must decide what to do."""
    refused: tuple[str, ...] = ()
    """Efforts that the server refused before this one."""

    @property
    def effort(self) -> str | None:
        value: Any = self.parameters
        for step in self.effort_at:
            value = value.get(step) if isinstance(value, Mapping) else None
        return value if isinstance(value, str) else None


def ways_of(
    preset: Preset, reasoning: Reasoning, effort: str | None, model_args: Fragment
) -> tuple[Way, ...]:
    """The ways to try in turn, best first; only one if the user gave the effort.

    Args:
        preset: the kind of server.
        reasoning: direct asks for the least; chain_of_thought leaves it to the server.
        effort: `--reasoning-effort`.
        model_args: `--model-arg`s; if one of them decides on the reasoning, nothing is added.

    Raises:
        InputError: the server has no parameter for the effort, or it is given twice.
    """
    decided = _decided_by(model_args)
    if effort is not None and decided is not None:
        raise InputError(f"--reasoning-effort and --model-arg {decided} set the same thing; leave one out")
    if effort is not None:
        return _exact(preset, effort)
    if decided is not None or reasoning == "chain_of_thought":
        return (Way(),)
    return tuple(_way(fragment) for fragment in preset.quiet)


def next_way(way: Way, message: str) -> Way | None:
    """The way to try after a refusal: the least effort that its message allows, or the next; else
    None.

    >>> refused = "Unsupported value: 'none'. Supported values are: 'medium', 'low' and 'high'."
    >>> none = Way(parameters={"reasoning_effort": "none"}, effort_at=("reasoning_effort",))
    >>> low = next_way(none, refused)
    >>> low and low.effort
    'low'
    """
    tried = way.effort
    if tried is None:
        return None
    refused = (*way.refused, tried)
    left = [word for word in allowed_efforts(message, refused) if word not in refused]
    if not left and not (_NO_SUCH_PARAMETER.search(message) and not _EFFORT.search(message)):
        left = [
            word for word in _LEAST_EFFORTS if word not in refused and EFFORTS.index(word) > _place(tried)
        ]
    if not left:
        return None
    parameters = _with_effort(way.parameters, way.effort_at, left[0])
    return way.model_copy(update={"parameters": parameters, "refused": refused})


def allowed_efforts(message: str, refused: tuple[str, ...]) -> list[str]:
    """The efforts that an error's words allow, least first."""
    listed = list(_LIST_FOLLOWS.finditer(message))
    words = _EFFORT.findall(message[listed[-1].end() :]) if listed else []
    if not words:
        words = [match["word"] for match in _QUOTED.finditer(message)]
    named = {word.lower() for word in words} - set(refused)
    return sorted(named, key=EFFORTS.index)


def is_about_reasoning(message: str) -> bool:
    """Whether an error that names no parameter is about reasoning."""
    return _ABOUT_REASONING.search(message) is not None


def merge(ours: Fragment, theirs: Fragment) -> dict[str, JsonValue]:
    """Both, with objects merged key by key; where they differ, `theirs` is used."""
    merged: dict[str, JsonValue] = dict(ours)
    for name, value in theirs.items():
        mine = merged.get(name)
        merged[name] = merge(mine, value) if isinstance(mine, dict) and isinstance(value, dict) else value
    return merged


def _exact(preset: Preset, effort: str) -> tuple[Way, ...]:
    if effort == EFFORTS[0]:
        return tuple(_way(fragment).model_copy(update={"exact": effort}) for fragment in preset.quiet)
    if not preset.effort_at:
        raise InputError(
            f"{preset.name}/ allows only --reasoning-effort none; leave it out, or use the server's own "
            'parameter: --model-arg thinking={"type":"enabled","budget_tokens":2000}'
        )
    parameters = _with_effort({}, preset.effort_at, effort)
    return (Way(parameters=parameters, effort_at=preset.effort_at, exact=effort),)


def _way(fragment: Fragment) -> Way:
    return Way(parameters=fragment, effort_at=_place_of(EFFORTS[0], fragment))


def _place_of(word: str, fragment: Fragment) -> tuple[str, ...]:
    """The path to a word; empty if it is not there."""
    for name, value in fragment.items():
        if value == word:
            return (name,)
        inner = _place_of(word, value) if isinstance(value, dict) else ()
        if inner:
            return (name, *inner)
    return ()


def _with_effort(parameters: Fragment, place: tuple[str, ...], word: str) -> Fragment:
    inner: JsonValue = word
    for step in reversed(place):
        inner = {step: inner}
    return merge(parameters, inner) if isinstance(inner, dict) else parameters


def _place(effort: str) -> int:
    return EFFORTS.index(effort) if effort in EFFORTS else -1


def _decided_by(model_args: Fragment, within: str = "") -> str | None:
    """The first `--model-arg`, or part of one, that decides how much the model reasons."""
    for name, value in model_args.items():
        if name in _DECIDING:
            return f"{within}{name}"
        inner = _decided_by(value, f"{name}.") if isinstance(value, dict) else None
        if inner is not None:
            return inner
    return None
