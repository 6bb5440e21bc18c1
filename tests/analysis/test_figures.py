"""Calibration, confusion and places, against scikit-learn, statsmodels-free counts and plain loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import confusion_matrix

from mgllm.analysis import RunRecords, figures
from mgllm.records import AnswerPlaces, Calibration, Confusion, Record

MakeRun = Callable[..., RunRecords]


def arm_records(run: RunRecords, arm: str) -> list[Record]:
    return [record for record in run.records if record.arm == arm]


def of_arm(found: Any, arm: str) -> Any:
    return next(each for each in found if each.arm == arm)


def test_confusion_is_that_of_scikit_learn(random_run: MakeRun) -> None:
    run = random_run(3, sizes=(3,) * 20, labels=("a", "b", "c"), missing=0.15)
    for arm in ("text", "text+mg"):
        found: Confusion = of_arm(figures([run]).confusions, arm)
        records = arm_records(run, arm)
        answered = [r for r in records if r.outcome == "answered"]
        wanted = confusion_matrix(
            [r.target for r in answered], [r.answer for r in answered], labels=found.labels
        )
        assert found.labels == ("a", "b", "c")
        assert np.array_equal(found.counts, wanted)
        assert sum(map(sum, found.counts)) + sum(found.missing) == len(records)
        lost = [sum(r.target == label and r.outcome != "answered" for r in records) for label in found.labels]
        assert list(found.missing) == lost


def test_calibration_by_hand(random_run: MakeRun) -> None:
    run = random_run(5, sizes=(5,) * 24, missing=0.1)
    found: Calibration = of_arm(figures([run]).calibrations, "text+mg")
    pairs = sorted(
        (r.probabilities[str(r.answer)], bool(r.correct))
        for r in arm_records(run, "text+mg")
        if r.probabilities is not None
    )
    assert found.n == len(pairs) >= 100
    assert len(found.bins) == 10
    sizes = [each.n for each in found.bins]
    assert sum(sizes) == found.n
    assert max(sizes) - min(sizes) <= 1
    at, error = 0, 0.0
    for each in found.bins:
        part = pairs[at : at + each.n]
        assert each.confidence == pytest.approx(sum(p for p, _ in part) / each.n)
        assert each.right == pytest.approx(sum(right for _, right in part) / each.n)
        error += abs(each.confidence - each.right) * each.n / found.n
        at += each.n
    assert found.error == pytest.approx(error)


def test_few_answers_have_few_bins_and_no_error(random_run: MakeRun) -> None:
    found: Calibration = of_arm(figures([random_run(1)]).calibrations, "text")
    assert found.n == 24
    assert len(found.bins) == 2
    assert found.error is None


def test_a_perfectly_calibrated_model_has_a_small_error(record: Any, manifest: Any) -> None:
    rng = np.random.default_rng(0)
    records = []
    for n in range(4000):
        p = rng.uniform(0.5, 1)
        logits = {"win": float(np.log(p)), "lose": float(np.log1p(-p))}
        target = "win" if rng.random() < p else "lose"
        records.append(record(item=f"i{n}", subject=f"s{n}", logits=logits, target=target))
    found = figures([RunRecords(manifest(), records)]).calibrations[0]
    assert found.error is not None
    assert found.error < 0.03


def test_without_probabilities_there_is_no_calibration(random_run: MakeRun) -> None:
    found = figures([random_run(1, scored=False)])
    assert found.calibrations == ()
    assert len(found.confusions) == 5


def rotated(run: RunRecords, liking: float) -> RunRecords:
    """Labels listed in two orders; with chance `liking` the first one listed is answered."""
    rng = np.random.default_rng(0)
    records = []
    for record in run.records:
        order = ("win", "lose") if int(record.item[1:]) // 2 % 2 else ("lose", "win")
        answer = order[0] if rng.random() < liking else order[1]
        change = {"label_order": order, "answer": answer, "correct": answer == record.target}
        records.append(record.model_copy(update=change))
    return RunRecords(run.manifest, records)


def test_places_are_counted_with_an_interval_by_subject(random_run: MakeRun) -> None:
    run = rotated(random_run(2, sizes=(2,) * 40), 0.8)
    found: AnswerPlaces = of_arm(figures([run]).places, "text")
    first = [r.label_order[0] == r.answer for r in arm_records(run, "text")]
    assert found.orders == 2
    assert found.n == 80
    assert found.places[0].share == pytest.approx(np.mean(first))
    assert found.places[0].share + found.places[1].share == pytest.approx(1)
    # With subjects of one size the jackknife is the t interval of the subjects' means.
    means = np.reshape(first, (40, 2)).mean(axis=1)
    wanted = stats.t.interval(0.95, 39, loc=means.mean(), scale=stats.sem(means))
    assert found.places[0].interval == pytest.approx(wanted)
    assert found.places[0].interval is not None
    assert found.places[0].interval[0] > 0.5


def test_one_order_has_no_places(random_run: MakeRun) -> None:
    assert figures([random_run(2)]).places == ()


def test_one_subject_has_places_without_interval(random_run: MakeRun) -> None:
    found = figures([rotated(random_run(2, sizes=(8,)), 0.5)]).places[0]
    assert all(place.interval is None for place in found.places)


def test_items_without_targets_have_places_alone(random_run: MakeRun) -> None:
    run = rotated(random_run(2), 0.5)
    blind = [r.model_copy(update={"target": None, "correct": None}) for r in run.records]
    found = figures([RunRecords(run.manifest, blind)])
    assert found.calibrations == ()
    assert found.confusions == ()
    assert len(found.places) == 5
