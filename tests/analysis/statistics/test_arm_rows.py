"""Each arm by itself."""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean
from typing import Any

import pytest
import scipy.stats

from mgllm.analysis import RunRecords, summarise
from mgllm.records import ArmSummary, Record, RunManifest, Summary

MakeRun = Callable[..., RunRecords]


def row(summary: Summary, arm: str) -> ArmSummary:
    (found,) = [each for each in summary.arms if each.arm == arm]
    return found


def test_outcomes_shares_and_scores_are_those_of_the_records(random_run: MakeRun) -> None:
    run = random_run(1, sizes=(1,) * 30, missing=0.3)
    mine = [r for r in run.records if r.arm == "mg"]
    found = row(summarise([run]), "mg")
    assert (found.n, found.subjects) == (30, 30)
    for outcome in ("answered", "unparsed", "refused", "failed"):
        assert getattr(found, outcome) == sum(r.outcome == outcome for r in mine)
    answered = [r for r in mine if r.outcome == "answered"]
    correct = [float(bool(r.correct)) for r in answered]
    assert found.accuracy == pytest.approx(fmean(correct))
    classic = scipy.stats.ttest_1samp(correct, 0).confidence_interval(0.95)
    assert found.accuracy_interval == pytest.approx((classic.low, classic.high))
    assert found.answer_shares["win"] == pytest.approx(fmean(r.answer == "win" for r in answered))
    assert found.mean_token_accuracy == found.accuracy


def test_none_shows_the_prior_and_no_accuracy(random_run: MakeRun) -> None:
    run = random_run(2)
    found = row(summarise([run]), "none")
    priors = [r.probabilities["win"] for r in run.records if r.arm == "none" and r.probabilities]
    assert found.answer_shares["win"] == pytest.approx(fmean(priors))
    assert sum(found.answer_shares.values()) == pytest.approx(1)
    assert (found.accuracy, found.auc, found.constant) == (None, None, None)


def test_intervals_stay_inside_the_possible(random_run: MakeRun) -> None:
    found = row(summarise([random_run(3, effect=2.5, sizes=(1,) * 14)]), "text+mg")
    assert found.accuracy is not None
    assert found.accuracy < 1
    assert found.accuracy_interval is not None
    assert found.accuracy_interval[1] == 1.0


def test_the_prior_is_taken_off_under_the_same_label_order(
    record: Callable[..., Record], manifest: Callable[..., RunManifest]
) -> None:
    # The prior leans to what is listed first: by 3 nats, more than what the arm says for the other.
    orders = [("win", "lose"), ("lose", "win")]
    records = []
    for n in range(8):
        order, target = orders[n % 2], ("win", "lose")[n // 4]
        facts: dict[str, Any] = {
            "item": f"i{n}", "subject": f"s{n}", "target": target, "label_order": order, "score": "logprob",
        }  # fmt: skip
        lean = {order[0]: -1.0, order[1]: -4.0}
        told = {label: lean[label] + (2.0 if label == target else 0.0) for label in order}
        records += [record(arm="none", logits=lean, **facts), record(arm="text", logits=told, **facts)]
    found = row(summarise([RunRecords(manifest(), records)]), "text")
    assert found.accuracy == 0.5
    assert found.corrected_accuracy == 1.0
    without = [r for r in records if r.arm != "none"]
    assert row(summarise([RunRecords(manifest(), without)]), "text").corrected_accuracy is None


def test_a_constant_answer_is_named(
    record: Callable[..., Record], manifest: Callable[..., RunManifest]
) -> None:
    records = [
        record(item=f"i{n}", subject=f"s{n}", answer="win", target=("win", "lose")[n % 2]) for n in range(6)
    ]
    found = row(summarise([RunRecords(manifest(), records)]), "text")
    assert found.constant == "win"
    assert found.answer_shares == {"win": 1.0, "lose": 0.0}
    assert (found.balanced_accuracy, found.auc) == (0.5, None)


def test_exposure_is_counted_for_recognised_gestures_alone(
    record: Callable[..., Record], manifest: Callable[..., RunManifest]
) -> None:
    def rows(source: str) -> Summary:
        records = [
            record(
                item=f"i{n}", subject=f"s{n}", arm="text+mg", answer="win", cue_source=source,
                exposure="in_sample" if n == 0 else "unknown",
            )
            for n in range(4)
        ]  # fmt: skip
        return summarise([RunRecords(manifest(cue_source=source), records)])

    assert row(rows("recognized"), "text+mg").exposures == {"in_sample": 1, "unknown": 3}
    assert row(rows("annotated"), "text+mg").exposures == {}
