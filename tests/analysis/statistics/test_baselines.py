"""The baseline from one covariate, against a slow version and on sets whose answer is known."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from mgllm.analysis.statistics.baselines import covariate_baseline
from mgllm.datasets.base import ImportedItems, datasets
from mgllm.errors import InputError
from mgllm.records import Item


def items_of(rows: list[tuple[str, str | None, str | None]]) -> list[Item]:
    return [
        Item(id=f"i{n}", subject=subject, target=target, covariates={} if sex is None else {"sex": sex})
        for n, (subject, sex, target) in enumerate(rows)
    ]


def slow_accuracy(rows: list[tuple[str, str | None, str | None]]) -> float:
    right = 0
    for subject, sex, target in rows:
        others = [(s, t) for who, s, t in rows if who != subject]
        targets = sorted({str(t) for _, t in others})
        overall = [sum(t == label for _, t in others) for label in targets]
        same = [sum(t == label and s == sex for s, t in others) for label in targets]
        best, score = "", (-1, -1)
        for label, pair in zip(targets, zip(same, overall, strict=True), strict=True):
            if pair > score:
                best, score = label, pair
        right += best == target
    return right / len(rows)


@pytest.mark.parametrize("seed", range(20))
def test_accuracy_equals_a_slow_version(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows: list[tuple[str, str | None, str | None]] = [
        (f"s{rng.integers(6)}", str(rng.choice(["F", "M", "X"])), str(rng.choice(["a", "b", "c"])))
        for _ in range(int(rng.integers(8, 30)))
    ]
    result = covariate_baseline(items_of(rows))
    assert result.accuracy == pytest.approx(slow_accuracy(rows))
    assert result.in_sample >= result.majority


def test_a_covariate_that_is_the_target_is_always_right() -> None:
    rows: list[tuple[str, str | None, str | None]] = [
        (f"s{n}", "FM"[n % 2], ["win", "lose"][n % 2]) for n in range(10)
    ]
    result = covariate_baseline(items_of(rows))
    assert (result.accuracy, result.in_sample, result.majority) == (1, 1, 0.5)
    assert result.interval is None
    assert (result.n, result.subjects, result.effective_subjects, result.largest_cluster) == (10, 10, 10, 1)


def test_a_persons_own_items_never_teach_the_guess() -> None:
    """Each person has a value and a target of their own: perfect in sample, hopeless out of it."""
    rows: list[tuple[str, str | None, str | None]] = [
        (f"s{n}", f"v{n}", ["win", "lose"][n % 2]) for n in range(8) for _ in range(3)
    ]
    result = covariate_baseline(items_of(rows))
    assert (result.in_sample, result.accuracy) == (1, 0)


def test_items_without_target_or_covariate_are_left_out_and_counted() -> None:
    rows: list[tuple[str, str | None, str | None]] = [
        ("s", "F", "win"),
        ("t", "F", "win"),
        ("u", None, "win"),
    ]
    result = covariate_baseline(items_of([*rows, ("v", "F", None)]))
    assert (result.n, result.left_out, result.accuracy) == (2, 2, 1)


def test_what_has_no_baseline_is_said() -> None:
    with pytest.raises(InputError, match=r"unknown covariate 'sxe'\. Did you mean 'sex'\?"):
        covariate_baseline(items_of([("s", "F", "win")]), "sxe")
    with pytest.raises(InputError, match="at least two subjects"):
        covariate_baseline(items_of([("s", "F", "win"), ("s", "M", "lose")]))


def test_the_real_life_trial_set_is_told_by_sex(request: pytest.FixtureRequest) -> None:
    root = Path(os.environ.get("MGLLM_TEST_DATA", request.config.rootpath.parent / "shared" / "data"))
    if not (root / "rltd" / "Annotation").is_dir():
        pytest.skip(f"the Real-life Trial set is not in {root}; MGLLM_TEST_DATA names another folder")
    imported = datasets.get("rltd")().read(root / "rltd")
    assert isinstance(imported, ImportedItems)
    result = covariate_baseline(imported.items)
    assert round(result.in_sample, 3) == 0.678
    assert round(result.effective_subjects, 1) == 16.8
    assert (result.n, result.subjects, result.largest_cluster) == (121, 56, 21)
    assert result.interval is not None
    assert result.interval[0] < result.accuracy < result.interval[1]
