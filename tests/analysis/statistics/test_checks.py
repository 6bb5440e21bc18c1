"""Sign flips, BCa and McNemar against scipy and statsmodels."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import scipy.stats
from statsmodels.stats.contingency_tables import mcnemar

from mgllm.analysis.statistics import checks


@pytest.mark.parametrize(("b", "c"), [(15, 5), (18, 8), (3, 3), (0, 4), (1, 0), (7, 8)])
def test_mcnemar_is_the_exact_test(b: int, c: int) -> None:
    found = checks.mcnemar_p(b, c)
    assert found == pytest.approx(mcnemar([[5, b], [c, 5]], exact=True).pvalue)
    assert found == pytest.approx(scipy.stats.binomtest(b, b + c, 0.5).pvalue)


def test_mcnemar_without_discordant_pairs_has_no_p() -> None:
    assert checks.mcnemar_p(0, 0) is None


@pytest.mark.parametrize("subjects", [1, 2, 3, 8, 12])
def test_few_subjects_flip_through_every_pattern(subjects: int) -> None:
    differences = np.random.default_rng(subjects).integers(-3, 4, subjects).astype(float)
    sums = [abs(np.dot(signs, differences)) for signs in product([-1, 1], repeat=subjects)]
    slow = np.mean([total >= abs(differences.sum()) for total in sums])
    assert checks.sign_flip_p(differences[:, None]) == [pytest.approx(slow)]
    if subjects > 1:
        theirs = scipy.stats.permutation_test(
            (differences,), np.sum, permutation_type="samples", n_resamples=np.inf
        )
        assert slow == pytest.approx(theirs.pvalue)


@pytest.mark.parametrize("subjects", [25, 32])
def test_patterns_of_two_halves_are_all_patterns(subjects: int) -> None:
    """Whole numbers, for which the sums' distribution is a product of polynomials."""
    whole = np.random.default_rng(subjects).integers(-6, 9, subjects)
    ways = np.ones(1, dtype=object)  # of sums from −Σ|d| in steps of one, as Python's exact integers
    for size in np.abs(whole):
        ways = np.convolve(ways, np.array([1, *[0] * (2 * int(size) - 1), 1] if size else [2], dtype=object))
    sums = np.arange(len(ways)) - np.abs(whole).sum()
    exact = sum(int(w) for w, total in zip(ways, sums, strict=True) if abs(total) >= abs(whole.sum()))
    assert checks.sign_flip_p(whole[:, None].astype(float)) == [pytest.approx(exact / 2**subjects)]
    assert checks.flips_exactly(whole.astype(float))


def test_beyond_thirty_two_differing_subjects_signs_are_drawn() -> None:
    assert checks.flips_exactly(np.concatenate([np.ones(32), np.zeros(70)]))
    assert not checks.flips_exactly(np.ones(33))


def test_many_subjects_are_drawn_and_agree_with_scipy() -> None:
    differences = np.random.default_rng(5).normal(0.15, 1, (60, 3))
    found = checks.sign_flip_p(differences)
    for mine, column in zip(found, differences.T, strict=True):
        theirs = scipy.stats.permutation_test(
            (column,), np.sum, permutation_type="samples", n_resamples=20_000, rng=1
        )
        assert mine == pytest.approx(theirs.pvalue, abs=0.02)
    assert found == checks.sign_flip_p(differences)


def test_subjects_without_a_difference_do_not_matter() -> None:
    differences = np.array([1.0, 2.0, -0.5, 3.0, 1.5])
    padded = np.concatenate([differences, np.zeros(50)])
    assert checks.sign_flip_p(padded[:, None]) == checks.sign_flip_p(differences[:, None])
    assert checks.sign_flip_p(np.zeros((20, 1))) == [1.0]


@pytest.mark.parametrize("subjects", [40, 150])
def test_bca_is_scipys(subjects: int) -> None:
    rng = np.random.default_rng(subjects)
    sums = np.stack([rng.exponential(1, subjects) - 0.8, rng.integers(1, 6, subjects)], axis=1)
    drawn = checks.resampled_sums(sums)
    value = drawn[:, 0] / drawn[:, 1]
    total = sums.sum(axis=0)
    rest = total - sums
    known = np.concatenate([[total[0] / total[1]], rest[:, 0] / rest[:, 1]])

    def ratio(x: np.ndarray, n: np.ndarray, axis: int) -> np.ndarray:
        return np.asarray(x.sum(axis=axis) / n.sum(axis=axis))

    class Drawn:
        bootstrap_distribution = value

    theirs = scipy.stats.bootstrap(
        (sums[:, 0], sums[:, 1]),
        ratio,
        paired=True,
        vectorized=True,
        n_resamples=0,
        method="BCa",
        bootstrap_result=Drawn,
    ).confidence_interval
    assert checks.bca_interval(known, value) == pytest.approx((theirs.low, theirs.high))
    fresh = scipy.stats.bootstrap(
        (sums[:, 0], sums[:, 1]), ratio, paired=True, vectorized=True, method="BCa", rng=1
    ).confidence_interval
    assert checks.bca_interval(known, value) == pytest.approx((fresh.low, fresh.high), abs=0.02)


def test_resamples_are_whole_subjects_and_the_same_each_time() -> None:
    sums = np.stack([np.arange(50.0), np.ones(50)], axis=1)
    drawn = checks.resampled_sums(sums)
    assert drawn.shape == (10_000, 2)
    assert set(drawn[:, 1]) == {50.0}
    assert drawn[:, 0].mean() == pytest.approx(sums[:, 0].sum(), rel=0.01)
    assert drawn[:, 0].std() == pytest.approx(np.sqrt(50) * sums[:, 0].std(), rel=0.05)
    assert np.array_equal(drawn, checks.resampled_sums(sums))
    assert len(checks.resampled_sums(np.ones((60_000, 1)))) == 2_000


def test_bca_is_undefined_where_nothing_varies_or_a_draw_is_undefined() -> None:
    flat = np.full(41, 0.5)
    assert checks.bca_interval(flat, np.full(100, 0.5)) is None
    known = np.linspace(0, 1, 41)
    assert checks.bca_interval(known, np.array([0.1, np.nan, 0.3])) is None


def test_draws_kept_from_one_contrast_to_the_next_are_those_drawn_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(6)
    sums, differences = rng.normal(size=(150, 3)), rng.normal(size=(150, 2))
    kept = checks.resampled_sums(sums), checks.sign_flip_p(differences)
    assert np.array_equal(checks.resampled_sums(sums), kept[0])
    monkeypatch.setattr(checks, "KEPT", 0)
    assert np.array_equal(checks.resampled_sums(sums), kept[0])
    assert checks.sign_flip_p(differences) == kept[1]


def test_what_is_kept_is_bounded() -> None:
    for subjects in (1_000, 2_000, 9_000):
        assert checks.resampled_sums(np.ones((subjects, 1))).shape[0] >= 2_000
        assert checks.sign_flip_p(np.ones((subjects, 1))) == [pytest.approx(1e-4, rel=1e-3)]
    assert checks._kept_counts.cache_info().currsize <= 2
    assert checks._kept_signs.cache_info().currsize <= 1
    assert checks.resampled_sums(np.ones((50, 1)), 123).shape == (123, 1)
