"""Untrusted pickles: plain values and numpy arrays of numbers are read, anything else is refused.

A pickle is a program. `pickle.load` would import and call whatever it names. This reader imports
and calls nothing. Arrays are written with a few names of numpy (under the module paths of numpy 1
and 2). Here these names make notes of our own; the arrays are made from them after the file has
been read.
"""

from __future__ import annotations

import pickle
import re
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from mgllm.errors import InputError

_BROKEN = (
    pickle.UnpicklingError,
    AttributeError,
    EOFError,
    ImportError,
    IndexError,
    KeyError,
    MemoryError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What reading a truncated or malicious pickle may raise; these errors have no narrower base
class."""
_PLAIN_TYPE = re.compile(r"[<>=|]?(b1|[iu][1248]|f[248]|[SU]\d{1,6})")


def load_plain_pickle(path: Path) -> Any:
    """The content of a pickle: plain Python values, and numpy arrays and scalars.

    Raises:
        InputError: it cannot be read, or contains anything else, such as code to run.
    """
    try:
        with path.open("rb") as file:
            return read_plain_pickle(file, str(path))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None


def read_plain_pickle(file: BinaryIO, where: str) -> Any:
    """The same from an open file, which errors call `where`.

    Raises:
        InputError: it is not a pickle, or contains anything else.
    """
    try:
        return _finished(_Reader(file, encoding="latin1").load())
    except _Refused as error:
        what = f"contains {error}; only plain values and numpy arrays are read"
        raise InputError(f"{where} {what}") from None
    except _BROKEN as error:
        raise InputError(f"{where} cannot be read as a pickle: {error}") from None


class _Refused(Exception):
    """The pickle names something that is not on the list."""


class _Type:
    """A dtype, noted down to be made later."""

    __slots__ = ("code", "order")

    def __init__(self, code: object, *_: object) -> None:
        if not isinstance(code, str) or not _PLAIN_TYPE.fullmatch(code):
            raise _Refused(f"numpy arrays of the type '{code!s:.20}'")
        self.code = code
        self.order = "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        if state[1] not in ("<", ">", "=", "|") or state[2:5] != (None, None, None):
            raise _Refused("a numpy type of several fields")
        self.order = state[1]

    def made(self) -> np.dtype[Any]:
        return np.dtype(self.code).newbyteorder(self.order)  # type: ignore[arg-type]  # checked above


class _Array:
    """An array (without shape: a scalar), noted down to be made later."""

    __slots__ = ("fortran", "raw", "shape", "type")

    def __init__(self, *_: object) -> None:
        self.shape: Any = None
        self.type: Any = None
        self.raw: Any = b""
        self.fortran = False

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.shape, self.type, self.fortran, self.raw = state[1:5]

    def made(self) -> Any:
        raw = self.raw.encode("latin1") if isinstance(self.raw, str) else self.raw
        if not isinstance(self.type, _Type) or not isinstance(raw, bytes | bytearray | memoryview):
            raise _Refused("a numpy array of objects")
        flat = np.frombuffer(raw, dtype=self.type.made())
        if self.shape is None:
            return flat[0]
        if not all(isinstance(n, int) and n >= 0 for n in self.shape) or prod(self.shape) != len(flat):
            raise ValueError(f"{len(flat)} values cannot be {self.shape}")
        return flat.reshape(self.shape, order="F" if self.fortran else "C")


def _scalar(type_: object, raw: object = b"") -> _Array:
    note = _Array()
    note.type, note.raw = type_, raw
    return note


def _from_buffer(raw: object, type_: object, shape: object, order: object, *_: object) -> _Array:
    note = _Array()
    note.raw, note.type, note.shape, note.fortran = raw, type_, shape, order == "F"
    return note


def _encoded(text: str, encoding: str = "utf-8") -> bytes:
    """How old pickles write bytes."""
    if encoding not in ("latin1", "latin-1"):
        raise _Refused(f"the encoding '{encoding}'")
    return text.encode("latin1")


def _no_bytes() -> bytes:
    """How old pickles write empty bytes."""
    return b""


_NAMES: dict[str, Any] = {
    "numpy.ndarray": None,
    "numpy.dtype": _Type,
    "_codecs.encode": _encoded,
    "__builtin__.bytes": _no_bytes,
    "builtins.bytes": _no_bytes,
}
for _core in ("numpy.core", "numpy._core"):
    _NAMES[f"{_core}.multiarray._reconstruct"] = _Array
    _NAMES[f"{_core}.multiarray.scalar"] = _scalar
    _NAMES[f"{_core}.numeric._frombuffer"] = _from_buffer


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (full := f"{module}.{name}") not in _NAMES:
            raise _Refused(f"'{full}'")
        return _NAMES[full]


def _finished(tree: Any) -> Any:
    """The tree with arrays in place of notes."""
    if isinstance(tree, _Array):
        return tree.made()
    if isinstance(tree, dict):
        return {_finished(key): _finished(value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return type(tree)(_finished(one) for one in tree)
    if tree is None or isinstance(tree, str | bytes | int | float):
        return tree
    raise _Refused(f"a value of the type '{type(tree).__name__}'")
