"""Calibration and confusion, against scikit-learn, the tables and plain loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from mgllm.analysis import RunRecords, summarise
from mgllm.analysis.statistics.figures import figures
from mgllm.records import Calibration, Confusion, Record

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


def test_the_bins_are_those_of_the_tables_error(random_run: MakeRun) -> None:
    """Ten bins over items, epochs averaged inside the item, and their mean gap is the number of the table."""
    run = random_run(5, sizes=(5,) * 24, missing=0.1, epochs=2)
    found: Calibration = of_arm(figures([run]).calibrations, "text+mg")
    items: dict[str, list[Record]] = {}
    for record in arm_records(run, "text+mg"):
        if record.probabilities is not None:
            items.setdefault(record.item, []).append(record)
    pairs = []
    for answered in items.values():
        mean = {
            label: np.mean([(r.probabilities or {})[label] for r in answered]) for label in ("win", "lose")
        }
        best = max(mean, key=lambda label: mean[label])
        pairs.append((mean[best], best == answered[0].target))
    pairs.sort()
    assert found.n == len(pairs) >= 100
    assert len(found.bins) == 10
    at, error = 0, 0.0
    for each in found.bins:
        part = pairs[at : at + each.n]
        assert each.confidence == pytest.approx(sum(p for p, _ in part) / each.n)
        assert each.right == pytest.approx(sum(right for _, right in part) / each.n)
        error += abs(each.confidence - each.right) * each.n / found.n
        at += each.n
    assert at == found.n
    assert {each.n for each in found.bins} <= {found.n // 10, found.n // 10 + 1}
    assert of_arm(summarise([run]).arms, "text+mg").calibration_error == pytest.approx(error, rel=1e-12)


def test_few_items_have_few_bins_and_no_error(random_run: MakeRun) -> None:
    run = random_run(1)
    found: Calibration = of_arm(figures([run]).calibrations, "text")
    assert [each.n for each in found.bins] == [12, 12]
    assert of_arm(summarise([run]).arms, "text").calibration_error is None


@pytest.mark.parametrize(("subjects", "bins"), [(3, []), (4, [12]), (7, [10, 11])])
def test_a_bin_holds_ten_items_at_least(random_run: MakeRun, subjects: int, bins: list[int]) -> None:
    found: Calibration = of_arm(figures([random_run(1, sizes=(3,) * subjects)]).calibrations, "text")
    assert [each.n for each in found.bins] == bins
    assert found.n == 3 * subjects


def test_a_perfectly_calibrated_model_has_a_small_error(record: Any, manifest: Any) -> None:
    rng = np.random.default_rng(0)
    records = []
    for n in range(4000):
        p = rng.uniform(0.5, 1)
        logits = {"win": float(np.log(p)), "lose": float(np.log1p(-p))}
        target = "win" if rng.random() < p else "lose"
        records.append(record(item=f"i{n}", subject=f"s{n}", logits=logits, target=target))
    for each in figures([RunRecords(manifest(), records)]).calibrations[0].bins:
        assert each.right == pytest.approx(each.confidence, abs=0.06)


def test_without_probabilities_there_is_no_calibration(random_run: MakeRun) -> None:
    found = figures([random_run(1, scored=False)])
    assert found.calibrations == ()
    assert len(found.confusions) == 5


def test_without_targets_there_is_nothing_to_draw(random_run: MakeRun) -> None:
    run = random_run(2)
    blind = [r.model_copy(update={"target": None, "correct": None}) for r in run.records]
    found = figures([RunRecords(run.manifest, blind)])
    assert found.calibrations == ()
    assert found.confusions == ()
