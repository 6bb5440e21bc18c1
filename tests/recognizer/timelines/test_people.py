"""Windows of people: around the contact, with the classes that would be right, of nobody who is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from mgllm.recognizer.timelines.people import (
    NEEDED,
    PeopleOptions,
    accepted_classes,
    check_people,
    people_windows,
)
from mgllm.recognizer.timelines.timeline import NO_GESTURES
from mgllm.recognizer.training.targets import ACCEPT
from mgllm.skeleton import Clip, DatasetMeta, SkeletonDataset, write_dataset
from mgllm.skeleton.layouts import load_layout

Refusal = Callable[[Callable[[], object]], str]
FPS, FRAMES = 20.0, 60
SAID = {
    "touch": ("touching ears|touching hat", "30", "35"),
    "late": ("touching ears", "55.0", "90"),
    "nothing": ("none", "", ""),
    "unknown": ("", "", ""),
}
"""Accepted classes and the contact's first and last frame, by clip."""


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> SkeletonDataset:
    """Four clips of 3 s; the coordinates of every joint are the frame's number."""
    joints_TVC = np.repeat(np.repeat(np.arange(FRAMES, dtype=np.float32)[:, None, None], 17, 1), 2, 2)
    meta = DatasetMeta(name="people", layout=load_layout("coco17"), dims=2, units="pixels")

    def clips() -> Iterator[Clip]:
        for name, said in SAID.items():
            yield Clip(name, "ann", joints_TVC, fps=FPS, more=dict(zip(NEEDED, said, strict=True)))

    return write_dataset(tmp_path_factory.mktemp("people") / "set", meta, clips()).dataset


def cut(people: SkeletonDataset, **options: object) -> list[Clip]:
    chosen = PeopleOptions.model_validate(options)
    return list(people_windows(people, list(range(len(people))), "train", chosen))


def frames(clip: Clip) -> list[int]:
    return [int(number) for number in clip.joints[:, 0, 0]]


def test_the_whole_clip_and_windows_of_each_clip_that_is_known(people: SkeletonDataset) -> None:
    clips = cut(people, windows=2)
    known = ("touch", "late", "nothing")
    assert [clip.id for clip in clips] == [f"{name}-p{n}" for name in known for n in range(3)]
    for clip in clips:
        assert (clip.subject, clip.label, clip.fps) == ("ann", None, FPS)
        assert {key: clip.more[key] for key in ("part", "people")} == {"part": "train", "people": "yes"}
        if clip.id.endswith("-p0"):
            assert frames(clip) == list(range(FRAMES))
        else:
            assert 20 <= len(clip.joints) <= 40
    assert [clip.id for clip in cut(people, windows=0)] == [f"{name}-p0" for name in known]


def test_the_middle_of_a_window_is_in_the_contact(people: SkeletonDataset) -> None:
    clips = cut(people, windows=600)
    middles = {
        name: {
            frames(clip)[(len(clip.joints) - 1) // 2]
            for clip in clips
            if clip.id.startswith(name) and not clip.id.endswith("-p0")
        }
        for name in SAID
    }
    assert middles["touch"] == set(range(30, 36))
    assert middles["late"] == set(range(55, 60))
    assert middles["nothing"] == set(range(FRAMES))
    assert middles["unknown"] == set()


def test_at_its_ends_the_first_or_last_frame_is_repeated(people: SkeletonDataset) -> None:
    (late, *_) = [clip for clip in cut(people, seconds=(2.0, 2.0)) if re.match("late-p[1-3]", clip.id)]
    shown = frames(late)
    assert len(shown) == 40
    assert shown == [min(shown[0] + n, FRAMES - 1) for n in range(40)]
    assert shown[-2:] == [59, 59]


def test_where_nothing_is_touched_background_and_what_goes_with_speech_are_right(
    people: SkeletonDataset,
) -> None:
    accepted = {clip.id: clip.more[ACCEPT].split("|") for clip in cut(people, windows=0)}
    assert accepted == {
        "touch-p0": ["touching ears", "touching hat"],
        "late-p0": ["touching ears"],
        "nothing-p0": ["background", *NO_GESTURES],
    }
    assert "illustrative body language" in NO_GESTURES
    assert accepted_classes(people.clips[3]) == []


def test_the_seed_decides_where_and_other_clips_do_not(people: SkeletonDataset) -> None:
    def starts(seed: int, numbers: list[int]) -> list[list[int]]:
        options = PeopleOptions(seed=seed)
        return [frames(clip) for clip in people_windows(people, numbers, "train", options)]

    assert starts(1, [0, 1]) == starts(1, [0, 1]) != starts(2, [0, 1])
    assert starts(1, [1]) == starts(1, [0, 1])[4:]


@pytest.mark.parametrize("missing", NEEDED)
def test_a_set_that_says_nothing_of_places_is_refused(tmp_path: Path, refusal: Refusal, missing: str) -> None:
    meta = DatasetMeta(name="people", layout=load_layout("coco17"), dims=2, units="pixels")
    more = {name: "" for name in NEEDED if name != missing}
    path = tmp_path / "set"
    dataset = write_dataset(path, meta, [Clip("a", "ann", np.ones((3, 17, 2)), more=more)]).dataset
    line = refusal(lambda: check_people(dataset))
    assert line.startswith(f"{path} has no column '{missing}'")
    assert line.endswith("(docs/people.md)")


def test_groups_for_tests_are_left_out_by_default() -> None:
    options = PeopleOptions()
    assert {"o06", "o07", "o08"} <= set(options.left_out)
    assert not set(options.judged) & set(options.left_out)
