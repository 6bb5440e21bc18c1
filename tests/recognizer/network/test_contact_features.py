"""Contact features against a loop over hands, places and fingers; mirror, size, place, missing joints."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.contact_features import (
    BEYOND_WRIST,
    FARTHEST,
    NARROW,
    NEAREST,
    PLACES,
    USUAL_FACE,
    WIDE,
    Place,
    contact_features,
    count_features,
    graph_names,
)
from mgllm.recognizer.network.reading import Preprocessing, prepared_batch
from mgllm.skeleton.layouts import FINGERS, load_layout

LAYOUT = load_layout("imigue22")
NAMES = LAYOUT.joints
TIP, MIDDLE, WRIST = range(3)
OTHER_HAND = 3 * len(PLACES)
Points = NDArray[np.float64]
BODY = {
    "nose": (0, -0.55), "neck": (0, 0),
    "right_shoulder": (-0.5, 0.02), "right_elbow": (-0.7, 0.8), "right_wrist": (-0.4, 0.3),
    "left_shoulder": (0.5, 0.0), "left_elbow": (0.65, 0.85), "left_wrist": (0.3, 1.3),
    "right_eye": (-0.08, -0.65), "left_eye": (0.07, -0.66),
    "right_ear": (-0.19, -0.6), "left_ear": (0.18, -0.62),
}  # fmt: skip
"""Somebody who faces the camera, in shoulder widths, y downward: the right hand before the chest."""


def body(frames: int = 6, seed: int = 0) -> Points:
    """[T, V, 2]: the body with fingers, every joint moving a little."""
    random = np.random.default_rng(seed)
    pose_VC = np.zeros((len(NAMES), 2))
    for number, name in enumerate(NAMES):
        side = name.partition("_")[0]
        away = 0 if name in BODY else random.normal((0, 0.3), 0.15)
        pose_VC[number] = np.array(BODY.get(name, BODY.get(f"{side}_wrist", (0, 0)))) + away
    return pose_VC + 0.03 * random.normal(size=(frames, len(NAMES), 2))


def features(x_TVC: Points, seen_TV: NDArray[np.bool_] | None = None) -> Tensor:
    """[T, 2, F] of one clip."""
    mask_TV = np.ones(x_TVC.shape[:2], dtype=bool) if seen_TV is None else seen_TV
    x_NTVC = torch.from_numpy(np.where(mask_TV[..., None], x_TVC, np.nan))[None]
    return contact_features(x_NTVC, torch.from_numpy(mask_TV)[None], NAMES)[0]


def hidden(*names: str, frames: int = 6) -> NDArray[np.bool_]:
    seen_TV = np.ones((frames, len(NAMES)), dtype=bool)
    seen_TV[:, [NAMES.index(name) for name in names]] = False
    return seen_TV


def fingers(side: str) -> list[str]:
    return [f"{side}_{finger}" for finger in FINGERS]


def _slow_place(at: dict[str, Points], place: Place, side: str, face: float) -> Points:
    other = {"right": "left", "left": "right"}[side]
    point = np.zeros(2)
    for name, weight in place.joints.items():
        point = point + weight * at[name.replace("own", side).replace("other", other)]
    pair = "eye" if place.head else "shoulder"
    along = at[f"left_{pair}"] - at[f"right_{pair}"]
    left = along / np.linalg.norm(along)
    up = np.array([left[1], -left[0]])
    outward = left if side == "left" else -left
    return np.asarray(point + (face if place.head else 1.0) * (place.aside * outward + place.up * up))


def _log(distance: float) -> float:
    return math.log(min(distance + NEAREST, FARTHEST))


def test_distances_to_every_place_against_a_loop() -> None:
    x_TVC = body()
    found = features(x_TVC)
    frames = [dict(zip(NAMES, x_VC, strict=True)) for x_VC in x_TVC]
    ears = sorted(float(np.linalg.norm(at["left_ear"] - at["right_ear"])) for at in frames)
    face = min(max(ears[(len(ears) - 1) // 2], NARROW), WIDE)  # torch's median is the lower one
    for frame, at in enumerate(frames):
        for hand, side in enumerate(("right", "left")):
            tips = [at[name] for name in fingers(side)]
            points = [_slow_place(at, place, side, face) for place in PLACES.values()]
            points.append(np.mean([at[name] for name in fingers({"right": "left"}.get(side, "right"))], 0))
            for number, point in enumerate(points):
                slow = (
                    _log(min(float(np.linalg.norm(tip - point)) for tip in tips)),
                    _log(float(np.linalg.norm(np.mean(tips, 0) - point))),
                    _log(float(np.linalg.norm(at[f"{side}_wrist"] - point))),
                )
                assert found[frame, hand, 3 * number : 3 * number + 3].tolist() == pytest.approx(slow)


def distance(found_THF: Tensor, place: str, which: int, hand: int = 0) -> list[float]:
    """In shoulder widths, frame by frame."""
    number = OTHER_HAND if place == "other hand" else 3 * list(PLACES).index(place)
    return [math.exp(value) - NEAREST for value in found_THF[:, hand, number + which].tolist()]


def put(x_TVC: Points, name: str, at: Points | tuple[float, float]) -> Points:
    moved = x_TVC.copy()
    moved[:, NAMES.index(name)] = at
    return moved


def test_a_fingertip_at_the_ear_and_a_wrist_at_the_other_elbow() -> None:
    x_TVC = body()
    ear = put(x_TVC, "right_index", x_TVC[:, NAMES.index("right_ear")])
    assert distance(features(ear), "own ear", TIP) == pytest.approx([0] * 6, abs=1e-9)
    assert min(distance(features(ear), "other ear", TIP)) > 0.2
    assert min(distance(features(ear), "own ear", TIP, hand=1)) > 0.5
    elbow = put(x_TVC, "right_wrist", x_TVC[:, NAMES.index("left_elbow")])
    assert distance(features(elbow), "other elbow", WRIST) == pytest.approx([0] * 6, abs=1e-9)
    assert min(distance(features(x_TVC), "other elbow", WRIST)) > 0.5


def test_the_other_hand_is_as_far_from_either() -> None:
    found = features(body())
    right, left = (distance(found, "other hand", MIDDLE, hand) for hand in (0, 1))
    assert right == pytest.approx(left)


def mirrored(x_TVC: Points) -> Points:
    """The person in the mirror: what was a right hand is a left one."""
    places = [
        NAMES.index({"left": "right", "right": "left"}.get(side, side) + dash + part)
        for side, dash, part in (name.partition("_") for name in NAMES)
    ]
    return x_TVC[:, places] * (-1.0, 1.0)


@pytest.mark.parametrize("unseen", [(), fingers("right"), ("left_eye", "left_ear"), ("nose",)])
def test_a_left_hand_is_the_right_hand_of_the_mirrored_clip_exactly(unseen: tuple[str, ...]) -> None:
    seen = hidden(*unseen)
    found = features(body(), seen)
    other = features(mirrored(body()), mirrored(seen[..., None] * np.ones(2))[..., 1].astype(bool))
    assert torch.equal(found.flip(1), other)
    assert not torch.equal(found, other)


def test_size_and_place_in_the_picture_change_nothing() -> None:
    small, large = (
        prepared_batch([(size * body(32) + shift).astype(np.float32)], LAYOUT, 2, Preprocessing(frames=32))
        for size, shift in ((60.0, (200, 150)), (231.0, (900, 400)))
    )
    one, two = (contact_features(*clips, NAMES) for clips in (small, large))
    torch.testing.assert_close(one, two, atol=2e-3, rtol=1e-3)
    assert float(one.abs().max()) > 1


def test_a_tilted_head_has_its_places_where_they_are() -> None:
    x_TVC = np.repeat(body(1), 6, 0)
    head = [NAMES.index(name) for name in NAMES if name == "nose" or name.endswith(("_eye", "_ear"))]
    turn = math.radians(30)
    around = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    eyes = 0.5 * (x_TVC[:, NAMES.index("left_eye")] + x_TVC[:, NAMES.index("right_eye")])
    tilted = x_TVC.copy()
    tilted[:, head] = (x_TVC[:, head] - eyes[:, None]) @ around + eyes[:, None]
    up = x_TVC[0, NAMES.index("left_eye")] - x_TVC[0, NAMES.index("right_eye")]
    up = np.array([up[1], -up[0]]) / np.linalg.norm(up)
    face = float(np.linalg.norm(x_TVC[0, NAMES.index("left_ear")] - x_TVC[0, NAMES.index("right_ear")]))
    crown = eyes + PLACES["crown"].up * face * (up @ around)
    upright = eyes + PLACES["crown"].up * face * up
    found = features(put(tilted, "right_middle", crown))
    assert distance(found, "crown", TIP) == pytest.approx([0] * 6, abs=1e-6)
    assert min(distance(features(put(tilted, "right_middle", upright)), "crown", TIP)) > 0.1


def test_without_fingers_the_hand_is_taken_to_be_beyond_the_wrist() -> None:
    found = features(body(), hidden(*fingers("right")))
    for frame, x_VC in enumerate(body()):
        at = dict(zip(NAMES, x_VC, strict=True))
        fore = at["right_wrist"] - at["right_elbow"]
        middle = at["right_wrist"] + BEYOND_WRIST * fore / np.linalg.norm(fore)
        away = float(np.linalg.norm(middle - at["nose"]))
        assert distance(found, "nose", TIP)[frame] == pytest.approx(away)
        assert distance(found, "nose", MIDDLE)[frame] == pytest.approx(away)
    assert found[:, 0, -4:].tolist() == [[0, 1, 1, 1]] * 6  # own fingers, other fingers, both wrists
    assert found[:, 1, -4:].tolist() == [[1, 0, 1, 1]] * 6


def test_one_finger_that_is_not_found_does_not_count() -> None:
    x_TVC = put(body(), "right_index", body()[:, NAMES.index("nose")])
    assert max(distance(features(x_TVC), "nose", TIP)) < 1e-9
    assert min(distance(features(x_TVC, hidden("right_index")), "nose", TIP)) > 0.3


def test_a_place_or_a_hand_that_is_not_seen_has_zeros() -> None:
    number = 3 * list(PLACES).index("own ear")
    without_ear = features(body(), hidden("right_ear"))
    assert without_ear[:, 0, number : number + 3].tolist() == [[0, 0, 0]] * 6
    assert bool(without_ear[:, 1, number : number + 3].all())
    without_wrist = features(body(), hidden("right_wrist"))
    assert not bool(without_wrist[:, 0].any())
    assert bool(without_wrist[:, 1].any())


def test_what_stands_where_nothing_is_seen_changes_nothing() -> None:
    random = np.random.default_rng(1)
    seen = random.random((6, len(NAMES))) > 0.2
    x_NTVC, mask_NTV = torch.from_numpy(body())[None], torch.from_numpy(seen)[None]
    rubbish = torch.where(mask_NTV[..., None], x_NTVC, 1e3)
    found = contact_features(rubbish, mask_NTV, NAMES)
    assert torch.equal(
        found, contact_features(x_NTVC.masked_fill(~mask_NTV[..., None], torch.nan), mask_NTV, NAMES)
    )
    assert bool(found.isfinite().all())


def test_joints_that_a_layout_lacks_are_never_seen() -> None:
    kept = [number for number, name in enumerate(NAMES) if not name.endswith(("_ear", "_eye"))]
    names = tuple(NAMES[number] for number in kept)
    x_NTVC = torch.from_numpy(body()[:, kept])[None]
    found = contact_features(x_NTVC, torch.ones(x_NTVC.shape[:3], dtype=torch.bool), names)[0]
    torch.testing.assert_close(found, features(body(), hidden(*(set(NAMES) - set(names)))))


def test_a_face_that_is_not_seen_is_as_wide_as_usual() -> None:
    x_TVC = np.repeat(body(1), 6, 0)
    along = x_TVC[0, NAMES.index("left_eye")] - x_TVC[0, NAMES.index("right_eye")]
    up = np.array([along[1], -along[0]]) / np.linalg.norm(along)
    chin = x_TVC[:, NAMES.index("nose")] + PLACES["chin"].up * USUAL_FACE * up
    found = features(put(x_TVC, "right_thumb", chin), hidden("left_ear", "right_ear"))
    assert distance(found, "chin", TIP) == pytest.approx([0] * 6, abs=1e-6)


@pytest.mark.parametrize("layout", ["imigue22", "kinect20", "ntu25", "coco17"])
def test_of_three_coordinates_two_are_used(layout: str) -> None:
    names = load_layout(layout).joints
    draws = torch.Generator().manual_seed(0)
    x_NTVC = torch.randn(2, 5, len(names), 3, generator=draws)
    mask_NTV = torch.ones(2, 5, len(names), dtype=torch.bool)
    found = contact_features(x_NTVC, mask_NTV, names)
    assert found.shape == (2, 5, 2, count_features())
    assert torch.equal(found, contact_features(x_NTVC[..., :2], mask_NTV, names))
    assert bool(found.isfinite().all())
    assert bool(found.any())


def test_a_layout_with_hands_but_no_wrists_uses_its_hands() -> None:
    names = ("nose", "neck", "right_elbow", "right_hand", "left_elbow", "left_hand")
    wrists = tuple(name.replace("hand", "wrist") for name in names)
    x_NTVC = torch.randn(1, 4, 6, 2, generator=torch.Generator().manual_seed(0))
    mask_NTV = torch.ones(1, 4, 6, dtype=torch.bool)
    found = contact_features(x_NTVC, mask_NTV, names)
    assert torch.equal(found[..., -2:], torch.ones(1, 4, 2, 2))
    nose = 3 * list(PLACES).index("nose") + WRIST
    near = (x_NTVC[0, :, 3] - x_NTVC[0, :, 0]).norm(dim=-1)
    torch.testing.assert_close(found[0, :, 0, nose].exp() - NEAREST, near)
    named = contact_features(x_NTVC, mask_NTV, wrists)
    for place in ("other forearm", "other wrist"):  # places of a joint that this layout lacks
        number = 3 * list(PLACES).index(place)
        named[..., number : number + 3] = 0
    torch.testing.assert_close(found, named)


def test_a_hand_that_moves_with_the_body_does_not_move() -> None:
    still = np.repeat(body(1), 6, 0)
    carried = still + np.linspace(0, 1, 6)[:, None, None]
    torch.testing.assert_close(features(still), features(carried))
    moving = still.copy()
    moving[:, [NAMES.index(name) for name in (*fingers("right"), "right_wrist")]] += np.linspace(0, 1, 6)[
        :, None, None
    ]
    speeds = slice(-11, -4)
    assert not bool(features(still)[:, 0, speeds].any())
    assert bool(features(moving)[1:, 0, speeds].all())
    assert not bool(features(moving)[0, 0, speeds].any())


def test_weights_of_a_place_sum_to_1() -> None:
    for place in PLACES.values():
        assert sum(place.joints.values()) == pytest.approx(1)


def test_a_graph_without_names_gets_the_usual_ones() -> None:
    assert graph_names(Graph(22, (), names=NAMES)) == NAMES
    few, many = graph_names(Graph(3, ())), graph_names(Graph(30, ()))
    assert few == ("right_wrist", "left_wrist", "neck")
    assert (len(many), many[-1], set(many) - {""}) == (30, "", set(NAMES))
