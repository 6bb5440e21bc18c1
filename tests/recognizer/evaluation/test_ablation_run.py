"""The budget of an ablation: what a step costs, what fits, and what is left out."""

from __future__ import annotations

import re

import numpy as np
import pytest

from mgllm.errors import InputError
from mgllm.recognizer.evaluation import ablation_run as module
from mgllm.recognizer.evaluation.ablation import Variant, variants
from mgllm.recognizer.evaluation.ablation_run import (
    SHARE_PLANNED,
    AblateOptions,
    Clock,
    Costs,
    Schedule,
    by_training,
    measure_steps,
    plan,
    step_seconds,
)
from mgllm.recognizer.training.pretraining import PretrainOptions
from mgllm.skeleton import SkeletonDataset
from mgllm.skeleton.selection import Split

SPLIT = Split("people", np.arange(64), np.arange(64, 80))
"""Two steps of 32 clips make an epoch."""


def rows(**parts: int) -> list[list[Variant]]:
    """Default and random weights, and so many rows of each part, each with a training of its own."""
    made = [[Variant(part="", name="default")], [Variant(part="", name="random weights", trains=False)]]
    return made + [
        [Variant(part=part, name=f"{part} {n}", change={part: n})]
        for part, k in parts.items()
        for n in range(k)
    ]


def asked(budget: float, seeds: int = 1, epochs: int = 30) -> AblateOptions:
    return AblateOptions(budget=budget, seeds=seeds, training=PretrainOptions(epochs=epochs))


def costs(groups: list[list[Variant]], step: float = 1.0, test: float = 0.0) -> Costs:
    return Costs(steps=tuple(step for _ in groups), test=test)


@pytest.mark.parametrize(
    ("budget", "seeds", "step", "test", "epochs"),
    [
        (1.0, 1, 1.0, 0.0, 28),  # 57 s for epochs of 2 s
        (1.0, 2, 1.0, 0.0, 14),
        (0.5, 1, 0.1, 0.0, 30),  # no more than asked for
        (1.0, 1, 1.0, 10.0, 18),  # two tests of 10 s leave 37 s
        (1.0, 2, 1.0, 10.0, 4),
    ],
)
def test_the_budget_is_divided(budget: float, seeds: int, step: float, test: float, epochs: int) -> None:
    groups = rows()
    found = plan(groups, costs(groups, step, test), [SPLIT], asked(budget, seeds))
    assert (found.epochs, found.steps, found.trainings, found.dropped) == (epochs, 2 * epochs, seeds, ())
    assert found.seconds == (epochs * 2 * step + test, test)
    assert seeds * sum(found.seconds) <= SHARE_PLANNED * 60 * budget
    assert found.seconds_per_epoch == 2 * step


def test_what_is_spent_already_is_not_planned_for_again() -> None:
    groups = rows()
    assert plan(groups, costs(groups), [SPLIT], asked(1.0), spent=47).epochs == 5


def test_each_training_has_its_own_pace() -> None:
    groups = rows(encoders=1)
    found = plan(groups, Costs(steps=(1.0, 0.0, 3.0), test=1.0), [SPLIT], asked(1.0))
    assert found.epochs == 6  # (57 - 3) / (2 + 6) = 6.75
    assert found.seconds == (13.0, 1.0, 37.0)
    assert found.seconds_per_epoch == 4.0


def test_folds_are_trained_one_after_the_other() -> None:
    groups = rows()
    small = Split("2", np.arange(32), np.arange(32, 80))
    found = plan(groups, costs(groups, test=1.0), [SPLIT, small], asked(1.0))
    assert (found.splits, found.trainings, found.epochs) == (2, 2, 17)  # (57 - 4) / (2 + 1)
    assert found.seconds == (17 * 3 + 2.0, 2.0)


def test_rows_that_do_not_fit_are_left_out_from_the_end_of_the_largest_part() -> None:
    groups = rows(pairs=5, encoders=3)
    found = plan(groups, costs(groups), [SPLIT], asked(20 / SHARE_PLANNED / 60))  # five of 4 s fit
    assert found.epochs == 2
    assert found.rows == 6
    assert found.dropped == ("pairs 2", "pairs 3", "pairs 4", "encoders 2")
    kept = [row.name for group in groups for row in group if row.name not in found.dropped]
    assert kept == ["default", "random weights", "pairs 0", "pairs 1", "encoders 0", "encoders 1"]
    assert plan(groups, costs(groups), [SPLIT], asked(36 / SHARE_PLANNED / 60)).dropped == ()


def test_a_budget_too_small_for_the_default_says_what_would_do() -> None:
    groups = rows(pairs=2)
    with pytest.raises(InputError) as caught:
        plan(groups, costs(groups, 3.3, 2.0), [SPLIT], asked(0.05, 3), spent=7.0)
    said = re.fullmatch(
        r"--budget 0\.05: the default alone, 2 epochs with 3 seeds, needs ([\d.]+) minutes; .*",
        str(caught.value),
    )
    assert said is not None
    enough = plan(groups, costs(groups, 3.3, 2.0), [SPLIT], asked(float(said[1]), 3), spent=7.0)
    assert (enough.epochs, enough.dropped) == (2, ("pairs 0", "pairs 1"))
    with pytest.raises(InputError):
        plan(groups, costs(groups, 3.3, 2.0), [SPLIT], asked(float(said[1]) - 0.02, 3), spent=7.0)


def test_one_epoch_is_enough_if_no_more_was_asked_for() -> None:
    groups = rows()
    assert plan(groups, costs(groups), [SPLIT], asked(0.05, epochs=1)).epochs == 1


def test_the_clock_expects_what_it_saw(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    clock = Clock(1.0)
    assert clock.left == 60
    assert clock.fits(60)
    assert not clock.fits(60.1)
    now[0] += 20
    clock.took(10, 20)  # twice as slow as planned
    assert (clock.spent, clock.left) == (20, 40)
    assert clock.fits(20)
    assert not clock.fits(20.1)
    clock.took(30, 20)  # now as planned, over all
    assert clock.fits(40)
    now[0] += 45
    assert clock.left == -5
    assert not clock.fits(0)


def test_rows_with_equal_options_share_a_training(quick: PretrainOptions) -> None:
    made = by_training(variants(quick, ("streams", "encoders")), quick)
    shared = [[row.name for row in group] for group in made if len(group) > 1]
    assert shared == [
        [
            "default",
            "spatial stream of the default",
            "temporal stream of the default",
            "graph-conv + gru, balanced",
        ]
    ]
    assert sum(len(group) for group in made) == 2 + 4 + 17


def test_what_is_equally_fast_is_timed_once(
    quick: PretrainOptions, toy: SkeletonDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed: list[PretrainOptions] = []

    def watched(_: SkeletonDataset, __: Split, options: PretrainOptions) -> float:
        timed.append(options)
        return float(len(timed))

    monkeypatch.setattr(module, "step_seconds", watched)
    groups = by_training(variants(quick, ("pairs", "encoders")), quick)
    split = Split("people", np.arange(18), np.arange(18, 36))
    found = measure_steps(toy, split, groups, quick, Clock(9.0))
    assert len(timed) == 1 + 1 + 5  # the default, without a third view, and five other pairs of encoders
    by_name = {group[0].name: seconds for group, seconds in zip(groups, found, strict=True)}
    assert by_name["random weights"] == by_name["st-gcn + gru, random weights"] == 0
    assert by_name["default"] == by_name["graph-conv + gru, concat"] == 1
    assert by_name["only crop+speed"] == by_name["only coordinates+viewpoint"] == 2
    assert by_name["st-gcn + lstm, balanced"] == by_name["st-gcn + lstm, concat"] > 2


def test_timing_ends_when_a_tenth_of_the_budget_is_spent(
    quick: PretrainOptions, toy: SkeletonDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, seconds = [0.0], iter((3.0, 4.0, 2.0, 99.0))

    def slow(*_: object) -> float:
        took = next(seconds)
        now[0] += took
        return took

    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    monkeypatch.setattr(module, "step_seconds", slow)
    groups = by_training(variants(quick, ("encoders",)), quick)
    split = Split("people", np.arange(18), np.arange(18, 36))
    found = measure_steps(toy, split, groups, quick, Clock(80 / 60))
    trained = [cost for cost, group in zip(found, groups, strict=True) if group[0].trains]
    assert trained == [3.0, 3.0, 4.0, 4.0, 2.0, 2.0, *[4.0] * 6]


def test_steps_are_timed_not_judged(quick: PretrainOptions, toy: SkeletonDataset) -> None:
    split = Split("people", np.arange(18), np.arange(18, 36))
    frozen = quick.model_copy(update={"learning_rate": 1e-9})  # nothing is learned
    assert 0 < step_seconds(toy, split, frozen) < 60


def test_the_schedule_in_words() -> None:
    made = Schedule(
        budget_minutes=3, rows=3, seeds=2, splits=1, trainings=4, epochs=7, seconds_per_epoch=0.125
    )
    said = "4 trainings (3 rows, 2 seeds, 1 splits) of 7 epochs of 0.12 s in 3 minutes"
    assert made.words() == said
