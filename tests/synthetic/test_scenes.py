"""Speakers between gestures: where hands rest, how bodies sway, what a mirror makes of it."""

from __future__ import annotations

import numpy as np
import pytest

from mgllm.seeds import stream
from mgllm.skeleton.layouts import load_layout
from mgllm.synthetic.acts import draw_acts
from mgllm.synthetic.cameras import Cameras
from mgllm.synthetic.contacts import CHANNELS, draw_pace, rest_rows
from mgllm.synthetic.definitions import LAYOUT, load_definitions
from mgllm.synthetic.figure import draw_bodies
from mgllm.synthetic.geometry import Reals
from mgllm.synthetic.scenes import EXTRA, Scene, body_angles, draw_rests, draw_speakers, film, in_mirror

NUMBER = 400
TURNED = {"tilt", "turn", "shift", "head_turn", "head_tilt"}
TWIN = {"raise_own": "raise_other", "raise_other": "raise_own"}


def test_speakers_are_within_what_is_defined() -> None:
    speakers, spec = draw_speakers(NUMBER, stream(0, "speakers")), load_definitions().speaker
    for place, name in enumerate(CHANNELS):
        low, high = spec.base[name]
        assert low - 1e-5 <= speakers.base[place].min() <= speakers.base[place].max() <= high + 1e-5
        for part, (least, most) in ((0, spec.sway[name].size), (1, spec.sway[name].hertz)):
            values = speakers.sway[part, :, place]
            assert least - 1e-5 <= values.min() <= values.max() <= most + 1e-5
    assert speakers.sway[2].max() < 2 * np.pi + 1e-5


def test_hands_rest_in_pairs_and_either_hand_has_either_place() -> None:
    right, left = draw_rests(NUMBER, stream(1, "rests"))
    assert right.used.all()
    assert left.used.all()
    assert len(rest_rows()) == len({place for pair in load_definitions().speaker.rests for place in pair})
    swapped = any(a != b for a, b in load_definitions().speaker.rests)
    assert swapped == bool((right.at != left.at * np.array([[-1], [1], [1]])).any())


def test_taking_speakers_takes_all_of_them() -> None:
    speakers = draw_speakers(6, stream(2, "speakers"))
    some = speakers.take(np.array([4, 4, 1]))
    np.testing.assert_array_equal(some.base, speakers.base[:, [4, 4, 1]])
    np.testing.assert_array_equal(some.sway, speakers.sway[..., [4, 4, 1]])
    np.testing.assert_array_equal(some.right.at, speakers.right.at[:, [4, 4, 1]])
    np.testing.assert_array_equal(some.left.phase, speakers.left.phase[:, [4, 4, 1]])


@pytest.mark.parametrize("leads_left", [False, True])
def test_angles_are_base_and_two_rhythms(leads_left: bool) -> None:
    speakers = draw_speakers(2, stream(3, "speakers"))
    frames, time = np.array([3, 2]), np.array([0.0, 0.5, 1.0, 7.0, 7.5], np.float32)
    found = body_angles(speakers, np.array([leads_left] * 2), frames, time)
    for frame, clip in enumerate((0, 0, 0, 1, 1)):
        for place, name in enumerate(CHANNELS):
            own = CHANNELS.index(TWIN.get(name, name)) if leads_left else place
            sign = -1 if leads_left and name in TURNED else 1
            wanted = float(speakers.base[own, clip])
            for rhythm in (0, 1):
                size, hertz, phase = (float(part[rhythm, own, clip]) for part in speakers.sway)
                wanted += size * np.sin(2 * np.pi * hertz * float(time[frame]) + phase)
            assert found[place, frame] == pytest.approx(sign * wanted, abs=1e-3)


def test_a_mirror_of_a_mirror_is_the_thing_itself() -> None:
    speakers, left = draw_speakers(5, stream(4, "speakers")), np.array([True, False, True, True, False])
    for values in (speakers.base, speakers.sway):
        once = in_mirror(values, left)
        np.testing.assert_array_equal(in_mirror(once, left), values)
        np.testing.assert_array_equal(once[..., ~left], values[..., ~left])
        assert (once[..., left] != values[..., left]).any()


WIDTH = 150.0
NAMES = (*load_layout(LAYOUT).joints, *EXTRA)


def held(name: str) -> Reals:
    """[V, 2, N]: pixels in the middle of the time that hands are held, seen from the front; the
    right one leads."""
    seen, random = np.zeros(NUMBER, np.bool_), stream(5, "front", name)
    acts = draw_acts([name] * NUMBER, draw_pace(seen, random), 0.5)
    fixed = (0, 0, 0, 2.6, WIDTH, 640, 430)
    timing = acts.timing
    scene = Scene(
        bodies=draw_bodies(5, range(NUMBER), seen).bodies,
        speakers=draw_speakers(NUMBER, random),
        acts=acts,
        cameras=Cameras(*(np.full(NUMBER, value, np.float32) for value in fixed)),
        leads_left=seen,
        start=timing.begin + timing.onset + np.float32(0.5) * timing.hold,
        frames=np.ones(NUMBER, np.int64),
    )
    return film(scene, extra=True).pixels_V2F


def over_head_or_neck(pixels_V2N: Reals, side: str = "right") -> float:
    """Share of clips in which index and middle fingertip are before the head or the neck."""
    at = dict(zip(NAMES, pixels_V2N, strict=True))
    tips = (at[f"{side}_index"] + at[f"{side}_middle"]) / 2
    head = (at["right_ear"] + at["left_ear"] + at["crown"] + at["chin"]) / 4
    half = 0.2 * WIDTH  # half of the distance between the ears, as in the table of docs/synthetic.md
    before_head = ((tips[0] - head[0]) / half) ** 2 + ((tips[1] - head[1]) / (1.6 * half)) ** 2 < 1
    beside = np.abs(tips[0] - at["neck"][0]) < 0.15 * WIDTH
    between = (tips[1] < at["neck"][1]) & (tips[1] > at["chin"][1])
    return float((before_head | (beside & between)).mean())


def test_hands_that_touch_the_face_are_before_it() -> None:
    for name in ("touching or scratching facial parts", "biting nails", "rubbing eyes"):
        assert over_head_or_neck(held(name)) > 0.9, name


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("at rest", 0.0),
        ("hand on the way", 0.02),
        ("hand held in the air", 0.07),  # with the palm near the face, fingers reach over it
        ("waving", 0.03),
        ("pointing", 0.04),
        ("signing in the air", 0.08),
        ("walking", 0.0),
        ("reaching", 0.01),
    ],
)
def test_hands_in_the_air_are_seldom_before_head_or_neck(name: str, most: float) -> None:
    assert over_head_or_neck(held(name)) <= most
