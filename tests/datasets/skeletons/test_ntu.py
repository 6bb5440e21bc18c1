"""NTU RGB+D: `.skeleton` files made up exactly in the documented layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mgllm.commands.import_ import import_dataset
from mgllm.datasets.base import ImportedSkeletons, datasets
from mgllm.datasets.skeletons.ntu import read_bodies
from mgllm.errors import InputError
from mgllm.skeleton import open_dataset
from mgllm.skeleton.selection import named_split

Bodies = dict[str, NDArray[np.float64]]


def skeleton_text(
    bodies: Bodies, frames: int, hidden: tuple[int, ...] = (), inferred: tuple[str, ...] = ()
) -> str:
    """The file of bodies [T, 25, 3]; NaN frames are not written; hidden joints have state 0, those of
    inferred bodies 1."""
    lines = [str(frames)]
    for frame in range(frames):
        there = {name: x[frame] for name, x in bodies.items() if not np.isnan(x[frame]).any()}
        lines.append(str(len(there)))
        for name, x in there.items():
            lines += [f"{name} 0 1 1 1 1 0 0.1 -0.2 2", "25"]
            for joint, (a, b, c) in enumerate(x):
                state = 0 if joint in hidden else 1 if name in inferred else 2
                lines.append(f"{a} {b} {c} 250.1 200.2 950.3 550.4 0.1 0.2 0.3 0.4 {state}")
    return "\r\n".join(lines) + "\r\n"


def body(seed: int, frames: int = 6, size: float = 1.0) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(size=(frames, 25, 3)) * size


def store(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.skeleton"
    path.write_text(text)
    return path


def test_bodies_are_read_by_frame_and_id(tmp_path: Path) -> None:
    one, two = body(0), body(1)
    two[2:4] = np.nan
    path = store(tmp_path, "x", skeleton_text({"72057594037": one, "72057594038": two}, 6, hidden=(24,)))
    bodies = read_bodies(path)
    np.testing.assert_allclose(bodies[0, :, :24], one[:, :24], atol=1e-6)
    np.testing.assert_allclose(bodies[1, :, :24], two[:, :24], atol=1e-6)
    assert np.isnan(bodies[:, :, 24]).all()


def test_the_name_says_who_did_what_and_the_moving_body_is_kept(tmp_path: Path) -> None:
    moving, still = body(0), body(1, size=0.01)
    store(tmp_path, "S018C002P041R001A099", skeleton_text({"1": still, "2": moving}, 6))
    imported = datasets.get("ntu")().read(tmp_path)
    assert isinstance(imported, ImportedSkeletons)
    clip = next(iter(imported.clips))
    np.testing.assert_allclose(clip.joints, moving, atol=1e-6)
    assert (clip.id, clip.subject, clip.label, clip.fps) == ("S018C002P041R001A099", "41", "A099", 30.0)
    assert clip.more == {"setup": "18", "camera": "2", "replication": "1", "set": "120"}


def test_an_inferred_body_that_jumps_does_not_win_over_a_still_person(tmp_path: Path) -> None:
    still, noise = body(0, 20, size=0.01), body(1, 20, size=2.0)
    text = skeleton_text({"1": still, "2": noise}, 20, inferred=("2",))
    store(tmp_path, "S001C001P001R001A001", text)
    report = import_dataset("ntu", tmp_path, tmp_path / "d")
    np.testing.assert_allclose(open_dataset(tmp_path / "d").clip(0), still, atol=1e-6)
    assert any("1 clips have several bodies" in line for line in report.warnings)


def test_an_id_that_changes_half_way_is_one_person(tmp_path: Path) -> None:
    person, far = body(0, 20, size=0.3), body(1, 20, size=0.3) + 5
    first, second = person.copy(), person.copy()
    first[12:], second[:12], far[:3] = np.nan, np.nan, np.nan
    bodies = {"7": first, "8": second, "9": far}
    store(tmp_path, "S001C001P001R001A001", skeleton_text(bodies, 20, inferred=("9",)))
    report = import_dataset("ntu", tmp_path, tmp_path / "d")
    np.testing.assert_allclose(open_dataset(tmp_path / "d").clip(0), person, atol=1e-6)
    joined = "1 clips have bodies that never stand together: they are joined: S001C001P001R001A001"
    assert joined in report.warnings
    assert any("1 bodies are left out" in line for line in report.warnings)


def test_both_protocols_are_written(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    for number, (camera, person, action) in enumerate(
        [(1, 1, 1), (2, 1, 1), (3, 3, 60), (1, 3, 60), (2, 2, 61)]
    ):
        name = f"S001C{camera:03d}P{person:03d}R001A{action:03d}"
        store(source / "deep", name, skeleton_text({"1": body(number)}, 6))
    store(source, "S001C001P001R002A001", "2\n0\n0\n")
    report = import_dataset("ntu", source, tmp_path / "d")
    assert (report.items, report.labels, report.splits) == (5, 3, ("x-sub", "x-view"))
    assert report.warnings[0] == "1 clips have no joint at all and are left out: S001C001P001R002A001"
    assert "'x-view' has 2 subjects on both sides: it is not subject-independent" in report.warnings[-1]
    dataset = open_dataset(tmp_path / "d")

    def ids(name: str) -> list[list[str]]:
        split = named_split(dataset, name, shared_subjects=True)
        return [[dataset.clips[n].id for n in side] for side in (split.train, split.test)]

    assert ids("x-sub") == [
        ["S001C001P001R001A001", "S001C002P001R001A001"],
        ["S001C001P003R001A060", "S001C003P003R001A060"],
    ]
    assert ids("x-view") == [
        ["S001C002P001R001A001", "S001C003P003R001A060"],
        ["S001C001P001R001A001", "S001C001P003R001A060"],
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text[: len(text) // 2], "ends in the middle of a frame; copy the file again"),
        (lambda text: text + "7\n", "has 1 more words after its last frame"),
        (lambda text: text.replace("\r\n25\r\n", "\r\n20\r\n", 1), "frame 1: a body has 20 joints, not 25"),
        (lambda text: text.replace("250.1", "left", 1), "contains a word that is not a number"),
        (lambda text: "six" + text[1:], "has 'six' where a count is expected"),
        (lambda text: "", "ends in the middle of a frame"),
    ],
)
def test_broken_files_name_themselves_and_nothing_is_written(
    tmp_path: Path, change: object, words: str
) -> None:
    assert callable(change)
    path = store(tmp_path, "S001C001P001R001A001", change(skeleton_text({"1": body(0)}, 6)))
    with pytest.raises(InputError) as caught:
        import_dataset("ntu", path, tmp_path / "d")
    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert not (tmp_path / "d").exists()


def test_names_that_say_nothing_are_refused(tmp_path: Path) -> None:
    store(tmp_path, "holiday", "0\n")
    with pytest.raises(InputError, match=r"'holiday\.skeleton' is not named SsssCcccPpppRrrrAaaa"):
        datasets.get("ntu")().read(tmp_path)


def test_a_file_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    for folder in (tmp_path, tmp_path / "copy"):
        store(folder, "S001C001P001R001A001", "0\n")
    with pytest.raises(InputError, match="more than once: S001C001P001R001A001"):
        datasets.get("ntu")().read(tmp_path)


def test_files_in_which_nobody_is_seen_are_named(tmp_path: Path) -> None:
    path = store(tmp_path, "S001C001P001R001A001", "2\n0\n0\n")
    with pytest.raises(InputError) as caught:
        import_dataset("ntu", path, tmp_path / "d")
    assert str(caught.value) == f"{path}: 'NTU RGB+D' has no clips in which a joint is seen"
