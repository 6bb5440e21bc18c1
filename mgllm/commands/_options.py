"""Flags of the command line, or keywords of Python, as the nested options of a command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from mgllm.commands._unfit import unfit
from mgllm.errors import InputError, unknown
from mgllm.experiment.options import AskOptions, ItemOptions, ReachOptions, RunOptions
from mgllm.files.problems import first_problem
from mgllm.records import Frozen

M = TypeVar("M", bound=Frozen)

PLACES = {
    "fusion": "encoder.fusion",
    "frames": "preprocessing.frames",
    "centre": "preprocessing.preparation.centre",
    "scale": "preprocessing.preparation.scale",
    "temperature": "contrast.temperature",
}
"""Where a flag's value is in the options, if not under the flag's own name."""
_PARTS: dict[str, type[Frozen]] = {"which": ItemOptions, "ask": AskOptions, "reach": ReachOptions}
RUN_PLACES = {
    **{
        name: name
        for name in ("model", "scenarios", "results", "store_text", "display", "yes", "with_references")
    },
    **{"scenarios_dir": "folders.scenarios", "prompts_dir": "folders.prompts"},
    **{field: f"{part}.{field}" for part, model in _PARTS.items() for field in model.model_fields},
}
"""Where the value of each option of a run is; there are no others."""
_SPELLED = {
    "timeout_s": "timeout",
    "store_text": "no-store-text",
    "model_args": "model-arg",
    "scenarios_dir": "scenarios",
    "prompts_dir": "prompts",
}
"""Flags that are not spelled like the keyword of the Python face."""
_NAMELESS = {"scenarios": "scenarios"}
"""Options that the command line takes without a flag."""


def from_flat(options: Mapping[str, object], base: RunOptions | None = None) -> RunOptions:
    """Options of a run by their flat names, over those of `base`.

    Raises:
        InputError: an option is unknown or its value does not fit; the option is named as its flag.
    """
    if others := [name for name in options if name not in RUN_PLACES]:
        raise InputError(unknown("option", others[0], RUN_PLACES))
    if not options.get("model", base and base.model):
        raise InputError("no model is named; use --model M, such as --model local")
    # A part of another option's value comes after that value, so that both hold.
    said = dict(sorted(options.items(), key=lambda option: RUN_PLACES[option[0]].count(".")))
    if "scenarios" in said:
        names = said["scenarios"]
        if isinstance(names, str) or names is None:
            names = (names,) if names else ()
        said["scenarios"] = tuple(names) if isinstance(names, Iterable) else names
    return parse_options(RunOptions, said, base=base, places=RUN_PLACES)


def parse_options(
    model: type[M],
    said: Mapping[str, object],
    sets: Iterable[str] = (),
    *,
    base: M | None = None,
    places: Mapping[str, str] = PLACES,
) -> M:
    """Checked options from flags that were given and from `--set` words, which win.

    Args:
        model: of the options.
        said: values by flag, or by keyword argument of the Python face.
        sets: NAME=VALUE words.
        base: options that hold unless others are given.
        places: where a flag's value is in the options, if not under the flag's own name.

    Raises:
        InputError: an option is unknown or its value does not fit; the option is named as the user
            wrote it.
    """
    nested: dict[str, Any] = base.model_dump() if base is not None else {}
    spelled: dict[str, str] = {}
    for flag, value in said.items():
        place = places.get(flag, flag)
        spelled[place] = _NAMELESS.get(flag) or _flag(flag)
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
        problem = first_problem(error)
        flag = _as_typed(problem.place, spelled)
        if problem.kind == "extra_forbidden":
            raise InputError(
                f"{flag}: there is no such option; config.json of a checkpoint shows all"
            ) from None
        raise InputError(unfit(flag, model, problem)) from None


def _flag(name: str) -> str:
    """The flag of an option; one that stands deep in the options has none of its own."""
    return f"--set {name}" if "." in name else f"--{_SPELLED.get(name, name.replace('_', '-'))}"


def _as_typed(place: str, spelled: Mapping[str, str]) -> str:
    """The flag that gave the value at a place, or a part of it, or what stands around it."""
    around = [known for known in spelled if f"{place}.".startswith(f"{known}.")]
    inside = [known for known in spelled if f"{known}.".startswith(f"{place}.")]
    return spelled[max(around, key=len)] if around else spelled[inside[-1]] if inside else place


def _put_at(nested: dict[str, Any], place: str, value: object) -> None:
    *parts, name = place.split(".")
    for part in parts:
        inner = nested.get(part, {})
        if not isinstance(inner, dict):
            raise InputError(f"--set {place}: '{part}' is a value and has no options of its own")
        nested[part] = dict(inner)  # a copy: what the caller gave stays as it is
        nested = nested[part]
    nested[name] = value


def _value(word: str, text: str) -> object:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):  # an impossible date is a ValueError
        raise InputError(f"--set '{word}': the value cannot be read") from None
