"""Which place the hand touches, on a made-up person."""

from __future__ import annotations

import numpy as np
import pytest

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.datasets.skeletons._landmark_arrays import Marks, to_marks
from mgllm.datasets.skeletons._places import ACCEPTED, PlaceRule, contacts, measured
from tests.datasets.skeletons.marks import AIR, BODY, CHEST, FOREHEAD, HEIGHT, LEFT_ARM, MOUTH, WIDTH, vector

Point = tuple[float, float]


def _marks(right: Point | None, left: Point | None = None) -> Marks:
    marks = to_marks(vector(right, left)[None])
    body = marks.body.copy()
    body[..., :2] *= (WIDTH, HEIGHT)
    return Marks(body, marks.hands * (WIDTH, HEIGHT))


@pytest.mark.parametrize(
    ("right", "left", "place"),
    [
        (FOREHEAD, None, "forehead_temple"),
        ((285.0, 100.0), None, "forehead_temple"),
        (MOUTH, None, "face"),
        (BODY[8], None, "side_of_face"),
        (None, BODY[7], "side_of_face"),
        ((320.0, 200.0), None, "chin_jaw"),
        ((320.0, 245.0), None, "neck"),
        (CHEST, None, "chest"),
        (LEFT_ARM, None, "arm"),
        ((150.0, 300.0), (150.0, 300.0), "hands_together"),
    ],
)
def test_a_finger_tip_at_a_place_touches_it(right: Point | None, left: Point | None, place: str) -> None:
    assert contacts(_marks(right, left))[place].tolist() == [True]
    kept = measured(_marks(right, left), PlaceRule(place, ""))
    assert (kept["location"], kept["contact_share"]) == (place, "1.00")


def test_a_hand_in_the_air_or_at_its_own_arm_or_nowhere_touches_nothing() -> None:
    for right in (AIR, (200.0, 378.0), None):
        assert not any(at.any() for at in contacts(_marks(right)).values())
    assert measured(_marks(None), PlaceRule("none", "1"))["idle"] == "1"


def test_hands_beside_each_other_do_not_meet() -> None:
    assert not contacts(_marks((150.0, 300.0), (180.0, 300.0)))["hands_together"].any()


def test_a_hand_before_the_chest_may_be_in_the_air() -> None:
    assert measured(_marks(CHEST), PlaceRule("none", ""))["location"] == "none"
    assert measured(_marks(FOREHEAD), PlaceRule("none", ""))["location"] == ""


def test_a_larger_picture_changes_nothing() -> None:
    small, large = _marks(FOREHEAD), _marks(FOREHEAD)
    large = Marks(np.concatenate([large.body[..., :2] * 3, large.body[..., 2:]], axis=-1), large.hands * 3)
    for place, at in contacts(small).items():
        assert contacts(large)[place].tolist() == at.tolist()


def test_accepted_classes_are_those_of_imigue() -> None:
    known = {one.label for one in load_vocabulary("imigue").classes}
    for place, classes in ACCEPTED.items():
        wrong = [one for one in classes.split("|") if place != "none" and one not in known]
        assert wrong == []
