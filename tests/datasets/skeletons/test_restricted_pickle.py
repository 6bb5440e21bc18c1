"""Pickles: plain values are read as `pickle` reads them, anything that runs code is refused in one line."""

from __future__ import annotations

import codecs
import collections
import os
import pickle
import pickletools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgllm.datasets.skeletons._restricted_pickle import load_plain_pickle
from mgllm.errors import InputError

ARRAYS = [
    np.arange(24, dtype=np.float32).reshape(2, 3, 4),
    np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    np.array([1, -2], dtype=">i2"),
    np.array([True, False]),
    np.array(["ab", "c"]),
    np.array(3.5),
    np.zeros((0, 4)),
    np.arange(5, dtype=np.float16),
]
TREE = {
    "split": {"train": ["a", "b"]},
    "annotations": [
        {"frame_dir": "a", "label": 3, "shape": (1, 2), "none": None, "f": 0.5, "b": b"x", "t": True}
    ],
}


def stored(folder: Path, content: Any, protocol: int = 4) -> Path:
    path = folder / "x.pkl"
    path.write_bytes(pickle.dumps(content, protocol))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_plain_pickle(path)
    assert len(str(caught.value).splitlines()) == 1
    assert str(path) in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("protocol", range(6))
def test_plain_values_and_arrays_are_read_under_every_protocol(tmp_path: Path, protocol: int) -> None:
    assert load_plain_pickle(stored(tmp_path, TREE, protocol)) == TREE
    for array, read in zip(ARRAYS, load_plain_pickle(stored(tmp_path, ARRAYS, protocol)), strict=True):
        assert isinstance(read, np.ndarray)
        assert read.dtype == array.dtype
        np.testing.assert_array_equal(read, array)
    for scalar in (np.float32(1.5), np.int64(-3), np.bool_(True)):
        read = load_plain_pickle(stored(tmp_path, [scalar], protocol))[0]
        assert (read, type(read)) == (scalar, type(scalar))


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_both_module_paths_of_numpy_are_known(tmp_path: Path, protocol: int) -> None:
    array = np.arange(3, dtype=np.float32)
    raw = pickle.dumps([array, array[0]], 2 if protocol == 2 else protocol)
    new, old = (b"numpy._core", b"numpy.core")
    assert new in raw
    path = tmp_path / "old.pkl"
    if protocol == 2:  # names are lines there, so that they may change their length
        path.write_bytes(raw.replace(new, old))
    else:
        content = pickle.dumps([array, array[0]], 2).replace(new, old)
        path.write_bytes(content)
    assert b"numpy.core" in path.read_bytes()
    read = load_plain_pickle(path)
    np.testing.assert_array_equal(read[0], array)
    assert read[1] == 0


class Runs:
    """Pickles as a call."""

    def __init__(self, call: Any, *args: Any) -> None:
        self.call, self.args = call, args

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.call, self.args


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda path: Runs(os.mkdir, str(path)), "contains 'posix.mkdir'"),
        (lambda path: {"annotations": [Runs(eval, f"__import__('os').mkdir({str(path)!r})")]}, "eval'"),
        (lambda path: Runs(getattr, 1, "real"), "getattr'"),
        (lambda path: collections.OrderedDict(a=1), "contains 'collections.OrderedDict'"),
        (lambda path: Path("x"), "contains 'pathlib"),
        (lambda path: {1, 2}, "'set'"),
        (lambda path: np.array([{}, None], dtype=object), "numpy arrays of the type 'O8'"),
        (lambda path: np.zeros(2, dtype=[("a", "f4"), ("b", "i4")]), "numpy arrays of the type 'V8'"),
        (lambda path: Runs(codecs.encode, "x", "rot13"), "the encoding 'rot13'"),
        (lambda path: np.load, "contains 'numpy.load'"),
    ],
)
def test_code_is_never_run(tmp_path: Path, content: Any, words: str) -> None:
    victim = tmp_path / "made-by-a-pickle"
    line = refusal(stored(tmp_path, content(victim)))
    assert words in line
    assert "only plain values and numpy arrays are read" in line
    assert not victim.exists()


def test_names_inside_known_modules_are_not_known(tmp_path: Path) -> None:
    for name in (
        b"numpy._core.multiarray\nfromfile",
        b"numpy\nload",
        b"builtins\nexec",
        b"numpy\ndtype.__new__",
    ):
        path = tmp_path / "x.pkl"
        path.write_bytes(b"\x80\x04c" + name + b"\n(X\x01\x00\x00\x00xtR.")
        assert "contains" in refusal(path)


def test_what_is_cut_off_or_forged_is_told(tmp_path: Path) -> None:
    whole = pickle.dumps([np.arange(9.0), "text"], 4)
    path = tmp_path / "x.pkl"
    for length in range(0, len(whole) - 1, 7):
        path.write_bytes(whole[:length])
        assert "cannot be read as a pickle" in refusal(path) or "contains" in refusal(path)
    forged = pickle.dumps(np.zeros((2, 2)), 2).replace(b"K\x02K\x02\x86", b"K\x7fK\x02\x86")
    assert any(code.name == "REDUCE" for code, _, _ in pickletools.genops(forged))
    path.write_bytes(forged)
    assert "4 values cannot be (127, 2)" in refusal(path)
    path.write_bytes(b"not a pickle at all")
    assert "cannot be read as a pickle" in refusal(path)
    assert "cannot be read" in refusal(tmp_path)
