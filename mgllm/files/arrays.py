"""Numpy's `.npy` and `.npz`, made by others: sizes are checked before memory is taken for them."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterable
from math import prod
from pathlib import Path
from tokenize import TokenError
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from mgllm.errors import InputError
from mgllm.files.archives import refuse_bomb
from mgllm.files.opening import open_file

NPY_ERRORS = (
    OSError,
    ValueError,
    EOFError,
    SyntaxError,
    TokenError,
    TypeError,
    OverflowError,
    MemoryError,
    RecursionError,
)
"""What numpy raises for a broken `.npy` file. Its header is Python source, which numpy never
runs."""
NPZ_ERRORS = (*NPY_ERRORS, BadZipFile, KeyError, NotImplementedError, RuntimeError, zlib.error)
LONGEST_EMPTY = 10_000_000
"""Longest axis of an array without values: it takes no bytes, but somebody may go through it."""


def read_header(file: BinaryIO, size: int) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, whether the order is Fortran's, and type, after a check that the values can be there.

    Args:
        file: at the beginning of an `.npy`.
        size: bytes of all of it.

    Raises:
        ValueError: or another of `NPY_ERRORS`: it is not one, its values are objects, or there are
            more of them than the bytes can hold.
    """
    version = npy.read_magic(file)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = read(file)
    if dtype.hasobject or dtype.itemsize == 0:
        raise ValueError(f"each value is {dtype}, not a number or text")
    if any(n < 0 for n in shape) or (0 in shape and max(shape) > LONGEST_EMPTY):
        raise ValueError(f"the shape {_short(shape)} is impossible")
    wanted, held = prod(shape) * dtype.itemsize, size - file.tell()
    if wanted > held:
        what = f"the shape {_short(shape)} takes {wanted:,} bytes, but {held:,} are there"
        raise ValueError(f"it is cut off, or damaged: {what}")
    return shape, fortran, dtype


def _short(shape: Iterable[int]) -> str:
    return f"{list(shape)!s:.60}"


def map_npy(path: Path) -> NDArray[Any]:
    """The array of a file, memory-mapped.

    Raises:
        InputError: it is not an `.npy` file of plain values, or is cut off.
    """
    try:
        with open_file(path) as file:
            read_header(file, path.stat().st_size)
        return np.load(path, mmap_mode="r", allow_pickle=False)  # type: ignore[no-any-return]
    except NPY_ERRORS as error:
        raise InputError(f"{path} cannot be read as an npy file: {reason(error)}") from None


def npz_names(archive: ZipFile) -> list[str]:
    """Names of the arrays of an `.npz`."""
    return [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]


def npz_array(archive: ZipFile, name: str) -> NDArray[Any]:
    """An array of an `.npz`.

    Raises:
        ValueError: or another of `NPZ_ERRORS`: it is missing or broken.
    """
    member: ZipInfo = archive.getinfo(f"{name}.npy")
    with archive.open(member) as content:
        read_header(content, member.file_size)  # type: ignore[arg-type]  # it can seek
    with archive.open(member) as content:
        array = np.asarray(npy.read_array(content, allow_pickle=False))
    if array.dtype.kind == "U" and not _is_text(array):
        raise ValueError(f"{name} has signs that are in no text")
    return array


def _is_text(array: NDArray[Any]) -> bool:
    """Whether all signs are below Unicode's end: numpy hands on others, and Python breaks on
    them."""
    sign = np.dtype(np.uint32).newbyteorder(array.dtype.byteorder)
    return bool((np.frombuffer(array.tobytes(), sign) <= sys.maxunicode).all())


def read_npz(path: Path, names: Iterable[str], most: int) -> dict[str, NDArray[Any]]:
    """Some arrays of a file.

    Args:
        path: the file.
        names: of the arrays, all of which must be there.
        most: bytes of all that it contains, unpacked.

    Raises:
        InputError: it is not an `.npz` file, is too large, or an array is missing.
    """
    try:
        with open_file(path) as file, ZipFile(file) as archive:
            refuse_bomb(archive, str(path), most)
            there = npz_names(archive)
            if missing := [name for name in names if name not in there]:
                held = f"{', '.join(there[:10]) or 'none'}"
                raise InputError(f"{path} has no arrays {', '.join(missing)}; it has {held}")
            return {name: npz_array(archive, name) for name in names}
    except NPZ_ERRORS as error:
        raise InputError(f"{path} cannot be read as an npz file: {reason(error)}") from None


def reason(error: BaseException) -> str:
    """Why, in a few words."""
    said = getattr(error, "strerror", None) or str(error).strip("'\"")
    return said[:200] or type(error).__name__
