"""The interval against the classic formulas and a slow jackknife."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.stats

from mgllm.analysis.statistics.jackknife import clusters, detectable_in_se, jackknife, weakest


def replicates(differences: np.ndarray, subject: np.ndarray) -> np.ndarray:
    """The mean, then the mean without each subject."""
    rest = [differences[subject != s].mean() for s in range(subject.max() + 1)]
    return np.array([differences.mean(), *rest])


@pytest.mark.parametrize("n", [10, 57])
def test_one_item_per_subject_is_the_paired_t_test(n: int) -> None:
    differences = np.random.default_rng(n).normal(0.2, 1, n)
    subject = np.arange(n)
    found = jackknife(replicates(differences, subject), clusters(subject))
    classic = scipy.stats.ttest_1samp(differences, 0)
    assert found.se == pytest.approx(differences.std(ddof=1) / np.sqrt(n))
    assert found.p == pytest.approx(classic.pvalue)
    assert found.interval == pytest.approx(tuple(classic.confidence_interval(0.95)))


def test_equal_clusters_are_a_t_test_of_their_means() -> None:
    differences = np.random.default_rng(1).normal(size=60)
    subject = np.repeat(np.arange(12), 5)
    found = jackknife(replicates(differences, subject), clusters(subject))
    classic = scipy.stats.ttest_1samp(differences.reshape(12, 5).mean(axis=1), 0)
    assert found.p == pytest.approx(classic.pvalue)


def test_unequal_clusters_follow_the_formula() -> None:
    rng = np.random.default_rng(2)
    subject = np.sort(np.concatenate([np.arange(9), rng.integers(0, 9, 30)]))
    differences = rng.normal(size=len(subject))
    over = clusters(subject)
    sizes = [int((subject == s).sum()) for s in range(9)]
    effective = sum(sizes) ** 2 / sum(size**2 for size in sizes)
    assert (over.n, over.subjects, over.largest) == (39, 9, max(sizes))
    assert over.effective == pytest.approx(effective)
    theta = replicates(differences, subject)
    se = np.sqrt(8 / 9 * sum((x - theta[1:].mean()) ** 2 for x in theta[1:]))
    found = jackknife(theta, over)
    t = scipy.stats.t(effective - 1)
    assert found.se == pytest.approx(se)
    assert found.p == pytest.approx(2 * t.sf(abs(theta[0]) / se))
    half = t.ppf(0.975) * se
    assert found.interval == pytest.approx((theta[0] - half, theta[0] + half))


@pytest.mark.parametrize(
    ("subjects", "interval", "flag"),
    [
        (1, False, "no interval: one subject"),
        (4, False, "no interval: 4.0 effective subjects"),
        (5, True, "few subjects: 5.0 effective"),
        (9, True, "few subjects: 9.0 effective"),
        (10, True, None),
    ],
)
def test_few_subjects_are_said_or_refused(subjects: int, interval: bool, flag: str | None) -> None:
    subject = np.repeat(np.arange(subjects), 2)
    differences = np.random.default_rng(3).normal(size=len(subject))
    theta = replicates(differences, subject) if subjects > 1 else np.array([0.5, np.nan])
    found = jackknife(theta, clusters(subject))
    assert (found.interval is not None, found.p is not None, found.flag) == (interval, interval, flag)


def test_subjects_that_all_agree_give_no_interval() -> None:
    found = jackknife(np.full(13, 0.5), clusters(np.arange(12)))
    assert (found.value, found.se, found.interval, found.p) == (0.5, None, None, None)
    assert found.flag == "no interval: no variation between subjects"


def test_an_undefined_replicate_gives_no_interval() -> None:
    theta = np.array([0.4, *np.linspace(0.3, 0.5, 11), np.nan])
    found = jackknife(theta, clusters(np.arange(12)))
    assert (found.value, found.interval) == (0.4, None)
    assert found.flag == "no interval: only one subject has a label"


def test_a_label_of_few_people_sets_the_degrees_of_freedom() -> None:
    """Six of 20 people hold the label, one of them with five of its ten items: 100 / 30 effective ones."""
    subject = np.repeat(np.arange(20), 5)
    target = np.zeros(100, np.int64)
    target[[0, 1, 2, 3, 4, 5, 10, 15, 20, 25]] = 1
    found = weakest(clusters(subject), subject, target, ("truthful", "deceptive"))
    assert found.words == "label 'deceptive' has 3.3 effective subjects"
    theta = np.random.default_rng(4).normal(0.3, 0.02, 21)
    few = jackknife(theta, clusters(subject), found)
    assert (few.interval, few.p, few.df) == (None, None, None)
    assert few.flag == "no interval: label 'deceptive' has 3.3 effective subjects"
    enough = jackknife(theta, clusters(subject), replace(found, effective=7.4))
    assert enough.df == pytest.approx(6.4)
    assert enough.flag == "few subjects: label 'deceptive' has 7.4 effective"
    assert enough.se is not None
    assert enough.p == pytest.approx(2 * scipy.stats.t(6.4).sf(abs(theta[0]) / enough.se))
    half = scipy.stats.t(6.4).ppf(0.975) * enough.se
    assert enough.interval == pytest.approx((theta[0] - half, theta[0] + half))


def test_no_label_is_named_where_all_people_are_few() -> None:
    subject, target = np.repeat(np.arange(6), 2), np.tile([0, 1], 6)
    assert weakest(clusters(subject), subject, target, ("a", "b")).words == "6.0 effective subjects"
    three = np.tile([0, 1, 2], 4)
    both = weakest(clusters(subject), subject, three, ("c", "b"))
    assert both.words == "labels '2' and 'b' and 'c' have 4.0 effective subjects"


@pytest.mark.parametrize(("people", "wanted"), [(5, 3.76), (10, 3.15), (16.8, 2.99), (40, 2.87), (1e5, 2.80)])
def test_the_detectable_effect_is_found_in_four_of_five_experiments(people: float, wanted: float) -> None:
    size = detectable_in_se(people - 1)
    assert size == pytest.approx(wanted, abs=0.005)
    if people < 1000:  # scipy's noncentral t loses its digits beyond
        edge = scipy.stats.t(people - 1).ppf(0.975)
        theirs = scipy.stats.nct(people - 1, size)
        assert theirs.sf(edge) + theirs.cdf(-edge) == pytest.approx(0.8, abs=1e-4)


def test_without_an_interval_nothing_is_detectable() -> None:
    assert jackknife(np.full(13, 0.5), clusters(np.arange(12))).detectable is None
    few = jackknife(np.array([0.5, 0.4, 0.6, 0.5, 0.5]), clusters(np.arange(4)))
    assert few.se is not None
    assert few.detectable is None
