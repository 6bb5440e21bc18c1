"""Single recordings: whom a recogniser may have seen, what of a file is read, which part is pictured."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mgllm.errors import InputError
from mgllm.recognizer.network.checkpoint import Seen, read_config
from mgllm.recognizer.network.network import SHIPPED
from mgllm.recognizer.timelines.cutting import WINDOWS_OF
from mgllm.recognizer.timelines.people import OPEN_PEOPLE
from mgllm.recognizer.timelines.timeline import TimelineOptions
from mgllm.records import Gesture, GestureFile
from mgllm.skeleton.layouts import load_layout
from mgllm.skeleton.skeleton_file import About, Recording, skeleton_bytes
from mgllm.synthetic.definitions import MADE_UP
from mgllm.transcription.recordings import exposure_of, open_reader, picture_bytes, read_skeleton

LAYOUT = load_layout("imigue22")
HEAD = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")


def sitting(frames: int = 50, **said: object) -> Recording:
    """Somebody who sits still about (300, 200); the right wrist is never seen."""
    random = np.random.default_rng(0)
    x_TVC = np.ones((frames, len(LAYOUT.joints), 3), np.float32)
    x_TVC[..., :2] = random.uniform((250, 120), (350, 280), (len(LAYOUT.joints), 2))
    x_TVC[:, [LAYOUT.index(name) for name in HEAD], 1] = 110  # upright, facing the camera
    x_TVC[:, [LAYOUT.index(name) for name in ("left_shoulder", "left_eye")], 0] = 340
    x_TVC[:, [LAYOUT.index(name) for name in ("right_shoulder", "right_eye")], 0] = 260
    x_TVC[:, LAYOUT.index("right_wrist")] = (np.nan, np.nan, 0)
    about = {"fps": 25.0, "begins": 0.5, "picture": (640, 480), "joints": LAYOUT.joints, **said}
    return Recording(x_TVC, About.model_validate(about))


def test_exposure_is_what_can_be_known() -> None:
    config = read_config(SHIPPED)
    assert exposure_of(config, "1", None) == "held_out"  # made-up people are nobody
    real = Seen(dataset="iMiGUE", sha256="0" * 64, subjects=("7", "ann"), clips=9, labelled=False)
    seen = config.model_copy(update={"subjects_seen": (*config.subjects_seen, real)})
    assert exposure_of(seen, "talk", None) == "unknown"
    assert exposure_of(seen, "talk", "bob") == "held_out"
    assert exposure_of(seen, "talk", "ann") == "in_sample"
    assert exposure_of(seen, "7", None) == "in_sample"


def test_windows_of_made_up_clips_are_made_up_and_those_of_people_are_not() -> None:
    config = read_config(SHIPPED)
    made = (f"{MADE_UP}, trimmed clips", f"{WINDOWS_OF}{MADE_UP}, recordings")
    both = Seen(
        dataset="windows", sha256="0" * 64, made_of=(*made, "iMiGUE"), subjects=("7",), clips=9, labelled=True
    )
    mixed = config.model_copy(update={"subjects_seen": (both,)})
    assert exposure_of(mixed, "7", None) == "in_sample"
    made_alone = both.model_copy(update={"made_of": made})
    assert exposure_of(config.model_copy(update={"subjects_seen": (made_alone,)}), "7", None) == "held_out"


@pytest.mark.parametrize(
    ("made_of", "item", "subject", "exposure"),
    [
        ((OPEN_PEOPLE,), "talk", None, "held_out"),
        ((OPEN_PEOPLE,), "o01a", None, "in_sample"),
        ((OPEN_PEOPLE,), "talk", "o01a", "in_sample"),
        ((OPEN_PEOPLE,), "o01a", "ann", "held_out"),
        ((f"{WINDOWS_OF}{OPEN_PEOPLE}: landmarks", MADE_UP), "talk", None, "held_out"),
        ((OPEN_PEOPLE, "people of ours"), "talk", None, "unknown"),
        ((f"{WINDOWS_OF}iMiGUE", MADE_UP), "talk", None, "unknown"),
    ],
)
def test_people_of_the_public_landmarks_are_known_by_name(
    made_of: tuple[str, ...], item: str, subject: str | None, exposure: str
) -> None:
    config = read_config(SHIPPED)
    seen = Seen(
        dataset="windows", sha256="0" * 64, made_of=made_of, subjects=("o01a",), clips=9, labelled=True
    )
    both = config.model_copy(update={"subjects_seen": (*config.subjects_seen, seen)})
    assert exposure_of(both, item, subject) == exposure


def test_times_count_from_the_recordings_beginning() -> None:
    options = TimelineOptions.model_validate(
        {"decoding": {"min_frames": 2, "beside": 1e-6, "min_confidence": 0, "min_group": 0}}
    )
    reader = open_reader(None, options)
    assert reader.name == "the bundled recogniser"
    early, late = (
        reader.transcript(sitting(begins=begins), "somebody", None).gestures for begins in (0.0, 2.0)
    )
    assert early
    assert [one.label for one in early] == [one.label for one in late]
    assert [(one.start or 0) + 2 for one in early] == pytest.approx([one.start for one in late])
    assert [(one.end or 0) + 2 for one in early] == pytest.approx([one.end for one in late])


def test_a_skeleton_file_is_read_by_joint_name(tmp_path: Path) -> None:
    order = list(reversed(range(len(LAYOUT.joints))))
    turned = sitting(joints=tuple(LAYOUT.joints[place] for place in order), partial="the end is missing")
    path = tmp_path / "a.skeleton.npz"
    path.write_bytes(skeleton_bytes(replace(turned, joints=sitting().joints[:, order])))
    found = read_skeleton(path, LAYOUT, "the recogniser")
    np.testing.assert_array_equal(found.recording.joints, sitting().joints)
    assert found.recording.about.joints == LAYOUT.joints
    assert found.recording.about.partial == "the end is missing"
    assert not found.found_before


def test_a_recogniser_of_other_joints_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.skeleton.npz"
    few = sitting(joints=LAYOUT.joints[:4])
    path.write_bytes(skeleton_bytes(replace(few, joints=few.joints[:, :4])))
    with pytest.raises(InputError, match="the skeleton of 4 joints has none"):
        read_skeleton(path, LAYOUT, "the recogniser")


def test_a_checkpoint_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        open_reader(tmp_path / "nowhere", TimelineOptions())


@pytest.mark.parametrize("picture", [(640, 480), None], ids=["size known", "size unknown"])
def test_a_picture_is_drawn_where_there_is_no_video(picture: tuple[int, int] | None) -> None:
    file = GestureFile(item="a", gestures=(Gesture(label="nod", start=1.0, end=1.5, confidence=0.7),))
    drawn = picture_bytes(sitting(picture=picture), file, LAYOUT, None)
    with Image.open(io.BytesIO(drawn)) as sheet:
        assert sheet.format == "PNG"
        assert np.asarray(sheet.convert("L")).std() > 5
    assert drawn == picture_bytes(sitting(picture=picture), file, LAYOUT, Path("nowhere.mkv"))
