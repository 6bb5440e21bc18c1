"""Which clips: conditions, named splits, folds by person."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from mgllm.errors import InputError
from mgllm.skeleton import Clip, DatasetMeta, Layout, SkeletonDataset, SplitRule, write_dataset
from mgllm.skeleton.selection import Split, check_split, folds, named_split, select

LAYOUT = Layout(joints=("a", "b"), edges=(("a", "b"),))
PEOPLE = ["1", "2", "10", "1", "s04", "2", "3", "03", "1", "1"]


@pytest.fixture
def made(tmp_path: Path) -> SkeletonDataset:
    clips = [
        Clip(f"c{n}", person, np.ones((2, 2, 2)), ["nod", "a, b"][n % 2], more={"camera": str(n % 3)})
        for n, person in enumerate(PEOPLE)
    ]
    splits = {
        "people": SplitRule(train={"subject": ("1", "10")}, test={"subject": ("2-3", "99")}),
        "view": SplitRule(train={"camera": ("1", "2")}, test={"camera": ("0",), "label": ("nod",)}),
    }
    meta = DatasetMeta(name="d", layout=LAYOUT, dims=2, units="m", classes=("nod", "a, b"), splits=splits)
    return write_dataset(tmp_path, meta, clips).dataset


@pytest.mark.parametrize(
    ("condition", "chosen"),
    [
        ("subject=1", [0, 3, 8, 9]),
        ("subject=1,10", [0, 2, 3, 8, 9]),
        (" subject = s04 , 2 ", [1, 4, 5]),
        ("subject=3", [6]),
        ("subject=03", [7]),
        ("subject=003", [6, 7]),
        ("subject=2-10", [1, 2, 5, 6, 7]),
        ('label="a, b"', [1, 3, 5, 7, 9]),
        ("subject=1;camera=0", [0, 3, 9]),
        ("id=c3,c1", [1, 3]),
        ("length=2", list(range(10))),
    ],
)
def test_conditions_choose_clips_in_their_order(
    made: SkeletonDataset, condition: str, chosen: list[int]
) -> None:
    assert select(made, condition).tolist() == chosen


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("subject", "'subject' is not a condition; write column=value,value"),
        ("subject=", "'subject=' is not a condition"),
        ("person=1", "unknown column 'person'"),
        ("subject=1,4", "no clip has subject '4'"),
        ("subject=so4", "no clip has subject 'so4'. Did you mean 's04'?"),
        ("subject=20-30", "no clip has subject '20-30'"),
        ("subject=10;camera=0", "fits 'subject=10;camera=0'"),
    ],
)
def test_a_condition_that_chooses_nothing_is_refused(
    made: SkeletonDataset, condition: str, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        select(made, condition)
    assert words in str(caught.value)


def test_a_named_split_is_read_from_the_folder(made: SkeletonDataset) -> None:
    split = named_split(made, "people")
    assert (split.train.tolist(), split.test.tolist()) == ([0, 2, 3, 8, 9], [1, 5, 6, 7])
    with pytest.raises(InputError, match=r"unknown split of .* 'poeple'\. Did you mean 'people'\?"):
        named_split(made, "poeple")


def test_a_split_that_shares_people_must_be_asked_for(made: SkeletonDataset) -> None:
    with pytest.raises(InputError, match="split 'view': 1 subjects are on both sides: 1"):
        named_split(made, "view")
    assert named_split(made, "view", shared_subjects=True).test.tolist() == [0, 6]


def test_an_ad_hoc_split_is_checked_too(made: SkeletonDataset) -> None:
    ones, twos, none = select(made, "subject=1"), select(made, "subject=2"), np.array([], np.int64)
    check_split(made, Split("mine", ones, twos))
    with pytest.raises(InputError, match="split 'mine': the test side is empty"):
        check_split(made, Split("mine", ones, none))
    with pytest.raises(InputError, match="split 'mine': clip 'c3' is on both sides"):
        check_split(made, Split("mine", ones, ones[1:2]), shared_subjects=True)
    with pytest.raises(InputError, match="1 subjects are on both sides: 1; test on other people"):
        check_split(made, Split("mine", ones[:1], ones[1:]))


@pytest.mark.parametrize("k", [2, 3, 6])
def test_folds_test_each_clip_once_and_never_a_known_person(made: SkeletonDataset, k: int) -> None:
    made_folds = folds(made, k, seed=3)
    assert sorted(np.concatenate([fold.test for fold in made_folds]).tolist()) == list(range(10))
    for fold in made_folds:
        check_split(made, fold)
        assert len(fold.train) + len(fold.test) == 10
    assert made_folds[0].name == f"fold 1/{k} by subject"


def test_folds_are_balanced_and_decided_by_seed(made: SkeletonDataset) -> None:
    def dealt(seed: int) -> list[list[int]]:
        return [fold.test.tolist() for fold in folds(made, 2, seed=seed)]

    largest = max(Counter(PEOPLE).values())
    for seed in range(20):
        sizes = [len(test) for test in dealt(seed)]
        assert max(sizes) - min(sizes) <= 1 < largest
    assert dealt(1) == dealt(1)
    assert len({str(dealt(seed)) for seed in range(20)}) > 1


@pytest.mark.parametrize("k", [0, 1, 7])
def test_folds_that_cannot_be_made_are_refused(made: SkeletonDataset, k: int) -> None:
    with pytest.raises(InputError, match=f"{k} folds by subject cannot be made from 6 values; give 2 to 6"):
        folds(made, k)
