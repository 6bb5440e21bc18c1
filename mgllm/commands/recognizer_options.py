"""Options of the recogniser's commands: flat flags and `--set part.name=value`, into one checked value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from mgllm.errors import InputError
from mgllm.records import Frozen

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
        _put(nested, place, value)
    for word in sets:
        place, equals, text = word.partition("=")
        if not (equals and place.strip()):
            raise InputError(f"--set '{word}' is not NAME=VALUE, such as contrast.cross=0")
        spelled[place.strip()] = f"--set {place.strip()}"
        _put(nested, place.strip(), _value(word, text))
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


def _put(nested: dict[str, Any], place: str, value: object) -> None:
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
