"""Pickles: plain values are read as `pickle` reads them, anything that runs code is refused in one line."""

from __future__ import annotations

import codecs
import collections
import os
import pickle
import pickletools
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgllm.datasets.skeletons._restricted_pickle import _NAMES, load_plain_pickle
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


NESTED = (
    b"\x80\x02"
    + b"]q\x00"
    + b"".join(b"](" + bytes((ord("h"), level)) * 10 + b"eq" + bytes((level + 1,)) for level in range(12))
)
"""Each list holds the one before ten times."""
NESTED_KEY = b"\x80\x02)q\x00" + b"".join(
    b"(" + bytes((ord("h"), level)) * 10 + b"tq" + bytes((level + 1,)) for level in range(12)
)
ENCODED = b"c_codecs\nencode\nq\x01X" + (100_000).to_bytes(4, "little") + b"a" * 100_000 + b"q\x02"
BUILT = b"\x80\x02c_codecs\nencode\n}X\x0c\x00\x00\x00__defaults__(X\x01\x00\x00\x00xtsb."
AGAIN = b"h\x01h\x02h\x03\x86R0"
LATIN = b"X\x06\x00\x00\x00latin1q\x03"
ARRAYS_OF_ONE = (
    b"\x80\x02]q\x00cnumpy\ndtype\nX\x02\x00\x00\x00u1\x85Rq\x01"
    + b"0cnumpy.core.multiarray\n_reconstruct\nq\x020X"
    + (100_000).to_bytes(4, "little")
    + b"a" * 100_000
    + b"q\x030(K\x01J"
    + (100_000).to_bytes(4, "little")
    + b"\x85h\x01\x89h\x03tq\x040("
)
"""Begins a list of arrays that all have the same text."""
BOMBS = {
    "shared lists": NESTED + b".",
    "shared lists as a shape": b"\x80\x02cnumpy\ndtype\n" + NESTED[2:] + b"\x85R.",
    "shared tuples as a key": NESTED_KEY + b"}h\x0cNs.",
    "a place in the memory that is far away": b"\x80\x02Nr\xff\xff\xff\x3f.",
    "a change to a function": BUILT,
    "a list inside itself": b"\x80\x02]q\x00h\x00a.",
    "an array of bytes that are not there": b"\x80\x05\x96" + (10**12).to_bytes(8, "little") + b".",
    "a gigabyte that is not there": b"\x80\x05\x96" + (10**9).to_bytes(8, "little") + b".",
    "bytes that are not there": b"\x80\x04\x8e" + (10**12).to_bytes(8, "little") + b".",
    "a frame that is not there": b"\x80\x04\x95" + (2**62).to_bytes(8, "little") + b"N.",
    "a number of many digits": b"\x80\x02\x8b" + (10**6).to_bytes(4, "little") + b"\x01" * 10**6 + b".",
    "digits": b"I" + b"9" * 10**6 + b"\n.",
    "depth": b"\x80\x02" + b"]" * 10**5 + b"a" * (10**5 - 1) + b".",
    "marks": b"(" * 10**5 + b".",
    "one text, encoded again and again": b"\x80\x02" + LATIN + ENCODED + AGAIN * 10**4 + b"N.",
    "arrays of one text": ARRAYS_OF_ONE + b"h\x02)Rh\x04b" * 10**4 + b"e.",
    "a set": b"\x80\x04\x8f.",
    "an object": b"\x80\x02cnumpy\ndtype\n)\x81.",
    "an unknown step": b"\x80\x02\xff.",
}
"""Short files that would take long, or much memory, or change what is not theirs."""
HARMLESS = ("a place in the memory that is far away", "a frame that is not there")
"""Of these, those that a reader without such a memory need not refuse."""


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_go_off_in_no_time_and_no_memory(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.pkl"
    path.write_bytes(BOMBS[name])
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    if name in HARMLESS:
        assert load_plain_pickle(path) is None
    else:
        refusal(path)
    assert time.process_time() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # kB


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (BOMBS["one text, encoded again and again"], "contains the same text again and again"),
        (BOMBS["arrays of one text"], "contains the same values again and again"),
        (BOMBS["shared tuples as a key"], "contains a key that is not plain"),
        (BOMBS["a list inside itself"], "contains a value inside itself, or too deep"),
        (b"\x80\x02" + b"]" * 200 + b"a" * 199 + b".", "contains a value inside itself, or too deep"),
        (BOMBS["a number of many digits"], "contains a number of too many digits"),
        (BOMBS["an object"], "contains an object of another kind (step NEWOBJ)"),
        (b"(cnumpy\ndtype\no.", "contains an object of another kind (step OBJ)"),
        (b"Pname\n.", "contains an object of another kind (step PERSID)"),
        (b"\x80\x02\x82\x01.", "step 130 is unknown"),
    ],
)
def test_a_refusal_says_what_was_met(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "x.pkl"
    path.write_bytes(content)
    assert words in refusal(path)


def test_steps_and_containers_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = "mgllm.datasets.skeletons._pickle_steps"
    many = [[[] for _ in range(60)], list(range(60))]
    assert load_plain_pickle(stored(tmp_path, many)) == many
    with monkeypatch.context() as fewer:
        fewer.setattr(f"{steps}.MOST_CONTAINERS", 50)
        assert "more values than any data set has" in refusal(stored(tmp_path, many[0]))
        assert load_plain_pickle(stored(tmp_path, many[1])) == many[1]
    monkeypatch.setattr(f"{steps}.MOST_STEPS", 50)
    assert "more values than any data set has" in refusal(stored(tmp_path, many[1]))


def test_nothing_that_a_pickle_names_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "x.pkl"
    path.write_bytes(BUILT)
    assert "a change to something that is not an array" in refusal(path)
    assert _NAMES["_codecs.encode"].__defaults__ == ("utf-8",)


def test_what_is_shared_is_read_once_and_stays_shared(tmp_path: Path) -> None:
    shape, array = (1080, 1920), np.arange(1000.0)
    content = [{"shape": shape, "array": array, "place": place} for place in range(5)]
    read = load_plain_pickle(stored(tmp_path, content))
    assert read[4]["shape"] is read[0]["shape"]
    assert read[4]["array"] is read[0]["array"]
    with pytest.raises(InputError, match="again and again"):
        load_plain_pickle(stored(tmp_path, [array] * 50))


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
    assert "a shape that is not a few whole numbers" in refusal(stored(tmp_path, np.zeros((1,) * 9)))
    path.write_bytes(b"not a pickle at all")
    assert "cannot be read as a pickle" in refusal(path)
    assert "cannot be read" in refusal(tmp_path)
