"""What pydantic finds wrong with a value, in plain words: the place, what is wanted there, what was
given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from reprlib import Repr
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError

from mgllm.errors import guess
from mgllm.records.wanted import wanted

_short = Repr()
_short.maxstring = _short.maxother = 60
_KINDS = ("literal[", "constrained-", "function-", "list[", "tuple[", "dict[", "lax-or-strict[")
"""How pydantic begins a step that names one of several allowed kinds of value."""
_PLAIN_KINDS = ("str", "int", "float", "bool", "none")
"""Such steps of plain values."""


class Problem(NamedTuple):
    """One thing that does not fit."""

    kind: str
    """Pydantic's name for it, such as `missing`."""
    steps: tuple[str | int, ...]
    """Names and numbers on the way to it; none for the value as a whole."""
    words: str
    """What should stand there, such as `must be a whole number`; of a broken rule of ours, its
    text.
    """
    given: Any
    """What stands there, or what something is missing in."""

    @property
    def place(self) -> str:
        """The way to it, with points between its steps."""
        return ".".join(map(str, self.steps))

    @property
    def meant(self) -> str:
        """A question behind one word that is not among those allowed; else nothing."""
        if self.kind != "literal_error" or not isinstance(self.given, str):
            return ""
        return guess(self.given, re.findall(r"'([^']*)'", self.words)).replace(" Did", ". Did", 1)


def first_problem(
    error: ValidationError, *, skip: tuple[str, ...] = (), typos_first: bool = False
) -> Problem:
    """The first of an error's problems.

    Args:
        error: with one problem or more.
        skip: how further steps begin that are pydantic's own, not the user's.
        typos_first: whether an unknown name comes before the others, since a typo explains a lack.
    """
    problems = error.errors(include_url=False)
    typos = [one for one in problems if one["type"] == "extra_forbidden"] if typos_first else []
    first, *others = typos or problems
    unknown = first["type"] == "extra_forbidden"  # its last step is the user's word, whatever it is
    way = first["loc"] if unknown else _without_kind(first["loc"])
    same = [one for one in others if _without_kind(one["loc"]) == way != one["loc"]]
    ends = way[-1:] if unknown else ()
    inside = way[: len(way) - len(ends)]
    kinds = (*skip, *_KINDS)
    steps = (*(step for step in inside if not (isinstance(step, str) and step.startswith(kinds))), *ends)
    return Problem(first["type"], steps, wanted(first, same), first["input"])


def _without_kind(way: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """A way without its end, if that names one of several allowed kinds of value: they are one
    problem.
    """
    last = str(way[-1]) if way else ""
    return way[:-1] if last.startswith(_KINDS) or last in _PLAIN_KINDS else way


def field_problem(model: type[BaseModel], error: ValidationError, content: Iterable[str]) -> str:
    """The first problem of an object as a line that begins with its field.

    Args:
        model: what the object should be.
        error: why it is not.
        content: its keys.
    """
    problem = first_problem(error, skip=("[key]",))
    field, steps = problem.place, problem.steps
    if steps[:1] == ("covariates",) and len(steps) > 1:
        return f"covariates.{steps[1]}: must be text, a number, true, false or null {given(problem)}"
    if problem.kind == "extra_forbidden":
        known = field_names(owner(model, steps[:-1]))
        return f"{field}: unknown field.{guess(steps[-1], known)} Known: {', '.join(known)}"
    if problem.kind == "missing":
        near = guess(steps[-1], sorted(map(str, content))) if len(steps) == 1 else ""
        return f"{field}: is missing; every {owner(model, steps[:-1]).__name__.lower()} needs it.{near}"
    return f"{field}{': ' if field else ''}{problem.words} {given(problem)}".rstrip() + problem.meant


def shortened(value: object) -> str:
    """A value as it is quoted in a line."""
    return f"(given {_short.repr(value)})"


def given(problem: Problem) -> str:
    """What was given, in brackets; nothing where a whole object breaks a rule of ours."""
    broken_rule = problem.kind == "value_error" and isinstance(problem.given, dict)
    return "" if broken_rule else shortened(problem.given)


def field_names(model: type[BaseModel]) -> list[str]:
    """Names of a model's fields as they are written in files, sorted."""
    return sorted(field.alias or name for name, field in model.model_fields.items())


def owner(
    model: type[BaseModel], steps: Iterable[str | int], *, through_lists: bool = True
) -> type[BaseModel]:
    """The model that is found on the way; list indices and mapping keys name none.

    Without `through_lists` a way through a list or mapping ends at `BaseModel`, which has no
    fields.
    """
    for step in steps:
        field = model.model_fields.get(step) if isinstance(step, str) else None
        found = _first_model(field.annotation) if field else None
        if not through_lists and (field is None or found is not field.annotation):
            return BaseModel
        model = found or model
    return model


def _first_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _first_model(part))), None)
