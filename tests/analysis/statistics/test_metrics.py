"""Metrics against scikit-learn, and leaving a subject out against leaving its rows out."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, roc_auc_score

from mgllm.analysis.metric import Metric, Sample, known_metrics
from mgllm.analysis.statistics.auc import Auc

BY_NAME = {metric.name: metric for metric in known_metrics()}


def random_sample(seed: int, *, subjects: int, labels: int, ties: bool = False, whole: bool = True) -> Sample:
    rng = np.random.default_rng(seed)
    subject = np.sort(np.concatenate([np.arange(subjects), rng.integers(0, subjects, 4 * subjects)]))
    n = len(subject)
    logits = rng.normal(size=(n, labels)).round(0 if ties else 9)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    shares = np.eye(labels)[rng.integers(0, labels, n)]
    if not whole:
        shares = (shares + np.eye(labels)[rng.integers(0, labels, n)]) / 2
    target = rng.permutation(np.arange(n) % labels)
    return Sample(subject, target, shares, probabilities.round(12), rng.normal(size=n))


def without(sample: Sample, subject: int) -> Sample:
    kept = sample.subject_N != subject
    codes = np.unique(sample.subject_N[kept], return_inverse=True)[1]
    return Sample(
        codes,
        sample.target_N[kept],
        sample.shares_NL[kept],
        sample.probabilities_NL[kept],
        sample.log_odds_N[kept],
    )


def slow_auc(sample: Sample) -> float:
    each = []
    for label in np.unique(sample.target_N):
        score, right = sample.probabilities_NL[:, label], sample.target_N == label
        wins = [(a > b) + (a == b) / 2 for a in score[right] for b in score[~right]]
        each.append(np.mean(wins))
    return float(np.mean(each))


@pytest.mark.parametrize("labels", [2, 3, 5])
@pytest.mark.parametrize("seed", range(3))
def test_whole_answers_agree_with_scikit_learn(seed: int, labels: int) -> None:
    sample = random_sample(seed, subjects=12, labels=labels)
    target, answer = sample.target_N, sample.shares_NL.argmax(axis=1)
    found = {name: metric.replicates(sample)[0] for name, metric in BY_NAME.items()}
    assert found["accuracy"] == pytest.approx(accuracy_score(target, answer))
    assert found["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(target, answer))
    assert found["macro_f1"] == pytest.approx(
        f1_score(target, answer, average="macro", labels=np.unique(target))
    )
    each = [roc_auc_score(target == label, sample.probabilities_NL[:, label]) for label in range(labels)]
    assert found["auc"] == pytest.approx(np.mean(each))
    assert found["log_odds"] == pytest.approx(sample.log_odds_N.mean())


def test_divided_answers_weigh_by_their_shares() -> None:
    sample = random_sample(1, subjects=9, labels=3, whole=False)
    items, answers = np.nonzero(sample.shares_NL)
    weights = sample.shares_NL[items, answers]
    target = sample.target_N[items]
    for name, slow in (
        ("accuracy", accuracy_score(target, answers, sample_weight=weights)),
        ("balanced_accuracy", balanced_accuracy_score(target, answers, sample_weight=weights)),
        ("macro_f1", f1_score(target, answers, average="macro", sample_weight=weights)),
    ):
        assert BY_NAME[name].replicates(sample)[0] == pytest.approx(slow)


def test_labels_that_are_no_target_count_as_wrong_answers_alone() -> None:
    sample = random_sample(2, subjects=10, labels=4)
    sample = Sample(
        sample.subject_N,
        sample.target_N % 2,
        sample.shares_NL,
        sample.probabilities_NL,
        sample.log_odds_N,
    )
    answer = sample.shares_NL.argmax(axis=1)
    f1 = f1_score(sample.target_N, answer, average="macro", labels=[0, 1])
    assert BY_NAME["macro_f1"].replicates(sample)[0] == pytest.approx(f1)
    recalls = [np.mean(answer[sample.target_N == label] == label) for label in (0, 1)]
    assert BY_NAME["balanced_accuracy"].replicates(sample)[0] == pytest.approx(np.mean(recalls))


@pytest.mark.parametrize("metric", known_metrics(), ids=lambda metric: metric.name)
@pytest.mark.parametrize("labels", [2, 3])
@pytest.mark.parametrize("ties", [False, True])
def test_a_subject_left_out_is_its_items_left_out(metric: Metric, labels: int, ties: bool) -> None:
    sample = random_sample(3, subjects=8, labels=labels, ties=ties, whole=False)
    fast = metric.replicates(sample)
    slow = [metric.replicates(without(sample, subject))[0] for subject in range(8)]
    assert fast[1:] == pytest.approx(slow)


@pytest.mark.parametrize("ties", [False, True])
def test_auc_is_the_share_of_pairs_in_order(ties: bool) -> None:
    sample = random_sample(4, subjects=7, labels=3, ties=ties)
    assert Auc().replicates(sample)[0] == pytest.approx(slow_auc(sample))


def test_auc_of_two_labels_is_the_ordinary_one() -> None:
    sample = random_sample(5, subjects=10, labels=2)
    ordinary = roc_auc_score(sample.target_N, sample.probabilities_NL[:, 1])
    assert Auc().replicates(sample)[0] == pytest.approx(ordinary)


def test_auc_is_undefined_with_one_class() -> None:
    sample = random_sample(6, subjects=4, labels=2)
    one = Sample(
        sample.subject_N,
        np.zeros_like(sample.target_N),
        sample.shares_NL,
        sample.probabilities_NL,
        sample.log_odds_N,
    )
    assert np.isnan(Auc().replicates(one)).all()


@pytest.mark.parametrize("name", ["balanced_accuracy", "macro_f1", "auc"])
def test_a_label_lost_with_its_only_subject_leaves_the_metric_undefined(name: str) -> None:
    rng = np.random.default_rng(0)
    subject = np.array([0, 0, 1, 1, 2, 2])
    target = np.array([0, 1, 0, 1, 2, 0])
    probabilities = rng.dirichlet([1, 1, 1], 6)
    sample = Sample(subject, target, np.eye(3)[[0, 1, 1, 1, 2, 0]], probabilities, rng.normal(size=6))
    found = BY_NAME[name].replicates(sample)
    assert np.isfinite(found[0])
    assert np.isfinite(found[1:3]).all()
    assert np.isnan(found[3])
