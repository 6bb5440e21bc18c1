"""Keywords of the Python face as the flat options of a command."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

_NAMES = ("scenarios", "arms", "sweep", "probe")
"""One name may be given alone."""


def given(function: Callable[..., object], keywords: Mapping[str, Any], *leave_out: str) -> dict[str, Any]:
    """What differs from the defaults of a function: all else keeps the default of the command.

    Args:
        function: that was called.
        keywords: its parameters with their values, as its `locals()` gives them.
        leave_out: parameters that are not options of the command.
    """
    parameters = inspect.signature(function).parameters
    return {
        name: _plain(name, value)
        for name, value in keywords.items()
        if name not in leave_out and not _is_default(value, parameters[name].default)
    }


def _is_default(value: object, default: object) -> bool:
    return value is default or (type(value) is type(default) and value == default)


def _plain(name: str, value: Any) -> Any:
    """Names of files as text, where the command knows them also as names of other things."""
    if name in _NAMES and isinstance(value, str | Path):
        return (str(value),)
    if name in _NAMES and isinstance(value, Iterable):
        return tuple(str(one) if isinstance(one, Path) else one for one in value)
    return str(value) if name == "items" and isinstance(value, Path) else value
