"""The ablation divides its budget, trains each row once a seed, and keeps to its time."""

from __future__ import annotations

import json
import re
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
from mgllm.recognizer.evaluation.ablation import variants
from mgllm.recognizer.evaluation.ablation_run import AblateOptions, Ablation, plan
from mgllm.recognizer.evaluation.protocols import Protocol, probabilities
from mgllm.recognizer.evaluation.splits import SplitOptions, both_sides
from mgllm.recognizer.evaluation.trial import EvaluateOptions
from mgllm.recognizer.network.network import Recognizer
from mgllm.recognizer.training.pretraining import Pretraining, PretrainOptions
from mgllm.skeleton import open_dataset

NEW = SplitOptions(train_on="subject=1,2", test_on="subject=3,4")


@pytest.fixture
def options(tiny: list[str]) -> Callable[..., AblateOptions]:
    """One seed, at most two epochs of the tiny network; nothing but default and random weights."""

    def make(*sets: str, **changes: Any) -> AblateOptions:
        training = parse_options(PretrainOptions, {"epochs": 2, "device": "cpu"}, [*tiny, *sets])
        base = AblateOptions(budget=1.0, seeds=1, parts=(), which=NEW, training=training)
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


def takes(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """An epoch of the default takes so long."""
    monkeypatch.setattr(module, "seconds_per_epoch", lambda *_: seconds)


def test_rows_schedule_and_files(
    options: Callable[..., AblateOptions], toy_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ablate(toy_set, options(parts=("fusions",)), out=tmp_path / "new" / "out", display="plain")
    assert [row.name for row in found.rows] == [
        *("default", "random weights"),
        *("fusion concat", "fusion sum", "fusion gated"),
    ]
    for row in found.rows:
        assert len(row.linear) == len(row.knn) == 1
        assert 0 <= row.linear[0] <= 1
        assert 0 <= row.knn[0] <= 1
    schedule = found.schedule
    assert (schedule.rows, schedule.seeds, schedule.splits, schedule.trainings) == (5, 1, 1, 4)
    assert (schedule.epochs, found.n, found.unfinished) == (2, 12, ())
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
        assert getattr(default, protocol) == (found.top1,)


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
    assert len(epochs) == 2 + 3 * 2  # two are timed; random weights are not trained


def test_each_seed_and_each_fold_is_a_training(
    options: Callable[..., AblateOptions], toy_set: Path, epochs: list[int]
) -> None:
    found = ablate(toy_set, options("epochs=1", seeds=2, which=SplitOptions(folds=2)), display="none")
    assert (found.split, found.n, found.schedule.trainings) == ("2 folds by subject", 24, 4)
    assert [len(row.linear) for row in found.rows] == [2, 2]
    assert epochs == [0, 0, *(0, 0), *(1, 1)]


def test_when_time_runs_out_each_row_has_one_seed(
    options: Callable[..., AblateOptions], toy_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    takes(monkeypatch, 1e-6)
    found = ablate(toy_set, options("epochs=1", seeds=3, budget=1e-4), display="none")
    assert [len(row.linear) for row in found.rows] == [1, 1]
    assert found.unfinished == ("default", "random weights")
    assert "Fewer seeds than planned: default, random weights." in found.markdown


def test_a_training_that_goes_astray_does_not_take_the_others_with_it(
    options: Callable[..., AblateOptions], toy_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    takes(monkeypatch, 1e-6)
    epoch = Pretraining.epoch

    def astray(self: Pretraining, *rest: Any) -> Any:
        if self.options.encoder.fusion == "sum":
            raise TrainingStopped("all clips have become one vector")
        return epoch(self, *rest)

    monkeypatch.setattr(Pretraining, "epoch", astray)
    found = ablate(toy_set, options("epochs=1", parts=("fusions",)), display="none")
    names = ["default", "random weights", "fusion concat", "fusion gated"]
    assert [row.name for row in found.rows] == names
    assert found.stopped == ("fusion sum, seed 0: all clips have become one vector",)
    assert "Stopped: fusion sum, seed 0: all clips have become one vector." in found.markdown


@pytest.mark.parametrize(
    ("budget", "seeds", "seconds", "most", "epochs"),
    [(1.0, 1, 1.0, 30, 30), (1.0, 2, 1.0, 30, 25), (0.5, 1, 0.5, 1000, 51), (0.5, 3, 2.0, 30, 4)],
)
def test_the_budget_is_divided(
    options: Callable[..., AblateOptions],
    toy_set: Path,
    monkeypatch: pytest.MonkeyPatch,
    budget: float,
    seeds: int,
    seconds: float,
    most: int,
    epochs: int,
) -> None:
    takes(monkeypatch, seconds)
    asked = options(f"epochs={most}", budget=budget, seeds=seeds)
    toy = open_dataset(toy_set)
    found = plan(toy, both_sides(toy, NEW, 0), variants(asked.training, ()), asked)
    assert found.epochs == epochs == min(most, int(0.85 * 60 * budget / (seeds * seconds)))
    assert found.trainings * found.epochs * seconds <= 0.85 * 60 * budget


def test_a_budget_too_small_is_told_what_would_do(
    options: Callable[..., AblateOptions], toy_set: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    takes(monkeypatch, 3.3)
    asked = options(budget=0.05, parts=("fusions",))
    with pytest.raises(InputError) as caught:
        ablate(toy_set, asked, out=tmp_path / "out", display="none")
    told = re.fullmatch(
        r"--budget 0\.05: 4 trainings of two epochs need ([\d.]+) minutes; .*", str(caught.value)
    )
    assert told is not None
    assert not (tmp_path / "out").exists()
    toy = open_dataset(toy_set)
    enough = asked.model_copy(update={"budget": float(told[1])})
    assert plan(toy, both_sides(toy, NEW, 0), variants(asked.training, ("fusions",)), enough).epochs == 2


def test_two_epochs_are_timed_not_judged(options: Callable[..., AblateOptions], toy_set: Path) -> None:
    asked = options("learning_rate=1e-9", "contrast.temperature=1")  # collapses at once
    toy = open_dataset(toy_set)
    assert plan(toy, both_sides(toy, NEW, 0), variants(asked.training, ()), asked).seconds_per_epoch > 0


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
