"""The steps of an untrusted pickle, each checked before it is done.

A pickle is a program for a small machine. The machine here is Python's own, written in Python, with
only those steps left that plain values and arrays need. None imports, none calls but functions of
ours, none changes an object but our notes; steps and containers are counted. So a short file can
neither take long nor fill the memory, and a long one only in proportion to its length.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from typing import Any

MOST_STEPS = 50_000_000
"""NTU RGB+D 120 as one pickle takes 8 million."""
MOST_CONTAINERS = 5_000_000
"""Lists, dicts and tuples; the same file has a million."""
TEXT_RATIO = 4
"""Text that functions are given, by the file's length: arrays are written once."""
Step = Callable[[Any], None]
_ALLOWED = (
    "PROTO FRAME STOP MARK POP POP_MARK DUP NONE NEWTRUE NEWFALSE INT BININT BININT1 BININT2 LONG LONG1 "
    "LONG4 FLOAT BINFLOAT STRING BINSTRING SHORT_BINSTRING UNICODE BINUNICODE SHORT_BINUNICODE BINUNICODE8 "
    "BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8 EMPTY_LIST LIST APPEND APPENDS EMPTY_TUPLE TUPLE TUPLE1 "
    "TUPLE2 TUPLE3 EMPTY_DICT DICT SETITEM SETITEMS GET BINGET LONG_BINGET PUT BINPUT LONG_BINPUT MEMOIZE "
    "GLOBAL STACK_GLOBAL REDUCE BUILD"
)
_SETS = "EMPTY_SET ADDITEMS FROZENSET"


def _codes(names: str) -> frozenset[int]:
    return frozenset(getattr(pickle, name)[0] for name in names.split())


_CONTAINERS = _codes("EMPTY_LIST LIST EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 EMPTY_DICT DICT MARK")
_MANY_KEYS, _ONE_KEY = _codes("SETITEMS DICT"), pickle.SETITEM[0]
_REDUCE, _BUILD, _BYTEARRAY = pickle.REDUCE[0], pickle.BUILD[0], pickle.BYTEARRAY8[0]
_ALL: dict[int, Step] = pickle._Unpickler.dispatch
_STEPS: dict[int, Step] = {code: _ALL[code] for code in _codes(_ALLOWED)}
_STEPS[_BYTEARRAY] = _ALL[pickle.BINBYTES8[0]]  # the other takes memory before it looks at the file's length
_SET_STEPS = _codes(_SETS)
_OTHERS = {
    getattr(pickle, name)[0]: name for name in ("INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "PERSID", "BINPERSID")
}


class Refused(Exception):
    """The pickle contains something that is not on the list, or too much."""


class PickleSteps(pickle._Unpickler):
    """Reads a pickle step by step."""

    def __init__(self, content: bytes, names: Mapping[str, Any], notes: tuple[type, ...]) -> None:
        """Prepare to read.

        Args:
            content: the pickle.
            names: what each name that it may use stands for.
            notes: types of the only objects that it may change, with `__setstate__`.
        """
        super().__init__(io.BytesIO(content), encoding="latin1")
        self._names, self._notes = names, notes
        self._text_left = TEXT_RATIO * len(content) + 1000
        self.dispatch = _Checked(self._check)  # type: ignore[misc]  # each reader counts for itself

    def find_class(self, module: str, name: str) -> Any:
        """What a name stands for.

        Raises:
            Refused: it is not on the list.
        """
        full = f"{module}.{name}"
        if full not in self._names:
            raise Refused(f"'{full:.100}'")
        return self._names[full]

    def _check(self, code: int) -> None:
        """Look at what is on the stack for a step.

        Raises:
            Refused: the step may not be done with it.
        """
        stack: list[Any] = self.stack  # type: ignore[attr-defined]  # made by `load`
        if code == _BUILD and (len(stack) < 2 or type(stack[-2]) not in self._notes):
            raise Refused("a change to something that is not an array")
        if code == _REDUCE and stack and isinstance(stack[-1], tuple):
            self._text_left -= sum(len(part) for part in stack[-1] if isinstance(part, str | bytes))
            if self._text_left < 0:
                raise Refused("the same text again and again")
        keys = stack[::2] if code in _MANY_KEYS else stack[-2:-1] if code == _ONE_KEY else ()
        if not all(self._is_key(key) for key in keys):
            raise Refused("a key that is not plain")

    def _is_key(self, key: object) -> bool:
        """Whether looking it up takes no time: nothing is nested."""
        parts = key if isinstance(key, tuple) else (key,)
        return not any(isinstance(part, tuple) for part in parts)


class _Checked(dict[int, Step]):
    """The steps by their code; each is counted and checked when it is looked up."""

    def __init__(self, check: Callable[[int], None]) -> None:
        super().__init__(_STEPS)
        self._check = check
        self._steps = self._containers = 0

    def __getitem__(self, code: int) -> Step:
        self._steps += 1
        self._containers += code in _CONTAINERS
        if self._steps > MOST_STEPS or self._containers > MOST_CONTAINERS:
            raise Refused("more values than any data set has")
        if code in _CHECKED:
            self._check(code)
        return super().__getitem__(code)

    def __missing__(self, code: int) -> Step:
        if code in _SET_STEPS:
            raise Refused("a value of the type 'set'")
        if code in _OTHERS:
            raise Refused(f"an object of another kind (step {_OTHERS[code]})")
        raise ValueError(f"step {code} is unknown")


_CHECKED = _MANY_KEYS | {_ONE_KEY, _REDUCE, _BUILD}
