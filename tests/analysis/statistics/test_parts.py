"""Grids cut down: to what two runs both asked, and to some items; and what a record says in numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mgllm.analysis import Covariate, RunRecords, effects_between, summarise
from mgllm.analysis.statistics.arm_rows import arm_rows
from mgllm.analysis.statistics.grid import Grid, grids
from mgllm.analysis.statistics.parts import narrowed, on_common_items
from mgllm.analysis.statistics.runs import corrected, log_odds, prior_key, priors
from mgllm.errors import InputError
from mgllm.records import LabelScores
from tests.analysis.conftest import make_record, part_of as only

MakeRun = Callable[..., RunRecords]


def grid_of(run: RunRecords) -> Grid:
    (found,) = grids(run)
    return found


def test_two_runs_meet_on_the_items_and_epochs_of_both(made_run: MakeRun) -> None:
    first = made_run(1, sizes=(2,) * 5, epochs=3)
    second = made_run(2, sizes=(2,) * 5, epochs=3)
    less = only(first, lambda r: r.item != "i0003" and r.epoch > 0)
    more = only(second, lambda r: r.item > "i0001" and r.epoch < 2)
    both = on_common_items(grid_of(less), grid_of(more))
    assert both.grid.items == ("i0002", "i0004", "i0005", "i0006", "i0007", "i0008", "i0009")
    assert both.grid.epochs == (1,)
    assert both.grid.subjects == ("s001", "s002", "s002", "s003", "s003", "s004", "s004")
    for arm, run in ((both.grid.answers, less), (both.other, more)):
        at = {
            (r.item, r.arm): r.answer
            for r in run.records
            if r.epoch == 1 and r.item in both.grid.items and r.arm != "none"
        }
        for name, answers in arm.items():
            codes = answers.answer_IEK[:, 0, 0]
            assert [both.grid.labels[n] for n in codes] == [at[item, name] for item in both.grid.items]


def test_runs_without_a_common_item_cannot_be_subtracted(made_run: MakeRun) -> None:
    first, second = made_run(1, sizes=(2,) * 4, id="a"), made_run(2, sizes=(2,) * 4, id="b")
    left, right = only(first, lambda r: r.item < "i0004"), only(second, lambda r: r.item >= "i0004")
    assert on_common_items(grid_of(left), grid_of(right)).grid.items == ()
    with pytest.raises(InputError, match="a and b have no arm with known targets"):
        effects_between([left], [right])


@pytest.mark.parametrize(
    "change", [{"target": "lose", "correct": None}, {"subject": "s999"}, {"target": None}]
)
def test_an_item_that_is_another_in_the_other_run_is_refused(
    made_run: MakeRun, change: dict[str, Any]
) -> None:
    run = made_run(1, sizes=(2,) * 4)
    other = [r.model_copy(update=change) if r.item == "i0002" else r for r in run.records]
    with pytest.raises(InputError, match="item 'i0002' has subject and target"):
        on_common_items(grid_of(run), grid_of(RunRecords(run.manifest, other)))


def test_an_arm_of_one_run_alone_is_not_compared(made_run: MakeRun) -> None:
    first = made_run(1, sizes=(2,) * 6, id="a")
    second = only(made_run(2, sizes=(2,) * 6, id="b"), lambda r: r.arm not in {"mg", "text+filler"})
    effects = effects_between([first], [second])
    assert {effect.arm for effect in effects} == {"text", "text+mg", "text+shuffled"}


def test_a_narrowed_grid_is_that_of_its_items_alone(made_run: MakeRun) -> None:
    run = made_run(3, sizes=(2,) * 6, epochs=2, shuffles=2, missing=0.2)
    grid = grid_of(run)
    kept = np.array([int(item[1:]) % 3 == 0 for item in grid.items])
    part, alone = narrowed(grid, kept), grid_of(only(run, lambda r: int(r.item[1:]) % 3 == 0))
    assert (part.items, part.subjects) == (alone.items, alone.subjects)
    assert part.target_I.tolist() == alone.target_I.tolist()
    for arm, answers in part.answers.items():
        for name in ("outcome_IEK", "answer_IEK", "probabilities_IEKL", "log_odds_IEK"):
            assert np.array_equal(getattr(answers, name), getattr(alone.answers[arm], name), equal_nan=True)
    assert arm_rows(part) == arm_rows(alone)


def test_an_arm_without_a_record_of_the_part_is_left_out(made_run: MakeRun) -> None:
    run = only(made_run(4, sizes=(2,) * 4), lambda r: r.arm != "mg" or r.item < "i0004")
    grid = grid_of(run)
    part = narrowed(grid, np.array([item >= "i0004" for item in grid.items]))
    assert "mg" in grid.answers
    assert "mg" not in part.answers
    assert "mg" not in part.records
    nothing = narrowed(grid, np.zeros(len(grid.items), bool))
    assert (nothing.items, dict(nothing.answers), dict(nothing.records)) == ((), {}, {})


def test_a_slice_without_targets_has_arms_alone(made_run: MakeRun) -> None:
    run = made_run(5, sizes=(2,) * 12)
    half = RunRecords(
        run.manifest,
        [
            r.model_copy(update={"target": None, "correct": None}) if r.item < "i0012" else r
            for r in run.records
        ],
    )
    by = Covariate("half", {("emotion", r.item): r.item < "i0012" for r in run.records})
    known, blind = summarise([half], by).slices
    assert (known.value, blind.value) == ("false", "true")
    assert [arm.accuracy for arm in blind.arms] == [None] * 5
    assert (len(known.effects), blind.effects) == (4, ())


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (("b", "a", "c"), ["a", "b", "c"]),
        ((10, 9, 2), ["2", "9", "10"]),
        ((1.5, 0.25, 100.0), ["0.25", "1.5", "100"]),
        ((True, False, None), ["false", "true", "(unknown)"]),
        (("x", 3, None), ["x", "3", "(unknown)"]),
        (("10", "9", "b"), ["b", "9", "10"]),
    ],
    ids=str,
)
def test_values_of_a_covariate_stand_in_an_order_people_expect(
    made_run: MakeRun, values: tuple[Any, ...], names: list[str]
) -> None:
    run = made_run(6, sizes=(2,) * 6)
    by = Covariate("x", {("emotion", r.item): values[int(r.item[1:]) % 3] for r in run.records})
    assert [part.value for part in summarise([run], by).slices] == names


@pytest.mark.parametrize("target", ["a", "b", "c"])
def test_log_odds_are_the_target_against_all_others(target: str) -> None:
    totals = {"a": -1.2, "b": -0.4, "c": -7.0}
    record = make_record(logits=totals, target=target, label_order=("a", "b", "c"))
    p = {label: math.exp(value) for label, value in totals.items()}
    assert log_odds(record) == pytest.approx(math.log(p[target] / (sum(p.values()) - p[target])))
    assert record.scores is not None
    shifted = LabelScores(total={k: v - 500 for k, v in totals.items()}, mean=record.scores.mean)
    assert log_odds(record.model_copy(update={"scores": shifted})) == pytest.approx(log_odds(record))


def test_a_target_without_a_score_falls_back_on_its_probability() -> None:
    scores = LabelScores(total={"lose": -0.1}, mean={"lose": -0.1})
    record = make_record(answer="lose", scores=scores, probabilities={"win": 0.25, "lose": 0.75})
    assert log_odds(record) == pytest.approx(math.log(1 / 3))


def test_a_prior_is_looked_up_by_all_it_was_asked_under() -> None:
    none = make_record(arm="none", logits={"win": -1.0, "lose": -3.0})
    known = priors([none])
    assert known == {("emotion", "fake/one", "cloze", 0, ("win", "lose")): {"win": -1.0, "lose": -3.0}}
    told = make_record(logits={"win": -2.0, "lose": -2.5})
    assert prior_key(told) in known
    assert corrected(told, known) == {"win": -1.0, "lose": 0.5}
    for change in (
        {"scenario": "x"},
        {"model": "y"},
        {"form": "chat"},
        {"epoch": 1},
        {"label_order": ("lose", "win")},
    ):
        assert corrected(told.model_copy(update=change), known) is None
    assert corrected(make_record(answer="win"), known) is None
    assert corrected(make_record(logits={"win": -1.0, "draw": -1.0}), known) is None
    assert priors([none.model_copy(update={"scores": None})]) == {}
