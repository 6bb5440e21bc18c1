"""Untrusted pickles: plain values and numpy arrays of numbers are read, anything else is refused.

A pickle is a program. `pickle.load` would import and call whatever it names. This reader imports
and calls nothing. Arrays are written with a few names of numpy (under the module paths of numpy 1
and 2). Here these names make notes of our own; the arrays are made from them after the file has
been read. The same value may be there many times, but what is read may not become much larger than
the file when it is gone through.
"""

from __future__ import annotations

import pickle
import re
import struct
from collections.abc import Iterable
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from mgllm.datasets.skeletons._pickle_steps import PickleSteps, Refused
from mgllm.errors import InputError
from mgllm.files.json_files import read_at_most

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
    struct.error,
)
"""What reading a truncated or malicious pickle may raise; these errors have no narrower base
class."""
MAX_BYTES = 20_000_000_000
"""Largest pickle: it is read into memory, twice."""
GROWN = 10
"""So many times the file's length may be what is gone through: shared shapes are small."""
DEEPEST = 100
"""Lists, dicts and tuples inside each other: no data set has ten."""
MOST_AXES = 8
"""Of an array."""
MOST_BITS = 64
"""Of a whole number."""
_PLAIN_TYPE = re.compile(r"[<>=|]?(b1|[iu][1248]|f[248]|[SU]\d{1,6})")


def load_plain_pickle(path: Path) -> Any:
    """The content of a pickle: plain Python values, and numpy arrays and scalars.

    Raises:
        InputError: it cannot be read, or contains anything else, such as code to run.
    """
    return read_plain_pickle(read_at_most(path, MAX_BYTES, "a set of skeletons"), str(path))


def read_plain_pickle(content: bytes, where: str) -> Any:
    """The same of bytes that have been read, which errors call `where`.

    Raises:
        InputError: it is not a pickle, or contains anything else.
    """
    try:
        return _Finishing(len(content)).all_of(PickleSteps(content, _NAMES, (_Type, _Array)).load())
    except Refused as error:
        what = f"contains {error}; only plain values and numpy arrays are read"
        raise InputError(f"{where} {what}") from None
    except _BROKEN as error:
        said = f"{error!s:.200}" or type(error).__name__
        raise InputError(f"{where} cannot be read as a pickle: {said}") from None


class _Type:
    """A dtype, noted down to be made later."""

    __slots__ = ("code", "order")

    def __init__(self, code: object, *_: object) -> None:
        if not isinstance(code, str) or not _PLAIN_TYPE.fullmatch(code):
            raise Refused(f"numpy arrays of the type '{_word(code)}'")
        self.code = code
        self.order = "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        if state[1] not in ("<", ">", "=", "|") or state[2:5] != (None, None, None):
            raise Refused("a numpy type of several fields")
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
            raise Refused("a numpy array of objects")
        flat = np.frombuffer(raw, dtype=self.type.made())
        if self.shape is None:
            return flat[0]
        if not _is_shape(self.shape):
            raise ValueError("an array has a shape that is not a few whole numbers")
        if prod(self.shape) != len(flat):
            raise ValueError(f"{len(flat)} values cannot be {self.shape}")
        return flat.reshape(self.shape, order="F" if self.fortran else "C")


def _word(text: object) -> str:
    return f"{text:.20}" if isinstance(text, str) else type(text).__name__


def _is_shape(shape: object) -> bool:
    plain = isinstance(shape, tuple) and len(shape) <= MOST_AXES
    return plain and all(isinstance(n, int) and 0 <= n < 2**40 for n in shape)  # type: ignore[attr-defined]


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
        raise Refused(f"the encoding '{_word(encoding)}'")
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


class _Finishing:
    """Makes arrays of the notes in a tree. Its size is measured as if nothing in it were shared."""

    def __init__(self, length: int) -> None:
        self._most = GROWN * length + 10_000
        self._done: dict[int, tuple[Any, int]] = {}
        self._open: set[int] = set()
        self._arrays = 0

    def all_of(self, tree: Any) -> Any:
        """The tree with arrays in place of notes.

        Raises:
            Refused: it is too large or too deep, is inside itself, or contains anything else.
        """
        return self._made(tree)[0]

    def _made(self, tree: Any) -> tuple[Any, int]:
        """A part of the tree, and its size in values and bytes."""
        if tree is None or isinstance(tree, str | bytes | float):
            return tree, 1
        if isinstance(tree, int):
            if tree.bit_length() > MOST_BITS:
                raise Refused("a number of too many digits")
            return tree, 1
        if (key := id(tree)) not in self._done:
            if key in self._open or len(self._open) > DEEPEST:
                raise Refused("a value inside itself, or too deep")
            self._open.add(key)
            self._done[key] = self._of_parts(tree)
            self._open.discard(key)
        return self._done[key]

    def _of_parts(self, tree: Any) -> tuple[Any, int]:
        if isinstance(tree, _Array):
            made = tree.made()
            self._arrays += made.nbytes
            self._refuse_large(self._arrays)
            return made, 1 + made.nbytes
        if isinstance(tree, dict):
            keys, sizes = self._each(tree)
            values, more = self._each(tree.values())
            return dict(zip(keys, values, strict=True)), self._refuse_large(1 + sizes + more)
        if isinstance(tree, list | tuple):
            parts, size = self._each(tree)
            return type(tree)(parts), self._refuse_large(1 + size)
        raise Refused(f"a value of the type '{type(tree).__name__}'")

    def _each(self, parts: Iterable[Any]) -> tuple[list[Any], int]:
        made, size = [], 0
        for part in parts:
            one, its_size = self._made(part)
            made.append(one)
            size += its_size
        return made, size

    def _refuse_large(self, size: int) -> int:
        if size > self._most:
            raise Refused("the same values again and again, far more than the file is long")
        return size
