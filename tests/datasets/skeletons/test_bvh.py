"""BVH files as a data set of Kinect's 20 joints."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mgllm.commands.import_ import import_dataset
from mgllm.datasets.base import ImportChoices
from mgllm.errors import InputError
from mgllm.skeleton import open_dataset
from tests.datasets.skeletons.bodies_as_bvh import write_body

CM, CMU = 1.0, 0.45 / 2.54
"""A centimetre in both units."""


def _imported(source: Path, tmp_path: Path, **choices: object) -> tuple[list[str], Path]:
    out = tmp_path / "out"
    report = import_dataset("bvh", source, out, ImportChoices.model_validate(choices))
    return list(report.warnings), out


def test_a_body_in_metres_of_either_naming_and_unit(tmp_path: Path) -> None:
    bodies = []
    for name, scale, cmu in (("a", CM, False), ("b", CMU, True)):
        source = write_body(tmp_path / name / "13_04.bvh", scale=scale, cmu=cmu, prefix="mixamorig:" * cmu)
        notes, out = _imported(source, tmp_path / name)
        dataset = open_dataset(out)
        assert dataset.meta.units == "metres"
        assert dataset.meta.dims == 3
        assert (dataset.clips[0].id, dataset.clips[0].subject) == ("13_04", "13")
        assert dataset.clips[0].fps == pytest.approx(120, abs=0.01)
        assert any(f"unit {'cmu' if cmu else 'cm'}," in note for note in notes)
        bodies.append(dataset.clip(0)[0])
        layout = dataset.meta.layout
    np.testing.assert_allclose(bodies[0], bodies[1], atol=1e-5)
    place = {name: bodies[0][layout.index(name)] for name in layout.joints}
    np.testing.assert_allclose(place["hip_centre"], [0, 0.9, 0], atol=1e-6)
    np.testing.assert_allclose(place["left_shoulder"], [0.17, 1.35, 0], atol=1e-6)
    np.testing.assert_allclose(place["right_wrist"], [-0.69, 1.35, 0], atol=1e-6)
    np.testing.assert_allclose(place["left_hand"], [0.78, 1.35, 0], atol=1e-6)
    np.testing.assert_allclose(place["head"], [0, 1.58, 0], atol=1e-6)
    np.testing.assert_allclose(place["right_foot"], [-0.09, 0.01, 0.14], atol=1e-6)


def test_people_and_labels_come_from_a_csv(tmp_path: Path) -> None:
    for name in ("Akimbo_FR", "Angry_FR"):
        write_body(tmp_path / "src" / f"{name}.bvh")
    (tmp_path / "src" / "subjects.csv").write_text(
        "file,subject,label\nAkimbo_FR.bvh,p1,akimbo\nAngry_FR,p1,\n"
    )
    _, out = _imported(tmp_path / "src", tmp_path, group="style", unit="cm")
    rows = open_dataset(out).clips
    assert [(row.subject, row.label, row.more["group"]) for row in rows] == [
        ("p1", "akimbo", "style"),
        ("p1", None, "style"),
    ]


def test_files_of_nobody_count_as_people_with_a_note(tmp_path: Path) -> None:
    write_body(tmp_path / "src" / "walk.bvh")
    notes, out = _imported(tmp_path / "src", tmp_path)
    assert open_dataset(out).clips[0].subject == "walk"
    assert any("each file counts as a person" in note for note in notes)


def test_a_pose_before_the_recording_is_left_out(tmp_path: Path) -> None:
    path = write_body(tmp_path / "src" / "1_1.bvh", frames=5)
    lines = path.read_text().splitlines()
    row = lines[-1].split()
    row[17] = "-80"  # the left collar's Zrotation: the arm hangs down
    lines[-4:] = [" ".join(row)] * 4
    path.write_text("\n".join(lines) + "\n")
    _, out = _imported(tmp_path / "src", tmp_path)
    dataset = open_dataset(out)
    assert (dataset.clips[0].length, dataset.clips[0].more["first"]) == (4, "1")


def test_a_body_along_the_third_axis_is_turned(tmp_path: Path) -> None:
    path = write_body(tmp_path / "src" / "1_1.bvh")
    text = path.read_text().replace("0 90 0 0 0 0", "0 0 90 0 90 0")
    path.write_text(text)
    notes, out = _imported(tmp_path / "src", tmp_path)
    dataset = open_dataset(out)
    neck = dataset.clip(0)[0, dataset.meta.layout.index("shoulder_centre")]
    np.testing.assert_allclose(neck, [0, 1.4, 0], atol=1e-6)
    assert any("third axis" in note for note in notes)


def test_wrong_sources_are_refused_in_one_line(tmp_path: Path) -> None:
    good = write_body(tmp_path / "src" / "1_1.bvh")
    other = write_body(tmp_path / "odd" / "1_1.bvh", prefix="bone_")
    doll = write_body(tmp_path / "doll" / "1_1.bvh", scale=0.002)
    write_body(tmp_path / "twice" / "a" / "1_1.bvh")
    write_body(tmp_path / "twice" / "b" / "1_1.bvh")
    people = tmp_path / "people.csv"
    people.write_text("file,subject\nother.bvh,p\n")
    blank = tmp_path / "blank.csv"
    blank.write_text("file,subject\n1_1.bvh,\n")
    same = tmp_path / "same.csv"
    same.write_text("file,subject\n1_1.bvh,a\n1_1.bvh,b\n")
    for source, choices, message in (
        (other, {}, "has no joint known as"),
        (doll, {}, "does not show its unit (a leg is 0.168 long); give --unit"),
        (tmp_path / "twice", {}, "contains these files more than once: 1_1"),
        (good, {"unit": "ell"}, "--unit 'ell' is not one of m, cm, mm, inch, cmu"),
        (good, {"subjects": people}, "does not name 1 files: 1_1.bvh"),
        (good, {"subjects": blank}, "blank.csv:2 must have a file and a subject"),
        (good, {"subjects": same}, "same.csv:3 '1_1.bvh' is named a second time"),
        (good, {"subjects": people, "subject": "x"}, "--subject and --subjects contradict each other"),
        (good, {"picture": "640x480"}, "--picture has no effect on the format bvh"),
        (people, {"subject": "x"}, ":1 must be 'HIERARCHY'"),
    ):
        with pytest.raises(InputError) as caught:
            _imported(source, tmp_path, **choices)
        assert message in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1
        assert not (tmp_path / "out").exists()
