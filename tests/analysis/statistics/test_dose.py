"""The curve by F1: points, a rising fit with a band by people, and what a recogniser needs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from mgllm.analysis import RunRecords, summarise
from mgllm.analysis.statistics.dose import dose_level, isotonic
from mgllm.analysis.statistics.jackknife import t_interval
from mgllm.records import DoseResponse, Record
from tests.analysis.dosed import ARMS, REAL, dosed_run


def doses(*runs: RunRecords) -> dict[str, DoseResponse]:
    found = summarise(runs).doses
    assert len(found) == len({dose.metric for dose in found})
    return {dose.metric: dose for dose in found}


@pytest.fixture(scope="module")
def run() -> RunRecords:
    return dosed_run()


def mean(run: RunRecords, arm: str, field: str) -> float:
    return float(np.mean([getattr(record, field) for record in run.records if record.arm == arm]))


def test_points_are_the_arms_by_rising_f1(run: RunRecords) -> None:
    dose = doses(run)["accuracy"]
    assert [point.level for point in dose.points] == [1.0, 0.75, 0.5, 0.25, 0.0]
    for point in dose.points:
        assert point.f1 == pytest.approx(mean(run, point.arm, "cue_f1"), abs=1e-6)
        assert point.value == pytest.approx(mean(run, point.arm, "correct"))
    assert [(point.arm, point.f1) for point in dose.controls] == [
        ("text", None),
        ("text+shuffled", pytest.approx(0.1)),
    ]
    assert (dose.items, dose.subjects) == (80, 20)


def pooled(values: list[float]) -> list[float]:
    """Neighbours that fall are replaced by their mean, until none falls: the slow, obvious version."""
    blocks = [[value] for value in values]
    while any(np.mean(a) > np.mean(b) for a, b in pairwise(blocks)):
        n = next(n for n in range(len(blocks) - 1) if np.mean(blocks[n]) > np.mean(blocks[n + 1]))
        blocks[n : n + 2] = [blocks[n] + blocks[n + 1]]
    return [float(np.mean(block)) for block in blocks for _ in block]


def test_the_fit_is_the_rising_curve_nearest_to_the_points() -> None:
    x, y = [0.1, 0.2, 0.5, 0.9], [0.5, 0.4, 0.7, 0.6]
    found = isotonic(np.array(x), np.array(y), np.array([*x, 0.35, 0.0, 1.0]))
    low, _, high, _ = pooled(y)
    assert found == pytest.approx([low, low, high, high, (low + high) / 2, low, high])


def test_the_band_leaves_one_person_out(run: RunRecords) -> None:
    dose = doses(run)["log_odds"]
    at = dose.fit[len(dose.fit) // 2]
    odds: dict[str, dict[str, Record]] = {arm: {} for arm in ARMS}
    for record in run.records:
        odds[record.arm][record.item] = record
    curve = [arm for arm in ARMS if arm not in ("text", "text+shuffled")]

    def fit(without: str | None) -> float:
        kept = {arm: [r for r in odds[arm].values() if r.subject != without] for arm in curve}
        x = [float(np.mean([r.cue_f1 for r in kept[arm]])) for arm in curve]
        y = [
            float(np.mean([r.scores.total[r.target] - r.scores.total["lose" if r.target == "win" else "win"]
                           for r in kept[arm] if r.scores and r.target]))
            for arm in curve
        ]  # fmt: skip
        order = np.argsort(x)
        return float(np.interp(at.f1, np.array(x)[order], pooled([y[n] for n in order])))

    people = sorted({record.subject for record in run.records})
    left_out = np.array([fit(person) for person in people])
    se = np.sqrt((len(people) - 1) / len(people) * ((left_out - left_out.mean()) ** 2).sum())
    assert at.value == pytest.approx(fit(None))
    assert at.interval == pytest.approx(t_interval(fit(None), float(se), len(people) - 1))


def test_the_fit_never_falls_and_ends_at_the_smallest_and_largest_f1(run: RunRecords) -> None:
    dose = doses(run)["accuracy"]
    values = [one.value for one in dose.fit]
    assert values == sorted(values)
    assert (dose.fit[0].f1, dose.fit[-1].f1) == (dose.points[0].f1, dose.points[-1].f1)


def test_what_a_recogniser_needs_is_where_the_gain_is_shown(run: RunRecords) -> None:
    dose = doses(run)["log_odds"]
    assert dose.needed is not None
    assert dose.needed == max(need.shown or 2 for need in dose.needs)
    assert 0.3 < dose.needed < 0.6  # the planted gain begins at 0.4; between 0.25 and 0.5 the fit is straight
    assert all(need.crosses is not None and need.crosses <= (need.shown or 0) for need in dose.needs)
    assert f"is F1 {dose.needed:.2f} (judged by log-odds)" in dose.words


def test_without_a_gain_it_is_not_reached() -> None:
    for dose in doses(dosed_run(gain=lambda f1: 0.0)).values():
        assert dose.needed is None
        assert "the accuracy a recogniser needs is not reached" in dose.words
        assert "no gain over text and text+shuffled is shown" in dose.words


def test_a_gain_over_one_control_only_is_not_enough(run: RunRecords) -> None:
    """Other people's gestures help as much: the content is not what helps."""
    records = [
        main.model_copy(update={"arm": "text+shuffled", "cue_f1": 0.1})
        for main in run.records
        if main.arm == "text+mg"
    ]
    others = [record for record in run.records if record.arm != "text+shuffled"]
    dose = doses(RunRecords(run.manifest, [*others, *records]))["accuracy"]
    assert dose.needed is None
    assert [need.shown is None for need in dose.needs] == [False, True]
    assert dose.words.endswith("no gain over text+shuffled is shown")


def test_gestures_of_recognisers_are_points_beside_the_fit(run: RunRecords) -> None:
    fair = dosed_run(1, source="out_of_fold", exposure="held_out", f1=0.55, arms=REAL, id="b")
    leak = dosed_run(2, source="recognized", exposure="in_sample", f1=0.8, arms=REAL, id="c")
    alone, together = doses(run)["accuracy"], doses(run, fair, leak)["accuracy"]
    assert [(p.cue_source, p.exposure, p.f1, p.level) for p in together.real] == [
        ("out_of_fold", "held_out", 0.55, None),
        ("recognized", "in_sample", 0.8, None),
    ]
    assert [point.words for point in together.real] == [
        "text+mg, out-of-fold (held out)",
        "text+mg, recognized (in sample: a LEAK)",
    ]
    assert together.real[0].value == pytest.approx(mean(fair, "text+mg", "correct"))
    assert together.fit == alone.fit
    assert alone.real == ()


def test_another_models_points_are_not_on_it(run: RunRecords) -> None:
    other = dosed_run(source="out_of_fold", exposure="held_out", f1=0.5, arms=REAL, model="fake/b", id="b")
    assert doses(run, other)["accuracy"].real == ()


def test_wrong_in_sample_gestures_are_said_to_be_in_sample() -> None:
    dose = doses(dosed_run(source="recognized", exposure="in_sample"))["accuracy"]
    assert [point.level for point in dose.points] == [1.0, 0.75, 0.5, 0.25]  # the main arm is a real point
    assert [point.exposure for point in dose.real] == ["in_sample"]
    assert dose.flags == ("in-sample gestures are what is made wrong in 320 of 320 records",)


def test_only_items_that_all_arms_answered_count(run: RunRecords) -> None:
    nothing = {"answer": None, "correct": None, "probabilities": None, "scores": None}
    lost = [
        record.model_copy(update={"outcome": "unparsed", **nothing})
        if (record.item, record.arm) == ("3-1", "text+noisy@1")
        else record
        for record in run.records
    ]
    assert doses(RunRecords(run.manifest, lost))["accuracy"].items == 79


def test_few_people_get_a_fit_without_a_band() -> None:
    dose = doses(dosed_run(sizes=(6,) * 4))["accuracy"]
    assert dose.fit
    assert {one.interval for one in dose.fit} == {None}
    assert dose.needed is None
    assert dose.flags == ("no interval: 4.0 effective subjects",)


@pytest.mark.parametrize("changes", [{"cue_f1": None}, {"target": None, "correct": None}])
def test_without_f1_or_targets_there_is_no_curve(run: RunRecords, changes: dict[str, None]) -> None:
    bare = [record.model_copy(update=changes) for record in run.records]
    assert doses(RunRecords(run.manifest, bare)) == {}


def test_without_gestures_made_wrong_there_is_no_curve() -> None:
    assert doses(dosed_run(arms=REAL)) == {}


@pytest.mark.parametrize(
    ("arm", "level"),
    [("text+noisy@0.2", 0.2), ("text+noisy@1", 1.0), ("text+mg", None), ("text+late@5", None)],
)
def test_levels_are_those_of_wrong_gestures(arm: str, level: float | None) -> None:
    assert dose_level(arm) == level
