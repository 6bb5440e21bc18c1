"""Arrays of others: headers that say more than the file holds take no memory."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mgllm.errors import InputError
from mgllm.files.arrays import map_npy, read_npz


def npy(header: str, values: bytes = b"") -> bytes:
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + values


def saying(shape: str, kind: str = "<f8") -> bytes:
    return npy(f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}", bytes(80))


BROKEN = {
    "cut off, or damaged: the shape [1000000000000]": saying("(1000000000000,)"),
    "takes 1,000,000,000,000,000,000,000,000 bytes": saying(f"({10**24},)", "|u1"),
    "each value is object": saying("(1,)", "|O"),
    "the shape [-1] is impossible": saying("(-1,)"),
    "the shape [0, 1000000000000] is impossible": saying("(0, 1000000000000)"),
    "cannot be read as an npy file": npy("(" * 110),
    "cannot be read as": b"PK\x03\x04",
}


@pytest.mark.parametrize("words", BROKEN)
def test_a_header_is_checked_before_memory_is_taken(tmp_path: Path, words: str) -> None:
    path = tmp_path / "a.npy"
    path.write_bytes(BROKEN[words])
    with pytest.raises(InputError) as caught:
        map_npy(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", BROKEN[words])
    with pytest.raises(InputError, match="cannot be read as an npz file"):
        read_npz(tmp_path / "a.npz", ["x"], 10**9)


def test_plain_arrays_are_read(tmp_path: Path) -> None:
    x, names = np.arange(6.0).reshape(2, 3), np.array(["a", "bc"])
    np.save(tmp_path / "x.npy", x)
    np.testing.assert_array_equal(map_npy(tmp_path / "x.npy"), x)
    np.savez(tmp_path / "a.npz", x=x, names=names)
    read = read_npz(tmp_path / "a.npz", ["x", "names"], 10**6)
    np.testing.assert_array_equal(read["x"], x)
    assert read["names"].tolist() == ["a", "bc"]
    with pytest.raises(InputError, match="has no arrays y; it has x, names"):
        read_npz(tmp_path / "a.npz", ["y"], 10**6)
    with pytest.raises(InputError, match="unpacks to more than 100 bytes"):
        read_npz(tmp_path / "a.npz", ["x"], 100)


def test_an_npy_in_the_place_of_an_npz_is_refused(tmp_path: Path) -> None:
    made = io.BytesIO()
    np.save(made, np.zeros(3))
    (tmp_path / "a.npz").write_bytes(made.getvalue())
    with pytest.raises(InputError, match="cannot be read as an npz file: File is not a zip file"):
        read_npz(tmp_path / "a.npz", ["x"], 100)


@pytest.mark.parametrize("order", ["<", ">"])
def test_signs_that_are_in_no_text_are_refused(tmp_path: Path, order: str) -> None:
    """Python breaks, and may end, on a text of such signs."""
    signs = np.array([65, 0x110000, 66], f"{order}u4")
    for array, there in ((signs.view(f"{order}U3"), False), (np.array(["abc"], f"{order}U3"), True)):
        np.savez(tmp_path / "x.npz", text=array)
        if there:
            assert read_npz(tmp_path / "x.npz", ["text"], 10_000)["text"].tolist() == ["abc"]
        else:
            with pytest.raises(InputError, match="text has signs that are in no text"):
                read_npz(tmp_path / "x.npz", ["text"], 10_000)
