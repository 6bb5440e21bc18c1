"""Poses are kept by content; a damaged file is as good as none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mgllm.media.pose import parse_crop, pose_key, read_poses, write_poses
from mgllm.media.poses import Poses

KEY = pose_key("0" * 64, None)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MGLLM_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def poses() -> Poses:
    random = np.random.default_rng(0)
    body = random.random((4, 33, 3)).astype(np.float32)
    hands = random.random((4, 2, 21, 2)).astype(np.float32)
    hands[1] = np.nan
    return Poses(np.array([0.0, 0.1, 0.3, 0.35]), body, hands, (640, 480), "half of it")


def test_what_is_kept_comes_back(poses: Poses, tmp_path: Path) -> None:
    assert read_poses(KEY) is None
    write_poses(KEY, poses)
    kept = read_poses(KEY)
    assert kept is not None
    assert (kept.size, kept.partial) == (poses.size, poses.partial)
    for name in ("times", "body", "hands"):
        assert np.array_equal(getattr(kept, name), getattr(poses, name), equal_nan=True)
    assert [path.name for path in (tmp_path / "cache" / "poses").iterdir()] == [f"{KEY}.npz"]


def test_other_bytes_and_another_crop_are_others() -> None:
    crops = [None, parse_crop("0,0,100,100"), parse_crop("0,0,100%,100")]
    keys = {pose_key(sha256, crop) for sha256 in ("0" * 64, "1" * 64) for crop in crops}
    assert len(keys) == 6
    assert pose_key("0" * 64, parse_crop(" 0, 0,100,100")) in keys


def test_a_damaged_file_counts_as_none(poses: Poses, tmp_path: Path) -> None:
    write_poses(KEY, poses)
    path = tmp_path / "cache" / "poses" / f"{KEY}.npz"
    raw = path.read_bytes()
    for bad in (b"", raw[:200], raw[:-100], b"x" * 5000):
        path.write_bytes(bad)
        assert read_poses(KEY) is None
    write_poses(KEY, Poses(poses.times[:3], poses.body, poses.hands, (1, 1)))
    assert read_poses(KEY) is None
    write_poses(KEY, poses)
    assert read_poses(KEY) is not None


def test_where_nothing_can_be_kept_nothing_is(
    poses: Poses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MGLLM_CACHE", str(tmp_path / "file"))
    write_poses(KEY, poses)
    assert read_poses(KEY) is None


def test_poses_are_kept_for_their_owner_alone(poses: Poses, tmp_path: Path) -> None:
    write_poses(KEY, poses)
    assert (tmp_path / "cache" / "poses" / f"{KEY}.npz").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("step", ["touch", "rename"])
def test_a_write_that_fails_leaves_nothing(
    poses: Poses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(self: Path, *_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, step, full)
    write_poses(KEY, poses)
    assert not list((tmp_path / "cache").rglob("*.*"))
