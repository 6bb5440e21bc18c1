"""Lines about a recording: each for one thing, and none for a recording without fault."""

from __future__ import annotations

import numpy as np
import pytest

from mgllm.skeleton.layouts import load_layout
from mgllm.skeleton.preparing import Points
from mgllm.transcription.quality import quality_of, unseen_seconds

LAYOUT = load_layout("imigue22")
POSE = {
    "nose": (320, 130),
    "right_eye": (307, 118),
    "left_eye": (333, 118),
    "right_shoulder": (250, 200),
    "left_shoulder": (390, 200),
    "right_elbow": (230, 290),
    "left_elbow": (410, 290),
}


def sitting(frames: int = 100) -> Points:
    x_TVC = np.full((frames, len(LAYOUT.joints), 3), np.nan, np.float32)
    x_TVC[..., 2] = 0
    for name, point in POSE.items():
        x_TVC[:, LAYOUT.index(name)] = (*point, 1)
    return x_TVC


def notes(x_TVC: Points, *, is_picture: bool = True) -> tuple[str, ...]:
    return quality_of(x_TVC, (LAYOUT, 2), 25.0, is_picture=is_picture).notes


def test_nothing_is_said_of_a_recording_without_fault() -> None:
    assert quality_of(sitting(), (LAYOUT, 2), 25.0).model_dump() == {
        "unseen": (),
        "turned": None,
        "notes": (),
    }


def test_seconds_without_a_person_count_from_the_recordings_beginning() -> None:
    x_TVC = sitting()
    x_TVC[25:40] = x_TVC[90:] = np.nan
    found = quality_of(x_TVC, (LAYOUT, 2), 25.0, begins=2.0)
    assert found.unseen == ((3.0, 3.6),)
    assert found.notes == ("nobody is seen for 0.6 s (3.0–3.6 s): no gesture is named there",)
    x_TVC[80:] = np.nan
    found = quality_of(x_TVC, (LAYOUT, 2), 25.0)
    assert found.unseen == ((1.0, 1.6), (3.2, 4.0))
    assert found.notes == ("nobody is seen for 1.4 s (1.0–1.6 s, 3.2–4.0 s): no gesture is named there",)
    assert unseen_seconds(found.unseen) == pytest.approx(1.4)


def test_a_person_who_is_lost_all_the_time() -> None:
    x_TVC = sitting()
    x_TVC[np.arange(100) % 10 < 6] = np.nan
    assert notes(x_TVC) == ("a person is seen in only 40% of the frames",)


def test_a_turned_picture_and_its_gestures() -> None:
    found = quality_of(sitting() * np.array((1, -1, 1), np.float32), (LAYOUT, 2), 25.0)
    assert found.turned == "upside down"
    said = "the person is upside down, so no gesture is named; turn the picture upright first"
    assert found.notes == (said,)
    lying = sitting()
    lying[..., :2] = lying[..., 1::-1]
    found = quality_of(lying, (LAYOUT, 2), 25.0)
    assert found.turned == "on the side"
    assert found.notes[0].startswith("the person lies on the side, so no gesture is named")


def test_mirrored_joints_are_said_and_keep_their_gestures() -> None:
    found = quality_of(sitting() * np.array((-1, 1, 1), np.float32), (LAYOUT, 2), 25.0)
    assert found.turned is None
    (note,) = found.notes
    assert note.startswith("left and right are exchanged: the picture or the joints are mirrored, or")


def test_of_coordinates_that_are_no_pictures_no_turn_is_known() -> None:
    assert notes(sitting() * np.array((-1, -1, 1), np.float32), is_picture=False) == ()


def test_several_people() -> None:
    x_TVC = sitting()
    x_TVC[30:60, :, 0] += 400
    (note,) = notes(x_TVC)
    assert note.startswith("the person jumps to another place 2 times: there seem to be several people")
    assert "--crop" in note
    x_TVC[60:, :, 0] += 400
    assert notes(x_TVC) == ()  # one leap may be an accident
