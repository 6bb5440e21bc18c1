"""AUC over resampled subjects, against scikit-learn on items that are truly drawn again."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import bootstrap
from sklearn.metrics import roc_auc_score

from mgllm.analysis import RunRecords, summarise
from mgllm.analysis.metric import Sample
from mgllm.analysis.statistics import auc
from mgllm.analysis.statistics.auc import Auc, resampled_auc
from mgllm.analysis.statistics.checks import drawn_counts

MakeRun = Callable[..., RunRecords]


def made(seed: int, labels: int, *, items: int = 150, subjects: int = 40, digits: int = 9) -> Sample:
    """Random items of subjects of different sizes; few digits make ties."""
    rng = np.random.default_rng(seed)
    target_N = rng.integers(0, labels, items)
    p_NL = rng.dirichlet(np.ones(labels), items) + 0.3 * np.eye(labels)[target_N]
    p_NL = np.round(p_NL / p_NL.sum(axis=1, keepdims=True), digits)
    if labels == 2:
        p_NL[:, 1] = 1 - p_NL[:, 0]
    owner_N = np.concatenate([np.arange(subjects), rng.integers(0, subjects // 2, items - subjects)])
    return Sample(owner_N, target_N, p_NL, p_NL, np.zeros(items))


def by_hand(sample: Sample, counts_S: np.ndarray) -> float:
    """Repeat each item as often as its subject was drawn; mean of one-vs-rest over the true labels."""
    again_N = np.repeat(np.arange(len(sample.subject_N)), counts_S[sample.subject_N])
    target_N, p_NL = sample.target_N[again_N], sample.probabilities_NL[again_N]
    each = [roc_auc_score(target_N == label, p_NL[:, label]) for label in np.unique(sample.target_N)]
    return float(np.mean(each))


@pytest.mark.parametrize("labels", [2, 3, 8])
@pytest.mark.parametrize("digits", [9, 1])
def test_each_resample_is_that_of_its_items(labels: int, digits: int) -> None:
    sample = made(labels, labels, digits=digits)
    counts_RS = np.concatenate(list(drawn_counts(40, 10_000, at_once=1)))
    found = resampled_auc(sample)
    assert len(found) == len(counts_RS) == 10_000
    assert set(counts_RS.sum(axis=1)) == {40}
    for draw in (*range(20), 5_000, 9_999):
        assert found[draw] == pytest.approx(by_hand(sample, counts_RS[draw]), abs=1e-12)


def test_every_subject_once_is_the_auc_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = made(1, 3)
    monkeypatch.setattr(auc, "drawn_counts", lambda *_, **__: iter([np.ones((2, 40), int)]))
    auc._resampled.cache_clear()
    assert resampled_auc(sample) == pytest.approx(np.repeat(Auc().replicates(sample)[0], 2))
    auc._resampled.cache_clear()


def test_two_labels_need_one_ranking_unless_they_rank_otherwise() -> None:
    sample = made(2, 2)
    assert len(auc._rankings(sample.probabilities_NL, sample.target_N, sample.subject_N)) == 1
    odd = sample.probabilities_NL.copy()
    odd[0] = (0.2, 0.3)  # a label outside the top k: the two do not sum to 1
    assert len(auc._rankings(odd, sample.target_N, sample.subject_N)) == 2


def test_blocks_are_the_same_draws_however_many_at_once() -> None:
    one, other = (np.concatenate(list(drawn_counts(300, 2_500, at_once=n))) for n in (1, 999))
    assert one.shape == (2_500, 300)
    assert np.array_equal(one, other)


def test_large_samples_are_drawn_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auc, "WORK", 150 * 8 * 2_300)
    assert len(resampled_auc(made(5, 8))) == 2_300
    monkeypatch.setattr(auc, "WORK", 1)
    assert len(resampled_auc(made(6, 8))) == 2_000


def test_a_resample_without_a_label_is_undefined() -> None:
    sample = made(3, 2)
    alone = sample.subject_N == 39  # the only person of whom the label is true
    found = resampled_auc(Sample(sample.subject_N, alone.astype(int), *(sample.probabilities_NL,) * 2, alone))
    assert np.isnan(found).mean() == pytest.approx(np.exp(-1), abs=0.03)


def test_an_effect_of_auc_has_the_bca_interval_of_scipy(random_run: MakeRun) -> None:
    run = random_run(5, sizes=(2,) * 50)
    effect = next(e for e in summarise([run]).effects if (e.metric, e.arm) == ("auc", "text+mg"))
    arms = {arm: {r.item: r for r in run.records if r.arm == arm} for arm in ("text", "text+mg")}
    owners = {r.item: r.subject for r in run.records}
    subjects = sorted(set(owners.values()))

    def difference(drawn: np.ndarray) -> float:
        items = [item for n in drawn.astype(int) for item in owners if owners[item] == subjects[n]]
        two = [
            roc_auc_score(
                [arms[arm][item].target == "win" for item in items],
                [(arms[arm][item].probabilities or {})["win"] for item in items],
            )
            for arm in ("text+mg", "text")
        ]
        return float(two[0] - two[1])

    theirs = bootstrap(
        (np.arange(50),), difference, vectorized=False, n_resamples=600, method="BCa", rng=1
    ).confidence_interval
    assert effect.bca_interval == pytest.approx((theirs.low, theirs.high), abs=0.03)
    assert effect.bca_interval == pytest.approx(effect.interval, abs=0.35 * (effect.se or 0.0))
