"""People of a corpus: one body each, gestures as planned."""

from __future__ import annotations

import numpy as np
import pytest

from mgllm.skeleton.layouts import load_layout
from mgllm.synthetic.corpora.footage import Part, film_part, gesture_sequence, stage_part
from mgllm.synthetic.corpora.imigue import DOWN, UP, imigue_signs

JOINTS = load_layout("imigue22").joints


def part(name: int = 1, cues: int | None = 1, *, person: int = 4, seconds: float = 60) -> Part:
    return Part(seed=2, corpus="test", name=name, person=person, cues=cues, seconds=seconds)


@pytest.mark.parametrize("cues", [1, -1])
@pytest.mark.parametrize("seconds", [15.0, 60.0])
def test_gestures_that_count_are_on_the_planned_side(cues: int, seconds: float) -> None:
    for name in range(12):
        shown = {one.label for one in stage_part(part(name, cues, seconds=seconds), imigue_signs()).gestures}
        total = sum(label in UP for label in shown) - sum(label in DOWN for label in shown)
        assert total * cues >= 1
        assert len(shown & {*UP, *DOWN}) == (3 if seconds > 45 else 1)


def test_without_a_side_nothing_counts_and_without_gestures_there_are_none() -> None:
    shown = {one.label for one in stage_part(part(cues=0), imigue_signs()).gestures}
    assert shown
    assert shown & {*UP, *DOWN} == set()
    assert stage_part(part(cues=None), imigue_signs()).gestures == ()


def test_frequent_classes_are_frequent() -> None:
    drawn = gesture_sequence(part(cues=0, seconds=3000), imigue_signs(), np.random.default_rng(0))
    assert drawn.count("shaking shoulders") > 8 * drawn.count("scratching back") > 0


def test_a_person_has_the_same_body_in_all_recordings() -> None:
    def lengths(staged: Part) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        bodies = stage_part(staged, imigue_signs()).scene.bodies
        return np.array([bodies.trunk[0], bodies.shoulder[0], bodies.upper_arm[0]])

    assert np.array_equal(lengths(part(1)), lengths(part(2)))
    assert not np.allclose(lengths(part(1)), lengths(part(1, person=5)))


def test_film_has_25_frames_a_second_and_is_reproducible() -> None:
    one = film_part(part(seconds=20), imigue_signs(), 1.0)
    assert one.joints.shape == (500, len(JOINTS), 3)
    again = film_part(part(seconds=20), imigue_signs(), 1.0)
    assert np.array_equal(one.joints, again.joints, equal_nan=True)
    assert not np.array_equal(one.joints, film_part(part(2, seconds=20), imigue_signs(), 1.0).joints)
