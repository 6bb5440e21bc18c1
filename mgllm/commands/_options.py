"""Flat keyword arguments, from the command line or from Python, into the nested options of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from mgllm.errors import InputError, unknown
from mgllm.experiment.options import AskOptions, ItemOptions, ReachOptions, RunOptions
from mgllm.records import Frozen

_PARTS: dict[str, type[Frozen]] = {"which": ItemOptions, "ask": AskOptions, "reach": ReachOptions}
_OWN = ("model", "results", "store_text", "display", "yes")
_FOLDERS = {"scenarios_dir": "scenarios", "prompts_dir": "prompts"}
_SPELLED = {"timeout_s": "--timeout", "store_text": "--no-store-text", "model_args": "--model-arg"}


def from_flat(options: Mapping[str, object], base: RunOptions | None = None) -> RunOptions:
    """Options by their flat names, over those of `base`.

    Raises:
        InputError: an unknown or unfit option, named as its flag.
    """
    nested: dict[str, Any] = base.model_dump() if base is not None else {}
    for name, value in options.items():
        _put(nested, name, value)
    if not nested.get("model"):
        raise InputError("no model is named; give --model M, such as --model local")
    try:
        return RunOptions.model_validate(nested)
    except ValidationError as error:
        raise InputError(_flag_problem(error)) from None


def _put(nested: dict[str, Any], name: str, value: object) -> None:
    if name in _OWN:
        nested[name] = value
    elif name in _FOLDERS:
        nested.setdefault("folders", {})[_FOLDERS[name]] = value
    elif name == "scenarios":
        nested[name] = (value,) if isinstance(value, str) else tuple(value or ())  # type: ignore[arg-type]  # any iterable of names
    else:
        part = next((part for part, model in _PARTS.items() if name in model.model_fields), None)
        if part is None:
            known = [*_OWN, *_FOLDERS, "scenarios", *(f for m in _PARTS.values() for f in m.model_fields)]
            raise InputError(unknown("option", name, known))
        nested.setdefault(part, {})[name] = value


def _flag_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False)[0]
    message = problem["msg"].removeprefix("Value error, ")
    if not problem["loc"]:
        return message
    steps = [str(step) for step in problem["loc"] if str(step) not in (*_PARTS, "folders")]
    name = steps[0] if steps else "options"
    flag = _SPELLED.get(name, f"--{name.replace('_', '-')}")
    return f"{flag} {problem['input']!r:.60}: {message}"
