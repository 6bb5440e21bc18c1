"""Flat keyword arguments, from the command line or from Python, into the nested options of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import yaml
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


M = TypeVar("M", bound=Frozen)


PLACES = {
    "fusion": "encoder.fusion",
    "frames": "preprocessing.frames",
    "centre": "preprocessing.preparation.centre",
    "scale": "preprocessing.preparation.scale",
    "temperature": "contrast.temperature",
}
"""Where a flag's value stands in the options, if not under the flag's own name."""


def options_from(model: type[M], said: Mapping[str, object], sets: Iterable[str] = ()) -> M:
    """Checked options from flags that were given and from `--set` words, which win.

    Raises:
        InputError: an unknown or unfit option, named as the user wrote it.
    """
    nested: dict[str, Any] = {}
    spelled: dict[str, str] = {}
    for flag, value in said.items():
        place = PLACES.get(flag, flag)
        spelled[place] = f"--{flag.replace('_', '-')}"
        _put_at(nested, place, value)
    for word in sets:
        place, equals, text = word.partition("=")
        if not (equals and place.strip()):
            raise InputError(f"--set '{word}' is not NAME=VALUE, such as contrast.cross=0")
        spelled[place.strip()] = f"--set {place.strip()}"
        _put_at(nested, place.strip(), _value(word, text))
    try:
        return model.model_validate(nested)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in problem["loc"])
        flag = _as_typed(place, spelled)
        if problem["type"] == "extra_forbidden":
            raise InputError(
                f"{flag}: there is no such option; config.json of a checkpoint shows all"
            ) from None
        message = problem["msg"].removeprefix("Value error, ")
        raise InputError(f"{flag} {problem['input']!r:.60}: {message}") from None


def _as_typed(place: str, spelled: Mapping[str, str]) -> str:
    """The flag that gave the value at a place, or a part of it, or what stands around it."""
    around = [known for known in spelled if f"{place}.".startswith(f"{known}.")]
    inside = [known for known in spelled if f"{known}.".startswith(f"{place}.")]
    return spelled[max(around, key=len)] if around else spelled[inside[-1]] if inside else place


def _put_at(nested: dict[str, Any], place: str, value: object) -> None:
    *parts, name = place.split(".")
    for part in parts:
        nested = nested.setdefault(part, {})
        if not isinstance(nested, dict):
            raise InputError(f"--set {place}: '{part}' holds a value, no options")
    nested[name] = value


def _value(word: str, text: str) -> object:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):  # a date that is none is a ValueError
        raise InputError(f"--set '{word}': the value cannot be read") from None
