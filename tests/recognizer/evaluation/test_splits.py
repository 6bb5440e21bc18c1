"""Flags name the clips to learn from and to test on: one way at a time, never a person on both sides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mgllm.errors import InputError
from mgllm.recognizer.evaluation import splits as recognizer_splits
from mgllm.recognizer.evaluation.splits import SplitOptions, both_sides, check_labelled, training_side
from mgllm.skeleton import SkeletonDataset, open_dataset
from mgllm.skeleton.selection import Split

side_to_test = recognizer_splits.tested_side


@pytest.fixture
def toy(toy_set: Path) -> SkeletonDataset:
    return open_dataset(toy_set)


def people(dataset: SkeletonDataset, numbers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[str]:
    return sorted({dataset.clips[int(number)].subject for number in numbers})


def test_one_learns_from_all_clips_unless_some_are_named(toy: SkeletonDataset) -> None:
    assert training_side(toy, SplitOptions()).tolist() == list(range(24))
    assert people(toy, training_side(toy, SplitOptions(train_on="subject=1,3"))) == ["1", "3"]
    assert people(toy, training_side(toy, SplitOptions(split="people"))) == ["1", "2", "3"]
    assert training_side(toy, SplitOptions(split="view", shared_subjects=True)).tolist() == [
        number for number in range(24) if number // 3 % 2 == 0
    ]


def test_a_named_split_has_both_sides(toy: SkeletonDataset) -> None:
    (split,) = both_sides(toy, SplitOptions(split="people"), 0)
    assert (split.name, people(toy, split.train), people(toy, split.test)) == (
        "people",
        ["1", "2", "3"],
        ["4"],
    )


@pytest.mark.parametrize(
    ("train_on", "test_on", "name", "train", "test"),
    [
        ("subject=1,2", None, "subject=1,2", ["1", "2"], ["3", "4"]),
        (None, "subject=4", "test subject=4", ["1", "2", "3"], ["4"]),
        ("subject=1", "subject=3-4", "subject=1 / subject=3-4", ["1"], ["3", "4"]),
    ],
)
def test_one_side_follows_from_the_other(
    toy: SkeletonDataset,
    train_on: str | None,
    test_on: str | None,
    name: str,
    train: list[str],
    test: list[str],
) -> None:
    options = SplitOptions(train_on=train_on, test_on=test_on)
    (split,) = both_sides(toy, options, 0)
    assert (split.name, people(toy, split.train), people(toy, split.test)) == (name, train, test)
    alone = side_to_test(toy, options)
    assert (alone.name, len(alone.train), alone.test.tolist()) == (name, 0, split.test.tolist())


def test_folds_test_each_clip_once(toy: SkeletonDataset) -> None:
    splits = both_sides(toy, SplitOptions(folds=2), 0)
    assert sorted(np.concatenate([split.test for split in splits]).tolist()) == list(range(24))
    for split in splits:
        assert not set(people(toy, split.train)) & set(people(toy, split.test))


def test_folds_by_another_column_may_not_share_people_unnoticed(toy: SkeletonDataset) -> None:
    options = SplitOptions(folds=2, by="camera")
    with pytest.raises(InputError, match="4 subjects are on both sides: 1, 2, 3, 4"):
        both_sides(toy, options, 0)
    splits = both_sides(toy, options.model_copy(update={"shared_subjects": True}), 0)
    assert [len(split.test) for split in splits] == [12, 12]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (SplitOptions(train_on="camera=0"), "4 subjects are on both sides"),
        (SplitOptions(split="view"), "4 subjects are on both sides"),
        (SplitOptions(train_on="subject=1,2", test_on="subject=2,3"), "is on both sides"),
        (SplitOptions(train_on="subject=1-4"), "the test side is empty"),
        (SplitOptions(test_on="subject=1-4"), "the train side is empty"),
        (SplitOptions(train_on="subject=9"), "no clip has subject '9'"),
        (SplitOptions(train_on="nonsense"), "'nonsense' is not a condition"),
        (SplitOptions(split="poeple"), "Did you mean 'people'?"),
        (SplitOptions(folds=5), "5 folds by subject cannot be made from 4 values; give 2 to 4"),
        (SplitOptions(folds=2, by="person"), "unknown column 'person'"),
        (
            SplitOptions(split="people", train_on="subject=1"),
            "--split and --train-on or --test-on both choose clips",
        ),
        (SplitOptions(split="people", folds=2), "--split and --folds both choose clips; give only one"),
        (SplitOptions(folds=2, test_on="subject=1"), "--train-on or --test-on and --folds both choose clips"),
        (SplitOptions(), "its splits are people, view; name one with --split"),
    ],
)
def test_what_is_no_split_is_refused(toy: SkeletonDataset, options: SplitOptions, words: str) -> None:
    with pytest.raises(InputError) as caught:
        both_sides(toy, options, 0)
    assert words in str(caught.value)


def test_two_ways_are_refused_wherever_sides_are_named(toy: SkeletonDataset) -> None:
    both = SplitOptions(split="people", train_on="subject=1")
    for name_clips in (training_side, side_to_test):
        with pytest.raises(InputError, match="both choose clips"):
            name_clips(toy, both)


def test_the_only_split_need_not_be_named(toy: SkeletonDataset) -> None:
    def having(*names: str) -> SkeletonDataset:
        splits = {name: toy.meta.splits[name] for name in names}
        meta = toy.meta.model_copy(update={"splits": splits})
        return SkeletonDataset(toy.path, meta, toy.clips, toy.joints)

    (split,) = both_sides(having("people"), SplitOptions(), 0)
    assert split.name == "people"
    with pytest.raises(InputError, match="it defines no split; name one with --split, or use"):
        both_sides(having(), SplitOptions(), 0)


def test_a_test_side_alone(toy: SkeletonDataset) -> None:
    everyone = side_to_test(toy, SplitOptions())
    assert (everyone.name, everyone.test.tolist()) == ("all clips", list(range(24)))
    assert people(toy, side_to_test(toy, SplitOptions(split="people")).test) == ["4"]


def test_a_side_without_labels_is_refused(toy: SkeletonDataset) -> None:
    clips = tuple(row.model_copy(update={"label": None}) if row.subject == "4" else row for row in toy.clips)
    dataset = SkeletonDataset(toy.path, toy.meta, clips, toy.joints)
    split = Split("mine", np.arange(18), np.arange(18, 24))
    check_labelled(dataset, split, ["train"])
    with pytest.raises(InputError, match="split 'mine': no clip of the test side has a label"):
        check_labelled(dataset, split)
