"""Counts what rendering one prompt costs, so that no template takes much time or memory.

Nothing is measured by the clock: a template is refused by what it does, on every machine alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, StrictUndefined, Undefined, pass_context
from jinja2.exceptions import SecurityError, TemplateRuntimeError

MAX_CHARACTERS = 1_000_000
"""Longest prompt, and longest text that a filter may make; a template that writes more is most
likely wrong."""
MAX_GIVEN = 2 * MAX_CHARACTERS
"""Longest value that a template may read; it could not be shown."""
STEPS = 100_000
"""What every prompt may cost. A step is a node of a template that is executed, about 0.2 µs; the
bundled templates need about 300."""
STEPS_EACH = 50
"""Further steps for each character that the template is given: those of a loop over long speech."""
CHARACTERS_A_STEP = 64
"""So many characters are compared, joined or replaced in the time of a step."""
INCLUDE = 50
"""Steps of an include, beside those of what it includes."""


class TooMuch(TemplateRuntimeError):
    """A template does, reads or makes more than it may; the message goes on after its name."""


class Meter:
    """The steps that are left for one prompt.

    Raises (all methods):
        TooMuch: none are left, or a text is too long.
    """

    def __init__(self) -> None:
        self.most = self.left = STEPS

    def begin(self, characters: int) -> None:
        """A new prompt, made of so many characters."""
        self.most = self.left = STEPS + STEPS_EACH * characters

    def charge(self, steps: int) -> None:
        """So many steps are made now."""
        self.left -= steps
        if self.left < 0:
            raise TooMuch("loops too long, or includes itself without end; use fewer loops and includes")

    def weigh(self, *values: Any) -> int:
        """Charge for values that are about to be read or written; how many characters they have."""
        size = sum(value_size(value) for value in values)
        self.charge(1 + size // CHARACTERS_A_STEP)
        return size

    def refuse_long(self, characters: int) -> None:
        """Refuse a text before it is made."""
        if characters > MAX_CHARACTERS:
            raise TooMuch(f"makes a text of more than {MAX_CHARACTERS:,} characters with a filter; remove it")


def value_size(value: Any) -> int:
    """Characters of a value and of all that it holds; shared parts count each time.

    Raises:
        TooMuch: there are too many; a value that holds another twice, which holds
            another twice, and so on, is never walked through.
    """
    size, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        size += len(one) if isinstance(one, str) else 1
        if isinstance(one, list | tuple):
            waiting += one
        elif isinstance(one, Mapping):
            waiting += one.values()
        if size > MAX_GIVEN:
            raise TooMuch(f"is given, or makes, a value of more than {MAX_GIVEN:,} characters")
    return size


_JINJA = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701  # its filters alone are used
FILTERS = (
    "capitalize",
    "default",
    "first",
    "join",
    "last",
    "length",
    "lower",
    "replace",
    "title",
    "trim",
    "upper",
)
"""Filters that templates may use."""
Filter = Callable[..., Any]


def limited_filters(meter: Meter) -> dict[str, Filter]:
    """Jinja's own filters, each charged for what it reads, and refused before it makes a long
    text."""
    return {name: _limited(name, meter) for name in FILTERS}


def _limited(name: str, meter: Meter) -> Filter:
    lengthens = _LENGTHENS.get(name)

    @pass_context  # also keeps Jinja from calling it while it compiles
    def call(context: Any, value: Any, *given: Any, **named: Any) -> Any:
        meter.weigh(value, given, named)
        if lengthens is not None:
            lengthens(meter, value, *given, **named)
        return _JINJA.call_filter(name, value, given, named, context=context)

    return call


def _replaced(meter: Meter, value: Any, old: Any, new: Any, count: int | None = None) -> None:
    text, old, new = str(value), str(old), str(new)
    times = text.count(old) if count is None or count < 0 else min(count, text.count(old))
    meter.refuse_long(len(text) + times * (len(new) - len(old)))


def _joined(meter: Meter, value: Any, d: Any = "", attribute: Any = None) -> None:
    parts = len(value) if hasattr(value, "__len__") else 0
    meter.refuse_long(value_size(value) + parts * len(str(d)))


def _trimmed(meter: Meter, value: Any, chars: Any = None) -> None:
    meter.charge(len(str(value)) * len(str(chars or "")) // CHARACTERS_A_STEP)  # looks each one up in all


_LENGTHENS: Mapping[str, Callable[..., None]] = {"replace": _replaced, "join": _joined, "trim": _trimmed}


def _is_odd(value: Any) -> bool:
    return isinstance(value, int) and value % 2 == 1  # on a text, Jinja's `%` would be formatting


def _is_even(value: Any) -> bool:
    return isinstance(value, int) and value % 2 == 0


_KINDS = (
    "boolean",
    "false",
    "float",
    "integer",
    "iterable",
    "mapping",
    "number",
    "sequence",
    "string",
    "true",
)
_TESTS: Mapping[str, Any] = _JINJA.tests
TESTS: Mapping[str, Callable[..., Any]] = {
    **{name: _TESTS[name] for name in ("defined", "none", "undefined", *_KINDS)},
    "odd": _is_odd,
    "even": _is_even,
}
"""Tests that templates may use: none reads more than a value's kind, or a number."""


def writer(meter: Meter) -> Callable[..., Any]:
    """What every written value passes: texts, numbers and lists of them."""

    @pass_context
    def written(context: Any, value: Any) -> Any:
        if not isinstance(value, str | int | float | list | tuple | dict | Undefined | None):
            raise SecurityError(f"a {type(value).__name__} cannot be written; write texts and numbers")
        meter.weigh(value)
        return value

    return written
