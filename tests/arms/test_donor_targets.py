"""Donor targets: tables that round independence, and subjects that allow them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from mgllm.arms.donor_targets import (
    dominant_subject,
    draw_table,
    draw_targets,
    nearest_possible_targets,
    nearest_table,
    table_within_one,
)


def expected_of(
    target_N: NDArray[np.int64],
) -> NDArray[np.float64]:
    sizes = np.bincount(target_N).astype(np.float64)
    return np.outer(sizes, sizes) / len(target_N)


def table(rows: NDArray[np.int64], columns: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    cells = np.zeros((size, size), dtype=np.int64)
    np.add.at(cells, (rows, columns), 1)
    return cells


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=6).filter(any), st.integers(0, 99))
def test_drawn_tables_round_each_cell_and_keep_all_margins(sizes: list[int], seed: int) -> None:
    target_N = np.unique(np.repeat(np.arange(len(sizes)), sizes), return_inverse=True)[1].astype(np.int64)
    expected_CC = expected_of(target_N)
    rng = np.random.default_rng(seed)
    for make, most in ((draw_table, 1 - 1e-9), (nearest_table, 1 - 1e-9), (table_within_one, 1 + 1e-9)):
        wanted_N = draw_targets(target_N, make(expected_CC, rng), rng)
        table_CC = table(target_N, wanted_N, len(expected_CC))
        assert (np.abs(table_CC - expected_CC) <= most).all()
        assert (table_CC.sum(axis=0) == np.bincount(target_N)).all()
        assert (table_CC.sum(axis=1) == np.bincount(target_N)).all()


@pytest.mark.parametrize(
    "sizes", [[6, 4], [61, 60], [9, 1], [5, 3, 3], [7, 2, 1], [18, 1, 1], [4, 4, 4, 2, 1], [3, 3]]
)
def test_cells_are_rounded_up_as_often_as_their_fraction_says(sizes: list[int]) -> None:
    expected_CC = expected_of(np.repeat(np.arange(len(sizes)), sizes))
    draws = [draw_table(expected_CC, np.random.default_rng(seed)) for seed in range(2000)]
    part_CC = expected_CC - np.floor(expected_CC + 1e-9)
    error_CC = np.sqrt(part_CC * (1 - part_CC) / len(draws))
    assert (np.abs(np.mean(draws, axis=0) - expected_CC) <= 5 * error_CC + 1e-6).all()


def test_by_the_first_rules_two_targets_are_rounded_to_the_nearest() -> None:
    target_N = np.repeat([0, 1], [61, 60]).astype(np.int64)  # expected 30.75, 30.25, 30.25, 29.75
    for seed in range(20):
        made = nearest_table(expected_of(target_N), np.random.default_rng(seed))
        assert made.tolist() == [[31, 30], [30, 30]]


def test_which_items_get_which_target_is_by_chance() -> None:
    target_N = np.repeat([0, 1], 20).astype(np.int64)
    draws = [
        draw_targets(target_N, np.array([[10, 10], [10, 10]]), np.random.default_rng(seed))
        for seed in range(400)
    ]
    share_N = np.mean(draws, axis=0)
    assert (np.abs(share_N - 0.5) < 0.15).all()  # six standard errors


@pytest.mark.parametrize(("subjects", "found"), [([0, 0, 1], 0), ([0, 1, 1, 1], 1), ([0, 0, 1, 1], None)])
def test_dominant_subject(subjects: list[int], found: int | None) -> None:
    assert dominant_subject(np.array(subjects)) == found


def test_an_impossible_draw_is_moved_as_little_as_subjects_demand() -> None:
    # subject 0 holds all four items of target 0; within cell (0, 0) it could only take from itself
    subject_N = np.array([0, 0, 0, 0, 1, 2, 3, 4])
    target_N = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    drawn_N = np.array([0, 0, 1, 1, 0, 0, 1, 1])
    found_N = nearest_possible_targets(
        subject_N, target_N, expected_of(target_N), drawn_N, np.random.default_rng(0)
    )
    assert found_N.tolist() == [1, 1, 1, 1, 0, 0, 0, 0]


def test_a_possible_draw_keeps_its_numbers() -> None:
    subject_N = np.arange(8)
    target_N = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    drawn_N = np.array([0, 1, 0, 1, 0, 0, 1, 1])
    found_N = nearest_possible_targets(
        subject_N, target_N, expected_of(target_N), drawn_N, np.random.default_rng(0)
    )
    assert (found_N == drawn_N).all()


def test_the_only_item_of_a_target_is_not_its_own_donor() -> None:
    subject_N, target_N = np.array([0, 0, 0]), np.array([0, 1, 1])
    found_N = nearest_possible_targets(
        subject_N, target_N, expected_of(target_N), target_N, np.random.default_rng(0)
    )
    assert found_N[0] == 1
    assert sorted(found_N[1:]) == [0, 1]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), min_size=2, max_size=14), st.integers(0, 99))
def test_donors_exist_for_what_is_called_possible(items: list[tuple[int, int]], seed: int) -> None:
    subject_N, target_N = (
        np.unique(codes, return_inverse=True)[1].astype(np.int64) for codes in zip(*items, strict=True)
    )
    rng = np.random.default_rng(seed)
    drawn_N = draw_targets(target_N, draw_table(expected_of(target_N), rng), rng)
    found_N = nearest_possible_targets(subject_N, target_N, expected_of(target_N), drawn_N, rng)
    unwanted_NN = found_N[:, None] != target_N[None, :]
    same_NN = subject_N[:, None] == subject_N[None, :]
    if (dominant := dominant_subject(subject_N)) is not None:
        same_NN = (subject_N != dominant)[:, None] & (subject_N != dominant)[None, :]
    forbidden_NN = unwanted_NN | same_NN | np.eye(len(items), dtype=bool)
    rows, columns = linear_sum_assignment(forbidden_NN.astype(float))
    assert not forbidden_NN[rows, columns].any()
