"""One line about an option that does not fit: what it must be, and what was given."""

from __future__ import annotations

from pydantic import BaseModel

from mgllm.files.problems import Problem, owner

_NUMBERS = ("must be a number", "must be a whole number")


def unfit(option: str, model: type[BaseModel], problem: Problem) -> str:
    """The line.

    Args:
        option: as the user wrote it.
        model: of the options.
        problem: what is wrong with a value of it.
    """
    if not problem.words.startswith("must "):  # a rule of ours, in its own words
        return f"{option} {problem.given!r:.60}: {problem.words}{problem.meant}"
    bounds = _bounds(model, problem) if problem.words in _NUMBERS else ""
    return f"{option} {problem.words}{bounds}, not {problem.given!r:.60}{problem.meant}"


def _bounds(model: type[BaseModel], problem: Problem) -> str:
    """What else a number must be, so that the next try does not fail by that.

    Whole numbers of 1 or more are called above 0.
    """
    if not problem.steps:
        return ""
    field = owner(model, problem.steps[:-1]).model_fields.get(str(problem.steps[-1]))
    limits = {
        name: getattr(rule, name)
        for rule in (field.metadata if field else ())
        for name in ("ge", "gt", "le", "lt")
        if getattr(rule, name, None) is not None
    }
    if {"ge", "le"} <= set(limits):
        return f" from {limits['ge']:g} to {limits['le']:g}"
    least = limits.get("gt", limits.get("ge", 0) - 1 if "whole" in problem.words and "ge" in limits else None)
    if least is not None:
        return f" above {least:g}"
    return f" of {limits['ge']:g} or more" if "ge" in limits else ""
