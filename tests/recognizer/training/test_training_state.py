"""A training that was interrupted goes on as if it had not been, to the bit; states that do not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.training.dual_stream import ContrastOptions
from mgllm.recognizer.training.pretraining import Pretraining, PretrainOptions
from mgllm.recognizer.training.processes import Processes
from mgllm.recognizer.training.training_state import STATE, load_state, save_state

Refusal = Callable[[Callable[[], object]], str]


@pytest.fixture
def begin(reader: ClipReader, quick: PretrainOptions) -> Callable[..., Pretraining]:
    """A training of four epochs of which some are done."""

    def make(done: int = 0, **changes: Any) -> Pretraining:
        options = quick.model_copy(update={"epochs": 4, **changes})
        training = Pretraining(reader, range(36), options, Processes())
        for _ in range(done):
            training.epoch()
        return training

    return make


Begin = Callable[..., Pretraining]


def check_same(a: Pretraining, b: Pretraining) -> None:
    theirs = b.model.state_dict()
    assert {name.split(".")[0] for name in theirs} == {"query", "key", "queues"}
    for name, value in a.model.state_dict().items():
        assert torch.equal(value, theirs[name]), name
    assert [row.model_copy(update={"seconds": 0.0}) for row in a.history] == [
        row.model_copy(update={"seconds": 0.0}) for row in b.history
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"contrast": ContrastOptions(temporal=0, fused=0, cross=0, balance=0)},  # heads without a gradient
        {"precision": "bfloat16", "batch": 10, "extreme": None},
    ],
    ids=["usual", "one stream", "half"],
)
def test_a_resumed_training_is_an_unbroken_one(begin: Begin, tmp_path: Path, changes: dict[str, Any]) -> None:
    unbroken, broken = begin(4, **changes), begin(2, **changes)
    save_state(broken, "hash", tmp_path)
    torch.manual_seed(99)
    resumed = begin(**changes)
    load_state(resumed, "hash", tmp_path)
    check_same(resumed, broken)
    assert resumed.epochs_done == 2
    resumed.epoch()
    resumed.epoch()
    check_same(resumed, unbroken)


def test_saving_changes_nothing_and_replaces_the_last_state(begin: Begin, tmp_path: Path) -> None:
    training, silent = begin(), begin(2)
    for _ in range(2):
        training.epoch()
        save_state(training, "hash", tmp_path)
    check_same(training, silent)
    assert [path.name for path in tmp_path.iterdir()] == [STATE]
    resumed = begin()
    load_state(resumed, "hash", tmp_path)
    assert resumed.epochs_done == 2


def test_a_save_that_fails_leaves_the_state_before(
    begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_state(begin(), "clips", tmp_path)
    before = (tmp_path / STATE).read_bytes()

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        save_state(begin(1), "clips", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [STATE]
    assert (tmp_path / STATE).read_bytes() == before


def test_the_device_may_change(begin: Begin, tmp_path: Path) -> None:
    save_state(begin(1), "hash", tmp_path)
    name = "auto" if not torch.cuda.is_available() else "cpu"
    resumed = begin(device=name)
    load_state(resumed, "hash", tmp_path)
    assert resumed.epochs_done == 1


def test_the_state_is_a_plain_file(begin: Begin, tmp_path: Path) -> None:
    training = begin(1)
    save_state(training, "hash", tmp_path)
    with safe_open(tmp_path / STATE, "pt") as file:
        assert set(file.metadata()) == {"options", "clips", "history"}
        kinds = {key.split(".")[0] for key in file.keys()}  # noqa: SIM118  # no mapping
    assert kinds == {"model", "optimizer"}
    assert len(load_file(tmp_path / STATE)) > 3 * len(training.weights)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"learning_rate": 0.5}, "learning_rate was 0.02 and is now 0.5; resume with the same options"),
        ({"seed": 3}, "seed was 0 and is now 3"),
        ({"epochs": 9}, "epochs was 4 and is now 9"),
        ({"augment": "none"}, "augment was 'gentle' and is now 'none'"),
        ({"queue": 7}, "queue was 36 and is now 7"),
        ({"contrast": ContrastOptions(temperature=0.2)}, "contrast was {"),
    ],
)
def test_other_options_are_refused(
    begin: Begin, tmp_path: Path, refusal: Refusal, changes: dict[str, Any], words: str
) -> None:
    save_state(begin(1), "hash", tmp_path)
    other = begin(**changes)
    before = {name: value.clone() for name, value in other.model.state_dict().items()}
    line = refusal(lambda: load_state(other, "hash", tmp_path))
    assert words in line
    assert "or start again in another folder" in line
    assert other.history == []
    assert all(torch.equal(value, before[name]) for name, value in other.model.state_dict().items())


def test_other_clips_are_refused(begin: Begin, tmp_path: Path, refusal: Refusal) -> None:
    save_state(begin(1), "hash", tmp_path)
    line = refusal(lambda: load_state(begin(), "other", tmp_path))
    assert "was trained on other clips or from another checkpoint; give the same checkpoint, data set" in line


def test_no_state(begin: Begin, tmp_path: Path, refusal: Refusal) -> None:
    line = refusal(lambda: load_state(begin(), "hash", tmp_path))
    assert f"there is no unfinished training in {tmp_path} to resume" in line


def test_a_damaged_file(begin: Begin, tmp_path: Path, refusal: Refusal) -> None:
    save_state(begin(1), "hash", tmp_path)
    path = tmp_path / STATE
    whole = path.read_bytes()
    fresh = begin()
    for damaged in (whole[:-100], whole[:50], b"", whole[:8] + b"x" * 200):
        path.write_bytes(damaged)
        line = refusal(lambda: load_state(fresh, "hash", tmp_path))
        assert line.startswith(f"{path} is damaged: ")
        assert line.endswith("start again in another folder")


def rewrite(path: Path, change: Callable[[dict[str, Any], dict[str, str]], object]) -> None:
    with safe_open(path, "pt") as file:
        about = dict(file.metadata())
    tensors = load_file(path)
    change(tensors, about)
    save_file(tensors, path, about)


def _no_model(tensors: dict[str, Any], _: dict[str, str]) -> None:
    for name in [name for name in tensors if name.startswith("model.queues")]:
        del tensors[name]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda tensors, _: tensors.pop("optimizer.0.step"), "the optimiser's state is not complete"),
        (lambda _, about: about.pop("options"), "is damaged"),
        (lambda _, about: about.pop("clips"), "was trained on other clips"),
        (lambda _, about: about.update(history="[1]"), "is damaged"),
        (lambda _, about: about.update(history="{torn"), "is damaged"),
        (lambda _, about: about.update(options='{"epochs": 0}'), "is damaged"),
        (_no_model, "the weights have no tensor 'queues."),
    ],
)
def test_parts_that_are_not_there(
    begin: Begin, tmp_path: Path, refusal: Refusal, change: Callable[..., object], words: str
) -> None:
    save_state(begin(1), "hash", tmp_path)
    rewrite(tmp_path / STATE, change)
    line = refusal(lambda: load_state(begin(), "hash", tmp_path))
    assert str(tmp_path / STATE) in line
    assert words in line
