"""What a frame can show, against loops over frames, classes and parts; blocks change nothing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.recognizer.timelines.evidence import evidence, where_seen
from mgllm.skeleton.layouts import load_layout
from mgllm.skeleton.preparing import Points

LAYOUT = load_layout("imigue22")
IMIGUE = load_vocabulary("imigue")
CLASSES = tuple(one.label for one in IMIGUE.classes)
FPS = 10.0
FINGERS = ("thumb", "index", "middle", "ring", "little")


def standing(frames: int, *lost: str) -> Points:
    """All joints in all frames, but for those named."""
    x_TVC = np.ones((frames, len(LAYOUT.joints), 3), np.float32)
    for name in lost:
        x_TVC[:, LAYOUT.index(name)] = (np.nan, np.nan, 0)
    return x_TVC


def may(x_TVC: Points, layout: str = "imigue22", classes: tuple[str, ...] = CLASSES) -> NDArray[np.bool_]:
    return evidence(x_TVC, (load_layout(layout), 2), classes, IMIGUE, FPS)


def named(x_TVC: Points, frame: int = 0) -> set[str]:
    """The classes that a frame may show."""
    return {name for name, on in zip(CLASSES, may(x_TVC)[frame], strict=True) if on}


def fingers(side: str) -> tuple[str, ...]:
    return tuple(f"{side}_{finger}" for finger in FINGERS)


def slow(x_TVC: Points) -> NDArray[np.bool_]:
    """[T, K], as the docstring says it."""
    frames = len(x_TVC)
    seen = [
        {name for name, joint in zip(LAYOUT.joints, frame, strict=True) if not np.isnan(joint[0])}
        for frame in x_TVC
    ]
    sure = [
        {
            name
            for name, joint in zip(LAYOUT.joints, frame, strict=True)
            if not np.isnan(joint[0]) and joint[2] > 0.2
        }
        for frame in x_TVC
    ]
    empty = {
        frame
        for first in range(frames - 4)
        if not any(seen[first : first + 5])
        for frame in range(first, first + 5)
    }
    found = np.zeros((frames, len(CLASSES)), bool)
    for frame in range(frames):
        near = range(max(0, frame - 3), min(frames, frame + 4))
        for place, name in enumerate(CLASSES):
            shown = all(
                any(set(joints) <= sure[other] for other in near for joints in part)
                for part in IMIGUE.parts_of(name)
                if any(set(joints) <= set(LAYOUT.joints) for joints in part)
            )
            found[frame, place] = shown and frame not in empty and any(seen[other] for other in near)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_evidence_against_loops(seed: int) -> None:
    random = np.random.default_rng(seed)
    x_TVC = standing(60)
    x_TVC[..., 2] = random.random(x_TVC.shape[:2])
    for _ in range(60):  # runs of lost joints
        joint, start = random.integers(len(LAYOUT.joints)), random.integers(60)
        x_TVC[start : start + random.integers(1, 25), joint] = (np.nan, np.nan, 0)
    for first, length in ((10, 3), (20, 5), (40, 9)):
        x_TVC[first : first + length] = (np.nan, np.nan, 0)
    found = may(x_TVC)
    np.testing.assert_array_equal(found, slow(x_TVC))
    assert 0.1 < found.mean() < 0.9


def test_a_hand_at_the_head_needs_a_hand_and_a_head() -> None:
    assert named(standing(9)) == set(CLASSES)
    hands = ("left_wrist", "right_wrist", *fingers("left"), *fingers("right"))
    without = named(standing(9, *hands))
    assert {"moving torso", "head up", "arms akimbo", "putting arms behind body"} <= without
    assert not {"touching hat", "covering face", "touching ears", "folding arms"} & without
    head = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
    without = named(standing(9, *head))
    assert {"moving torso", "folding arms", "covering face", "rubbing or holding hands"} <= without
    assert not {"touching hat", "touching ears", "head up", "turtle neck"} & without


def test_a_hand_is_seen_by_its_fingers_too() -> None:
    assert "touching hat" in named(standing(9, "left_wrist", "right_wrist", *fingers("left")))


def test_fingers_that_meet_are_of_both_hands() -> None:
    one = named(standing(9, *fingers("left")))
    assert not {"crossing fingers", "minaret gesture"} & one
    assert "rubbing or holding hands" in one  # the wrist is there
    assert {"crossing fingers", "minaret gesture"} <= named(standing(9, *fingers("left")[1:]))


def test_a_guess_shows_nothing() -> None:
    x_TVC = standing(9, *fingers("left"), *fingers("right"))
    wrists = [LAYOUT.index("left_wrist"), LAYOUT.index("right_wrist")]
    x_TVC[:, wrists, 2] = 0.2
    assert "touching hat" not in named(x_TVC)
    x_TVC[:, wrists[0], 2] = 0.21
    assert "touching hat" in named(x_TVC)


def test_fingers_lost_for_moments_still_count() -> None:
    x_TVC = standing(40)
    place, cross = [LAYOUT.index(name) for name in fingers("left")], CLASSES.index("crossing fingers")
    x_TVC[10:16, place] = (np.nan, np.nan, 0)
    assert may(x_TVC)[:, cross].all()
    x_TVC[10:20, place] = (np.nan, np.nan, 0)
    assert np.flatnonzero(~may(x_TVC)[:, cross]).tolist() == [13, 14, 15, 16]


def test_where_nobody_is_nothing_is_named_not_even_at_the_edges() -> None:
    x_TVC = standing(40)
    x_TVC[10:14] = (np.nan, np.nan, 0)
    assert may(x_TVC).all()  # a blink of the detector
    x_TVC[10:15] = (np.nan, np.nan, 0)
    found = may(x_TVC)
    assert np.flatnonzero(~found.all(axis=1)).tolist() == list(range(10, 15))
    assert not found[10:15].any()


def test_unknown_classes_need_somebody() -> None:
    x_TVC = standing(20, *LAYOUT.joints[1:])
    x_TVC[:10] = (np.nan, np.nan, 0)
    found = may(x_TVC, classes=("wave", "moving torso", "MOVING_Torso"))
    assert found[:, 0].tolist() == [False] * 10 + [True] * 10
    assert not found[:, 1:].any()  # spelled otherwise, the same word


def test_a_part_that_no_layout_like_this_has_is_not_asked_for() -> None:
    kinect = np.ones((5, 20, 3), np.float32)
    found = may(kinect, "kinect20", ("crossing fingers", "touching hat", "head up"))
    assert found.all()
    layout = load_layout("kinect20")
    hands = [layout.index(f"{side}_{part}") for side in ("left", "right") for part in ("wrist", "hand")]
    kinect[:, hands] = np.nan
    found = may(kinect, "kinect20", ("crossing fingers", "touching hat", "head up"))
    assert found[0].tolist() == [True, False, True]


def test_three_coordinates_without_a_confidence() -> None:
    x_TVD = np.ones((5, 20, 3), np.float32)
    x_TVD[..., 2] = -4  # metres, not a confidence
    found = evidence(x_TVD, (load_layout("kinect20"), 3), ("touching hat",), IMIGUE, FPS)
    assert found.all()


@pytest.mark.parametrize("block", [1, 7, 60])
def test_blocks_change_nothing_and_background_gets_the_rest(block: int) -> None:
    random = np.random.default_rng(1)
    x_TVC = standing(60)
    x_TVC[20:33] = (np.nan, np.nan, 0)
    x_TVC[45:, [LAYOUT.index("left_wrist"), LAYOUT.index("left_elbow")]] = (np.nan, np.nan, 0)
    x_TVC[45:, [LAYOUT.index(name) for name in fingers("left")]] = (np.nan, np.nan, 0)
    p_TK = random.dirichlet(np.ones(1 + len(CLASSES)), 60)
    blocks = [p_TK[first : first + block] for first in range(0, 60, block)]
    blocks.insert(1, p_TK[:0])
    found = np.concatenate(list(where_seen(blocks, x_TVC, (LAYOUT, 2), CLASSES, FPS)))
    allowed = slow(x_TVC)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    np.testing.assert_array_equal(found[:, 1:], np.where(allowed, p_TK[:, 1:], 0))
    assert found[20:33, 0] == pytest.approx(1.0)
    assert not allowed[20:33].any()
    assert (found[:15] == p_TK[:15]).all()
