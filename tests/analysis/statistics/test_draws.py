"""Shares of draws: right on average, by simulation and by enumeration; and what a run makes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import comb, log, sqrt
from statistics import fmean

import numpy as np
import pytest

from mgllm.analysis import RunRecords, effects_between, summarise
from mgllm.analysis.metric import Sample, metrics
from mgllm.analysis.statistics.draws import (
    FEWEST_DRAWS,
    brier_excess,
    count_draws,
    log_odds_of,
    share_error,
    smoothed,
)
from mgllm.errors import InputError
from mgllm.records import ArmSummary, Effect, Record

MakeRun = Callable[..., RunRecords]
P = (0.06, 0.3, 0.55, 0.09)
"""A model's own probabilities of four labels."""


def drawn(k: int, items: int, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    """Shares of k answers to each of many items, and k for each."""
    counts = np.random.default_rng(seed).multinomial(k, P, size=items)
    return counts / k, np.full(items, float(k))


@pytest.mark.parametrize("k", [FEWEST_DRAWS, 8, 20])
@pytest.mark.parametrize("truth", range(4))
def test_the_brier_score_of_shares_has_no_bias(k: int, truth: int) -> None:
    shares, draws = drawn(k, 40_000)
    sample = Sample(
        np.arange(40_000), np.full(40_000, truth), shares, shares, np.zeros(40_000), draws_N=draws
    )
    found = metrics.get("brier")().per_item(sample)[:, 0]
    wanted = sum((p - (label == truth)) ** 2 for label, p in enumerate(P))
    error = found.std(ddof=1) / sqrt(len(found))
    assert abs(found.mean() - wanted) < 3 * error
    plain = ((shares - np.eye(4)[truth]) ** 2).sum(axis=1)
    assert plain.mean() - wanted > 10 * error  # as it is without what is taken off


def test_what_is_taken_off_is_the_variance_of_a_share() -> None:
    shares, draws = drawn(8, 60_000)
    slow = [sum(s * (1 - s) / (8 - 1) for s in row) for row in shares[:50]]
    assert np.allclose(brier_excess(shares, draws)[:50], slow)
    for label, p in enumerate(P):
        error = share_error(shares[:, label], draws)
        assert error == pytest.approx(sqrt(p * (1 - p) / 8), rel=0.02)
    assert share_error(np.array([1.0, 0.5]), np.array([8.0, 8.0])) == pytest.approx(sqrt(0.25 / 7 / 2))


def expected_log_odds(p: float, k: int) -> float:
    """The mean of the estimate over every outcome of k draws of two labels."""
    chance = [comb(k, n) * p**n * (1 - p) ** (k - n) for n in range(k + 1)]
    return sum(c * log((n + 0.5) / (k - n + 0.5)) for n, c in enumerate(chance))


@pytest.mark.parametrize("p", [0.15, 0.5, 0.7])
def test_log_odds_of_shares_are_as_near_as_their_formula(p: float) -> None:
    k = 8
    counts = np.random.default_rng(3).binomial(k, p, size=60_000).astype(float)
    found = log_odds_of(counts, np.full(60_000, float(k)), 2)
    error = found.std(ddof=1) / sqrt(len(found))
    assert abs(found.mean() - expected_log_odds(p, k)) < 3 * error
    true = log(p / (1 - p))
    assert abs(expected_log_odds(p, k) - true) < 0.15
    assert abs(expected_log_odds(p, 64) - true) < 0.005


def test_log_odds_by_hand_and_never_infinite() -> None:
    found = log_odds_of(np.array([0.0, 8.0, 3.0]), np.full(3, 8.0), 3)
    p = [(k + 0.5) / (8 + 1.5) for k in (0, 8, 3)]
    assert np.allclose(found, [log(each) - log(1 - each) for each in p])
    assert smoothed(np.array([[0.0, 1.0, 0.0]]), np.array([8.0]))[0] == pytest.approx(
        [0.5 / 9.5, 8.5 / 9.5, 0.5 / 9.5]
    )


def test_draws_are_counted_over_epochs_and_shuffles() -> None:
    answer = np.array([[[0, 0], [0, 1], [1, 0]], [[0, -1], [1, -1], [1, 1]]])
    shares = count_draws(answer, answer >= 0, np.array([0, 1]), 2)
    assert shares.draws_I.tolist() == [6, 4]
    assert shares.probabilities_IL[0] == pytest.approx([4 / 6, 2 / 6])
    assert np.isnan(shares.probabilities_IL[1]).all()  # four answers are too few
    assert shares.log_odds_I[0] == pytest.approx(log(4.5 / 2.5))
    assert np.isnan(shares.log_odds_I[1])
    unknown = count_draws(answer, answer >= 0, np.array([-1, 1]), 2)
    assert np.isnan(unknown.log_odds_I[0])
    assert unknown.probabilities_IL[0] == pytest.approx([4 / 6, 2 / 6])


def sampled(make: MakeRun, seed: int = 1, **changes: object) -> RunRecords:
    """A run of eight answers of each item and arm."""
    return make(seed, scored=False, **{"epochs": 8, "sizes": (2,) * 12, "score": "sample", **changes})


def as_sampled(run: RunRecords) -> RunRecords:
    return RunRecords(run.manifest, [r.model_copy(update={"score": "sample"}) for r in run.records])


def row(run: RunRecords, arm: str) -> ArmSummary:
    return next(each for each in summarise([run]).arms if each.arm == arm)


def of_items(records: Sequence[Record], arm: str) -> dict[str, list[Record]]:
    """The answers of each item."""
    found: dict[str, list[Record]] = {}
    for record in records:
        if record.arm == arm:
            found.setdefault(record.item, [])
            if record.outcome == "answered":
                found[record.item].append(record)
    return found


def test_an_arm_by_hand(made_run: MakeRun) -> None:
    run = as_sampled(sampled(made_run, missing=0.3))
    found = row(run, "text+mg")
    drawn = {item: records for item, records in of_items(run.records, "text+mg").items() if len(records) >= 5}
    few = len(of_items(run.records, "text+mg")) - len(drawn)
    assert few > 0
    assert found.few_draws == few
    odds, brier, spread = [], [], []
    for records in drawn.values():
        k, right = len(records), sum(bool(r.correct) for r in records)
        s = right / k
        odds.append(log((right + 0.5) / (k - right + 0.5)))
        brier.append(2 * (1 - s) ** 2 - 2 * s * (1 - s) / (k - 1))
        spread.append(s * (1 - s) / (k - 1))
    assert found.log_odds == pytest.approx(fmean(odds))
    assert found.brier == pytest.approx(fmean(brier))
    assert found.share_error == pytest.approx(sqrt(fmean(spread)))
    every = [
        fmean(bool(r.correct) for r in each) for each in of_items(run.records, "text+mg").values() if each
    ]
    assert found.accuracy == pytest.approx(fmean(every))
    assert found.censored == 0
    assert found.calibration_error is None


def test_an_effect_by_hand_is_over_items_with_enough_answers_in_both(made_run: MakeRun) -> None:
    run = as_sampled(sampled(made_run, missing=0.3))
    sides = [of_items(run.records, arm) for arm in ("text+mg", "text")]
    both = [item for item in sides[0] if all(len(side[item]) >= 5 for side in sides)]
    gains = []
    for item in both:
        one, other = (
            log(
                (sum(bool(r.correct) for r in side[item]) + 0.5)
                / (sum(not r.correct for r in side[item]) + 0.5)
            )
            for side in sides
        )
        gains.append(one - other)
    effect = primary(summarise([run]).effects, "text+mg", "text")
    assert effect.pairs == len(both)
    assert effect.difference == pytest.approx(fmean(gains))
    assert 0 < len(both) < 24
    assert not [e for e in summarise([run]).effects if e.metric == "calibration_error"]


def primary(effects: Sequence[Effect], arm: str, baseline: str) -> Effect:
    return next(e for e in effects if (e.metric, e.arm, e.baseline) == ("log_odds", arm, baseline))


def test_answers_on_both_sides_need_not_be_of_the_same_epochs(made_run: MakeRun) -> None:
    run = as_sampled(sampled(made_run, epochs=10, sizes=(1,) * 12))
    kept = [
        record
        for record in run.records
        if (record.epoch < 5 and record.arm == "text") or (record.epoch >= 5 and record.arm == "text+mg")
    ]
    effects = summarise([RunRecords(run.manifest, kept)]).effects
    assert primary(effects, "text+mg", "text").pairs == 12
    assert [e.pairs for e in effects if e.metric == "accuracy"] == [0]  # those are paired by epoch


def test_the_name_says_that_it_is_sampled(made_run: MakeRun) -> None:
    run = as_sampled(sampled(made_run))
    assert row(run, "text").row.words == "emotion · fake/one · cloze, direct, sampled × 8 · cues: annotated"
    low = as_sampled(sampled(made_run, reasoning_effort="low"))
    assert "cloze, direct, sampled × 8, effort low" in row(low, "text").row.words


@pytest.mark.parametrize("change", [{"reasoning_effort": "low"}, {}])
def test_runs_of_another_effort_or_score_are_not_subtracted(
    made_run: MakeRun, change: dict[str, str]
) -> None:
    one, other = made_run(1, id="a"), made_run(2, id="b", **change)
    if not change:
        other = as_sampled(sampled(made_run, id="b"))
    with pytest.raises(InputError, match="form, reasoning, score and effort"):
        effects_between([one], [other])
    assert effects_between([one], [made_run(2, id="b")])


def test_two_sampled_runs_are_compared_over_common_draws(made_run: MakeRun) -> None:
    one = as_sampled(sampled(made_run, id="a"))
    other = as_sampled(sampled(made_run, 2, id="b", epochs=6))
    found = effects_between([one], [other])
    assert {effect.row.draws for effect in found} == {6}
    (odds,) = [e for e in found if (e.metric, e.arm) == ("log_odds", "mg")]
    sides = [of_items([r for r in run.records if r.epoch < 6], "mg") for run in (one, other)]
    each = [
        [
            log((sum(bool(r.correct) for r in rs) + 0.5) / (sum(not r.correct for r in rs) + 0.5))
            for rs in side.values()
        ]
        for side in sides
    ]
    assert odds.difference == pytest.approx(fmean(each[0]) - fmean(each[1]))
