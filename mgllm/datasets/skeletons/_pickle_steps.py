"""The steps of an untrusted pickle, each checked before it is done.

A pickle is a program for a small machine. The machine here is Python's own, written in Python, of
which only the steps are left that plain values and arrays need: none imports, none calls but a few
functions of ours, none changes an object but our notes. The number of steps, of containers and of
digits is limited, and the machine's memory holds nothing at places that the program could not have
filled, so that a short file cannot take long or fill the memory.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

MOST_STEPS = 50_000_000
"""NTU RGB+D 120 as one pickle takes 8 million."""
MOST_CONTAINERS = 5_000_000
"""Lists, dicts and tuples; the same file has a million."""
DEEPEST = 100
"""Containers inside each other that are open at a time."""
MOST_BITS = 64
"""Of a whole number: those of numpy have no more."""
_PLAIN = (str, bytes, int, float, bool, type(None))
_ALLOWED = (
    "PROTO FRAME STOP MARK POP POP_MARK DUP NONE NEWTRUE NEWFALSE INT BININT BININT1 BININT2 LONG LONG1 LONG4 "
    "FLOAT BINFLOAT STRING BINSTRING SHORT_BINSTRING UNICODE BINUNICODE SHORT_BINUNICODE BINUNICODE8 "
    "BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8 EMPTY_LIST LIST APPEND APPENDS EMPTY_TUPLE TUPLE TUPLE1 "
    "TUPLE2 TUPLE3 EMPTY_DICT DICT SETITEM SETITEMS GET BINGET LONG_BINGET PUT BINPUT LONG_BINPUT MEMOIZE "
    "GLOBAL STACK_GLOBAL REDUCE BUILD"
).split()
_CONTAINERS = frozenset(
    getattr(pickle, name)[0]
    for name in ("EMPTY_LIST LIST EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 EMPTY_DICT DICT MARK").split()
)
_NUMBERS = frozenset(getattr(pickle, name)[0] for name in ("INT", "LONG", "LONG1", "LONG4"))
_KEYED = frozenset(getattr(pickle, name)[0] for name in ("SETITEM", "SETITEMS", "DICT"))
_STORES = frozenset(getattr(pickle, name)[0] for name in ("PUT", "BINPUT", "LONG_BINPUT"))


class Refused(Exception):
    """The pickle contains something that is not on the list, or too much."""


class Steps(pickle._Unpickler):  # type: ignore[misc]  # documented by its source alone
    """Reads a pickle step by step."""

    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = {
        getattr(pickle, name)[0]: pickle._Unpickler.dispatch[getattr(pickle, name)[0]] for name in _ALLOWED
    }

    def __init__(self, content: bytes, names: Mapping[str, Any], notes: tuple[type, ...]) -> None:
        """Prepare to read.

        Args:
            content: the pickle.
            names: what each name that it may use stands for.
            notes: the only objects that it may change, with `__setstate__`.
        """
        super().__init__(io.BytesIO(content), encoding="latin1")
        self._names, self._notes = names, notes
        self._steps = self._containers = 0

    def find_class(self, module: str, name: str) -> Any:
        if (full := f"{module}.{name}") not in self._names:
            raise Refused(f"'{full}'")
        return self._names[full]

    def load(self) -> Any:
        """The content.

        Raises:
            Refused: a step is not allowed, or there are too many.
        """
        self._unframer = pickle._Unframer(self._file_read, self._file_readline)  # type: ignore[attr-defined]
        return None
