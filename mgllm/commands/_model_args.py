"""`--model-arg K=V` words as values: text, numbers or JSON, also inside objects."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from pydantic import JsonValue

from mgllm.errors import InputError

_EXAMPLE = 'such as top_p=0.9 or chat_template_kwargs={"enable_thinking":false}'


def read_model_args(words: Iterable[str]) -> dict[str, JsonValue]:
    """Values by name. `a.b=V` stands for `a={"b":V}`, and parts of one object are joined.

    >>> read_model_args(["chat_template_kwargs.enable_thinking=false", "top_k=1"])
    {'chat_template_kwargs': {'enable_thinking': False}, 'top_k': 1}

    Raises:
        InputError: a word is not K=V, its value cannot be read, or a name is given twice.
    """
    pairs: dict[str, Any] = {}
    for word in words:
        place, equals, text = word.partition("=")
        steps = [step.strip() for step in place.split(".")]
        if not (equals and all(steps)):
            # Not shown: it may be a key.
            raise InputError(f"--model-arg needs K=V, {_EXAMPLE}; one has no name or no =")
        _put(pairs, steps, _value(place, text), place)
    return pairs


def _put(pairs: dict[str, Any], steps: list[str], value: JsonValue, place: str) -> None:
    """Into the object that the steps lead to; two objects at one place are joined."""
    name, rest = steps[0], steps[1:]
    if rest:
        inner = pairs.setdefault(name, {})
        if not isinstance(inner, dict):
            raise InputError(
                f"--model-arg {place}: {name} already has a value; give {name} or its parts, not both"
            )
        _put(inner, rest, value, place)
    elif isinstance(value, dict) and isinstance(pairs.get(name), dict):
        for part, one in value.items():
            _put(pairs[name], [part], one, f"{place}.{part}")
    elif name in pairs:
        raise InputError(f"--model-arg {place} is given twice; give it once")
    else:
        pairs[name] = value


def _value(place: str, text: str) -> JsonValue:
    """The value of JSON; of anything else, the number or the text."""
    bare = text.strip()
    if bare.lower() in ("true", "false"):
        return bare.lower() == "true"
    try:
        value: JsonValue = json.loads(
            bare, parse_constant=lambda word: float(word.replace("Infinity", "inf"))
        )
    except (ValueError, RecursionError) as error:
        if bare.startswith(("{", "[", '"')):
            raise InputError(
                f"--model-arg {place}: the value is not JSON ({error}); in a shell put it in single quotes, "
                f"{_EXAMPLE}"
            ) from None
        value = _number_or_text(text)
    if not _is_finite(value):
        raise InputError(
            f"--model-arg {place}={bare[:40]} is not a finite number; give one, or text in double quotes: "
            f"'{place}=\"{bare[:40]}\"'"
        )
    return value


def _number_or_text(text: str) -> JsonValue:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _is_finite(value: object) -> bool:
    if isinstance(value, dict | list):
        return all(map(_is_finite, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, float) or math.isfinite(value)
