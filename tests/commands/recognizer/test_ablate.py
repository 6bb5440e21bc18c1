"""The ablation divides its budget, trains each row once a seed, and keeps to its time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mgllm.commands._options import parse_options
from mgllm.commands.recognizer.ablate import ablate
from mgllm.commands.recognizer.evaluate import evaluate
from mgllm.errors import InputError, TrainingStopped
from mgllm.recognizer.evaluation import ablation_run as module
from mgllm.recognizer.evaluation.ablation_run import AblateOptions
from mgllm.recognizer.evaluation.ablation_table import PUBLISHED, Ablation
from mgllm.recognizer.evaluation.protocols import Protocol, probabilities
from mgllm.recognizer.evaluation.splits import SplitOptions
from mgllm.recognizer.evaluation.trial import EvaluateOptions
from mgllm.recognizer.network.network import Recognizer
from mgllm.recognizer.training.pretraining import Pretraining, PretrainOptions

NEW = SplitOptions(train_on="subject=1,2", test_on="subject=3,4")


@pytest.fixture
def options(tiny: list[str]) -> Callable[..., AblateOptions]:
    """One seed, at most two epochs of the tiny network; nothing but default and random weights."""

    def make(*sets: str, **changes: Any) -> AblateOptions:
        training = parse_options(PretrainOptions, {"epochs": 2, "device": "cpu"}, [*tiny, *sets])
        base = AblateOptions(budget=15.0, seeds=1, parts=(), which=NEW, training=training)
        return base.model_copy(update=changes)

    return make


@pytest.fixture
def epochs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each epoch that is trained: its seed."""
    ran: list[int] = []
    epoch = Pretraining.epoch

    def counted(self: Pretraining, *rest: Any) -> Any:
        ran.append(self.options.seed)
        return epoch(self, *rest)

    monkeypatch.setattr(Pretraining, "epoch", counted)
    return ran


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float, float], list[float]]:
    """Time stands still but for the work: so many seconds for a step, and for a test by one
    protocol; the list has the time and may be changed."""

    def start(step: float, test: float) -> list[float]:
        now, work, ask = [0.0], Pretraining.epoch, probabilities

        def trained(self: Pretraining, *rest: Any) -> Any:
            now[0] += step * self.steps
            return work(self, *rest)

        def tested(*rest: Any) -> Any:
            now[0] += test
            return ask(*rest)

        monkeypatch.setattr(module, "monotonic", lambda: now[0])
        monkeypatch.setattr(Pretraining, "epoch", trained)
        monkeypatch.setattr(module, "probabilities", tested)
        return now

    return start


def test_rows_schedule_and_files(
    options: Callable[..., AblateOptions], toy_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ablate(toy_set, options(parts=("fusions",)), out=tmp_path / "new" / "out", display="plain")
    assert [row.name for row in found.rows] == [
        *("default", "random weights"),
        *("fusion concat", "fusion sum", "fusion gated"),
    ]
    for row in found.rows:
        for scores in (row.linear, row.knn):
            for values in (scores.top1, scores.mean_class, scores.macro_f1):
                assert len(values) == 1
                assert 0 <= values[0] <= 1
    schedule = found.schedule
    assert (schedule.rows, schedule.seeds, schedule.splits, schedule.trainings) == (5, 1, 1, 4)
    assert (schedule.epochs, found.n, found.unfinished, found.dropped) == (2, 12, (), ())
    assert (found.dataset, found.split) == ("toy", "subject=1,2 / subject=3,4")
    told = capsys.readouterr().err.splitlines()
    assert told[0] == f"schedule: {schedule.words()}"
    assert told[-1].startswith("ablate: 5 of 5 steps, ")
    assert [Path(name).name for name in found.files] == ["table.md", "table.tex", "rows.json"]
    markdown, latex, rows = (Path(name).read_text(encoding="utf-8") for name in found.files)
    assert markdown == found.markdown
    assert latex.count(r"\begin{") == latex.count(r"\end{") == 1
    kept = Ablation.model_validate(json.loads(rows))
    assert kept == found.model_copy(update={"markdown": "", "files": ()})


def test_the_default_is_what_pretrain_and_evaluate_give(
    options: Callable[..., AblateOptions], toy_set: Path, toy_checkpoint: Path
) -> None:
    default = ablate(toy_set, options(), display="none").rows[0]
    for protocol in ("linear", "knn"):
        how = EvaluateOptions.model_validate({"protocol": protocol, "which": NEW, "floors": False})
        found = evaluate(str(toy_checkpoint), toy_set, how, display="none")
        scores = getattr(default, protocol)
        assert scores.top1 == (found.top1,)
        assert scores.mean_class == (found.mean_class,)
        assert scores.macro_f1 == (found.macro_f1,)


def test_rows_that_only_look_elsewhere_share_a_training(
    options: Callable[..., AblateOptions],
    toy_set: Path,
    epochs: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[str] = []

    def watched(protocol: Protocol, network: Recognizer, *rest: Any) -> Any:
        looked.append(network.stream)
        return probabilities(protocol, network, *rest)

    monkeypatch.setattr(module, "probabilities", watched)
    found = ablate(toy_set, options(parts=("streams",)), display="none")
    assert len(found.rows) == 6
    assert found.schedule.trainings == 3
    assert Counter(looked) == {"fused": 4, "spatial": 4, "temporal": 4}  # two rows, two protocols
    assert len(epochs) == 3 * 2 + 3 * 2  # two of each are timed; random weights are not trained


def test_each_seed_and_each_fold_is_a_training(
    options: Callable[..., AblateOptions], toy_set: Path, epochs: list[int]
) -> None:
    found = ablate(toy_set, options("epochs=1", seeds=2, which=SplitOptions(folds=2)), display="none")
    assert (found.split, found.n, found.schedule.trainings) == ("2 folds by subject", 24, 4)
    assert [row.seeds for row in found.rows] == [2, 2]
    assert epochs == [0, 0, *(0, 0), *(1, 1)]


Timed = Callable[[float, float], list[float]]


def test_a_budget_is_kept_by_leaving_rows_out(
    options: Callable[..., AblateOptions], toy_set: Path, clock: Timed, capsys: pytest.CaptureFixture[str]
) -> None:
    """F11: probes of nine rows took four minutes of a budget of two."""
    clock(1.0, 5.0)
    asked = options(parts=("fusions", "alone"), budget=3.55)
    found = ablate(toy_set, asked, display="plain")
    assert 0.9 * 3.55 <= found.minutes <= 1.1 * 3.55
    kept = [row.name for row in found.rows]
    assert kept[:2] == ["default", "random weights"]
    assert {"fusion concat", "only coordinates"} <= set(kept)
    assert len(kept) + len(found.dropped) == 2 + 3 + 9
    assert found.dropped == ("only parts",)
    assert found.schedule.dropped == ("only mirror", "only parts")  # a mirror fitted after all
    assert not set(kept) & set(found.dropped)
    assert (
        f"Left out, because the budget is too small for them: {'; '.join(found.dropped)}." in found.markdown
    )
    assert "left out, because the budget is too small: only mirror; only parts" in capsys.readouterr().err


def test_when_the_machine_becomes_slower_the_budget_is_still_kept(
    options: Callable[..., AblateOptions], toy_set: Path, clock: Timed, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, epoch = clock(0.5, 0.5), Pretraining.epoch

    def slower(self: Pretraining, *rest: Any) -> Any:
        now[0] += 2.0 if self.options.epochs == 2 else 0.0  # those that are timed have a hundred
        return epoch(self, *rest)

    monkeypatch.setattr(Pretraining, "epoch", slower)
    found = ablate(toy_set, options(parts=("fusions",), seeds=3, budget=1.25), display="none")
    assert found.schedule.dropped == ()
    assert 0.9 * 1.25 <= found.minutes <= 1.1 * 1.25
    assert found.unfinished
    assert f"Fewer seeds than planned: {'; '.join(found.unfinished)}." in found.markdown
    assert {row.name for row in found.rows if row.seeds < 3} == set(found.unfinished)


def test_a_training_that_outlasts_the_budget_is_given_up(
    options: Callable[..., AblateOptions], toy_set: Path, clock: Timed, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, epoch = clock(0.5, 0.5), Pretraining.epoch

    def stuck(self: Pretraining, *rest: Any) -> Any:
        now[0] += 30.0 if self.options.encoder.fusion == "sum" and self.options.epochs == 2 else 0.0
        return epoch(self, *rest)

    monkeypatch.setattr(Pretraining, "epoch", stuck)
    found = ablate(toy_set, options(parts=("fusions",), budget=0.5), display="none")
    assert [row.name for row in found.rows] == ["default", "random weights", "fusion concat"]
    assert found.dropped == ("fusion sum", "fusion gated")
    assert "minutes more than the budget" in found.markdown
    assert now[0] < 60  # the second epoch was not begun


def test_encoders_are_compared_and_published_numbers_stand_beside(
    options: Callable[..., AblateOptions], toy_set: Path, rewrite: Callable[..., Path]
) -> None:
    """F12: there were two encoders, and no numbers of others."""
    asked = options("epochs=1", parts=("encoders",), budget=10.0)
    found = ablate(toy_set, asked, display="none")
    assert len(found.rows) == 2 + 17
    by_name = {row.name: row for row in found.rows}
    assert by_name["graph-conv + gru, balanced"].linear == by_name["default"].linear
    assert by_name["st-gcn + transformer, concat"].seeds == 1
    assert found.published == ()
    named = rewrite("named", name="UTD-MHAD")
    beside = ablate(named, options("epochs=1"), display="none")
    assert beside.published == PUBLISHED["UTD-MHAD"]
    assert beside.rows == ablate(toy_set, options("epochs=1"), display="none").rows
    assert "| † SOS | 87.00 |" in beside.markdown


def test_a_training_that_goes_astray_does_not_take_the_others_with_it(
    options: Callable[..., AblateOptions], toy_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    epoch = Pretraining.epoch

    def astray(self: Pretraining, *rest: Any) -> Any:
        if self.options.encoder.fusion == "sum" and self.options.epochs == 1:
            raise TrainingStopped("all clips have become one vector")
        return epoch(self, *rest)

    monkeypatch.setattr(Pretraining, "epoch", astray)
    found = ablate(toy_set, options("epochs=1", parts=("fusions",)), display="none")
    names = ["default", "random weights", "fusion concat", "fusion gated"]
    assert [row.name for row in found.rows] == names
    assert found.dropped == ()
    assert found.stopped == ("fusion sum, seed 0: all clips have become one vector",)
    assert "Stopped: fusion sum, seed 0: all clips have become one vector." in found.markdown


def test_a_budget_too_small_for_the_default_leaves_no_folder(
    options: Callable[..., AblateOptions], toy_set: Path, clock: Timed, tmp_path: Path
) -> None:
    clock(3.0, 1.0)
    asked = options(budget=0.05, parts=("fusions",))
    with pytest.raises(InputError, match=r"--budget 0\.05: the default alone, 2 epochs with 1 seeds, needs"):
        ablate(toy_set, asked, out=tmp_path / "out", display="none")
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_ablated(
    options: Callable[..., AblateOptions], toy_set: Path, rewrite: Callable[..., Path]
) -> None:
    with pytest.raises(InputError, match=r"unknown part 'fusion'\. Did you mean 'fusions'\?"):
        ablate(toy_set, options(parts=("fusion",)), display="none")
    with pytest.raises(InputError, match="its splits are people, view; name one with --split"):
        ablate(toy_set, options(which=SplitOptions()), display="none")
    with pytest.raises(InputError, match="unknown augmentation 'crops'"):
        ablate(toy_set, options("augment=crops"), display="none")
    bare = rewrite("bare", classes=(), label=lambda *_: None)
    with pytest.raises(InputError, match="no clip of the train side has a label"):
        ablate(bare, options(), display="none")
    half = rewrite("half", label=lambda who, label: None if who in ("3", "4") else label)
    with pytest.raises(InputError, match="no clip of the test side has a label"):
        ablate(half, options(), display="none")


def test_a_folder_that_cannot_be_written_is_told_before_the_trainings(
    options: Callable[..., AblateOptions], toy_set: Path, tmp_path: Path, epochs: list[int]
) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="file cannot be written"):
        ablate(toy_set, options(), out=tmp_path / "file", display="none")
    assert len(epochs) == 2  # those that are timed
