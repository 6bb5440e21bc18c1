"""Nobody is on both sides of a fold, and targets are spread evenly."""

from __future__ import annotations

import numpy as np
import pytest

from mgllm.errors import InputError
from mgllm.records import Item
from mgllm.references.folds import DRAWS, FOLDS, MANY_ITEMS, MOST_GROUPS, deal_folds, two_sides


def test_each_draw_guesses_each_item_once_and_nobody_learns_from_oneself() -> None:
    rng = np.random.default_rng(0)
    person_N = np.concatenate([np.arange(20), rng.integers(20, size=30)])
    target_N = rng.integers(2, size=50)
    folding = deal_folds(target_N, person_N, seed=0)
    assert len(folding.draws) == DRAWS
    for folds in folding.draws:
        assert sorted(np.concatenate([fold.test_M for fold in folds]).tolist()) == list(range(50))
        for fold in folds:
            assert not set(person_N[fold.train_T]) & set(person_N[fold.test_M])
            assert len(fold.train_T) + len(fold.test_M) == 50
    assert folding.groups == 20
    assert folding.group_N.tolist() == person_N.tolist()


def test_people_with_like_targets_are_spread_evenly() -> None:
    target_N, person_N = np.arange(40) % 2, np.arange(40)
    for folds in deal_folds(target_N, person_N, seed=3).draws:
        assert [int(target_N[fold.test_M].sum()) for fold in folds] == [4] * FOLDS


def test_draws_differ_and_a_seed_gives_them_again() -> None:
    target_N, person_N = np.arange(40) % 2, np.arange(40)

    def first(seed: int) -> list[list[int]]:
        return [folds[0].test_M.tolist() for folds in deal_folds(target_N, person_N, seed).draws]

    assert first(1) == first(1)
    assert first(1) != first(2)
    assert len({tuple(sorted(one)) for one in first(1)}) > DRAWS / 2


def test_few_people_of_a_label_make_fewer_folds_and_one_is_refused() -> None:
    target_N, person_N = np.array([1, 1, 0, 0, 0, 0]), np.arange(6)
    assert len(deal_folds(target_N, person_N, 0).draws[0]) == 2
    with pytest.raises(InputError, match="only one person has one of the targets"):
        deal_folds(np.array([1, 1, 0, 0]), np.array([0, 0, 1, 2]), 0)


def test_many_people_are_left_out_in_groups_and_many_items_drawn_once() -> None:
    people = MANY_ITEMS + 2
    folding = deal_folds(np.arange(people) % 2, np.arange(people), 0)
    assert len(folding.draws) == 1
    assert folding.groups == MOST_GROUPS
    assert set(np.bincount(folding.group_N)) <= {people // MOST_GROUPS, people // MOST_GROUPS + 1}


def items_with(*rows: tuple[str, str, object]) -> list[Item]:
    return [
        Item(id=f"i{n}", subject=who, target=target, covariates={"part": side})
        for n, (who, target, side) in enumerate(rows)
    ]


ROWS = [
    ("a", "win", "Train"),
    ("b", "lose", "train"),
    ("a", "win", "test"),
    ("c", "lose", "test"),
    ("d", "win", "-"),
]


def test_a_column_says_who_is_learned_from() -> None:
    items = items_with(*ROWS)
    folding = two_sides(items, "part", np.array([1, 0, 1, 0, 1]), np.array([0, 1, 0, 2, 3]), 0)
    ((fold,),) = folding.draws
    assert (fold.train_T.tolist(), fold.test_M.tolist()) == ([0, 1], [2, 3])
    assert folding.shared == 1
    assert folding.group_N.tolist() == [0, -1, 0, 1, -1]


@pytest.mark.parametrize(
    ("column", "rows", "words"),
    [
        ("prat", ROWS, r"unknown covariate 'prat'\. Did you mean 'part'\?"),
        ("part", ROWS[:2], r"no item has the value 'test' there \(its values: Train, train\)"),
        ("part", ROWS[:3], "not every target is among the items of 'test'"),
    ],
)
def test_a_column_that_cannot_divide_is_refused(
    column: str, rows: list[tuple[str, str, object]], words: str
) -> None:
    target_N = np.array([row[1] == "win" for row in rows], np.int64)
    with pytest.raises(InputError, match=words):
        two_sides(items_with(*rows), column, target_N, np.arange(len(rows)), 0)
