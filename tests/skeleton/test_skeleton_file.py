"""`*.skeleton.npz`: there and back, and everything that such a file may not be."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgllm.errors import InputError
from mgllm.skeleton import Layout
from mgllm.skeleton.skeleton_file import About, Recording, joints_for, read_skeleton_file, skeleton_bytes

JOINTS = ("neck", "left_hand", "right_hand")
SHA = "a" * 64


def recording(**more: Any) -> Recording:
    joints = np.random.default_rng(0).random((5, 3, 3)).astype(np.float32)
    joints[2, 1] = (np.nan, np.nan, 0)
    said = {
        "fps": 25.0,
        "begins": 0.5,
        "picture": (640, 480),
        "source": "Ä b.mkv",
        "source_sha256": SHA,
        **more,
    }
    return Recording(joints, About(joints=JOINTS, detector="MediaPipe", **said))


def test_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "a.skeleton.npz"
    path.write_bytes(skeleton_bytes(recording()))
    read = read_skeleton_file(path)
    assert read.about == recording().about
    assert np.array_equal(read.joints, recording().joints, equal_nan=True)
    assert read.end == 0.5 + 5 / 25
    assert skeleton_bytes(read) == skeleton_bytes(recording())
    with np.load(path, allow_pickle=False) as arrays:
        assert json.loads(str(arrays["about"]))["schema"] == "mgllm.skeleton/1"


def test_joints_are_taken_by_name() -> None:
    layout = Layout(joints=("right_hand", "neck"), edges=(("neck", "right_hand"),))
    found = joints_for(recording(), layout, "C")
    assert np.array_equal(found, recording().joints[:, [2, 0]], equal_nan=True)
    strange = Layout(joints=("neck", "nose"), edges=(("neck", "nose"),))
    with pytest.raises(InputError, match=r"C was made for a layout of 2 joints with 'nose'; the skeleton"):
        joints_for(recording(), strange, "C")


def about(**more: Any) -> str:
    said = {"schema": "mgllm.skeleton/1", "joints": list(JOINTS), "fps": 25.0, **more}
    return json.dumps({name: value for name, value in said.items() if value is not None})


GOOD = np.zeros((4, 3, 3), np.float32)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"joints": GOOD}, "it must contain joints and about, but contains joints.npy"),
        ({"joints": GOOD, "about": about(), "more": GOOD}, "it must contain joints and about"),
        ({"joints": GOOD, "about": np.array([about()])}, "about: must be one JSON text"),
        ({"joints": GOOD, "about": np.zeros(3)}, "about: must be one JSON text"),
        ({"joints": GOOD, "about": "{"}, "inside a JSON value"),
        ({"joints": GOOD, "about": about(fps=0)}, "about fps"),
        ({"joints": GOOD, "about": about(fps=None)}, "about fps"),
        ({"joints": GOOD, "about": about(begins=-1)}, "about begins"),
        ({"joints": GOOD, "about": about(schema="mgllm.skeleton/2")}, "about schema"),
        ({"joints": GOOD, "about": about(source_sha256="x")}, "about source_sha256"),
        ({"joints": GOOD, "about": about(odd=1)}, "odd"),
        ({"joints": GOOD, "about": about(joints=["a", "b"])}, "must be float32 [frames, 2, 3], but is"),
        ({"joints": GOOD, "about": about(joints=["a", "b", "a"])}, "'a' appears twice"),
        ({"joints": GOOD.astype(np.float64), "about": about()}, "is float64"),
        ({"joints": GOOD[0], "about": about()}, "is float32 [3, 3]"),
        ({"joints": GOOD[:0], "about": about()}, "it has no frame"),
        ({"joints": GOOD + np.inf, "about": about()}, "infinite"),
        ({"joints": GOOD + np.nan, "about": about()}, "no joint is seen in any frame"),
        ({"joints": np.array([{}], object), "about": about()}, "cannot be read"),
    ],
)  # fmt: skip
def test_what_is_refused_in_one_line(arrays: dict[str, Any], said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.skeleton.npz"
    np.savez(path, allow_pickle=True, **arrays)
    with pytest.raises(InputError) as caught:
        read_skeleton_file(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "a.skeleton.npz"
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_skeleton_file(path)
    raw = skeleton_bytes(recording())
    for bad in (b"", b"x" * 500, raw[: len(raw) // 2]):
        path.write_bytes(bad)
        with pytest.raises(InputError, match="is damaged, or is not a"):
            read_skeleton_file(path)
    middle = bytearray(raw)
    middle[300:320] = bytes(20)
    path.write_bytes(middle)
    with pytest.raises(InputError, match=r"a\.skeleton\.npz"):
        read_skeleton_file(path)


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mgllm.skeleton.skeleton_file.MAX_BYTES", 1_000_000)
    path = tmp_path / "a.skeleton.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("joints.npy", bytes(2_000_000))
        file.writestr("about.npy", b"")
    with pytest.raises(InputError, match="unpacks to more than 1,000,000 bytes"):
        read_skeleton_file(path)
