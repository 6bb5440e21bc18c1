"""Fine-tuning gives a checkpoint classes, and writes down whose clips and labels it has seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn.functional import cross_entropy

from mgllm.commands.recognizer import finetune as finetuning
from mgllm.commands.recognizer.finetune import Finetuned, FinetuneOptions, finetune
from mgllm.errors import InputError, TrainingStopped
from mgllm.recognizer.evaluation.splits import SplitOptions
from mgllm.recognizer.network.checkpoint import CONFIG, read_config
from mgllm.recognizer.network.network import load_recognizer
from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.training import supervised
from mgllm.recognizer.training.supervised import SupervisedOptions
from mgllm.recognizer.training.training_state import STATE, save_state
from mgllm.skeleton import open_dataset

Tune = Callable[..., Finetuned]
Rewrite = Callable[..., Path]


@pytest.fixture
def tune(toy_set: Path, toy_checkpoint: Path, tmp_path: Path) -> Tune:
    """Two epochs on subject 3, into a folder of the test's."""

    def run(
        out: str = "out",
        *,
        name: Path | str = toy_checkpoint,
        path: Path = toy_set,
        on: str | None = "subject=3",
        training: dict[str, Any] | None = None,
        resume: bool = False,
        **options: Any,
    ) -> Finetuned:
        knobs = SupervisedOptions(epochs=2, batch=3, device="cpu").model_copy(update=training or {})
        made = FinetuneOptions(which=SplitOptions(train_on=on), training=knobs, **options)
        return finetune(str(name), path, tmp_path / out, made, resume=resume, display="none")

    return run


def same_streams(one: Path, two: Path) -> bool:
    states = [load_recognizer(folder)[0].streams.state_dict() for folder in (one, two)]
    return all(torch.equal(value, states[1][name]) for name, value in states[0].items())


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def broken(tune: Tune, monkeypatch: pytest.MonkeyPatch) -> str:
    """A training of two epochs in folder `broken` that ends after the first."""

    def save_then_die(*args: Any) -> None:
        save_state(*args)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(finetuning, "save_state", save_then_die)
        with pytest.raises(Killed):
            tune("broken")
    return "broken"


def test_a_training_that_was_interrupted_goes_on_to_the_same_bytes(
    tune: Tune, broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tune("whole")
    assert [path.name for path in (tmp_path / broken).iterdir()] == [STATE]
    monkeypatch.setattr(supervised, "start_classifier", None)  # it would destroy what was learned
    resumed = tune(broken, resume=True)
    assert resumed.loss == whole.loss
    kept = {path.name: path.read_bytes() for path in (tmp_path / "whole").iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / broken).iterdir()} == kept


def test_only_the_same_training_can_be_resumed(tune: Tune, broken: str) -> None:
    with pytest.raises(InputError, match="go on with --resume"):
        tune(broken)
    with pytest.raises(InputError, match=r"learning_rate was 0\.001 and is now 0\.5"):
        tune(broken, resume=True, training={"learning_rate": 0.5})
    with pytest.raises(InputError, match="other clips or from another checkpoint"):
        tune(broken, resume=True, name="random")
    with pytest.raises(InputError, match="other clips or from another checkpoint"):
        tune(broken, resume=True, on="subject=2")
    with pytest.raises(InputError, match="no unfinished training"):
        tune("empty", resume=True)


def test_what_is_left_and_what_is_said(tune: Tune, toy_checkpoint: Path, tmp_path: Path) -> None:
    made = tune()
    assert (made.kind, made.clips, made.subjects, made.classes) == ("finetuned", 6, ("3",), 3)
    assert made.loss is not None
    assert made.loss > 0
    network, config = load_recognizer(tmp_path / "out")
    assert (config.kind, config.classes, network.classes) == ("finetuned", *2 * (("nod", "wave", "shrug"),))
    assert config.training["from"] == str(toy_checkpoint)
    assert config.training["epochs"] == 2
    assert config.preprocessing == read_config(toy_checkpoint).preprocessing
    assert not same_streams(tmp_path / "out", toy_checkpoint)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["config.json", "model.safetensors", "model_card.md"]


def test_seen_without_labels_and_seen_with_labels_stand_both_in_config_and_card(
    tune: Tune, tmp_path: Path
) -> None:
    tune()
    seen = read_config(tmp_path / "out").subjects_seen
    assert [(entry.subjects, entry.clips, entry.labelled) for entry in seen] == [
        (("1", "2"), 12, False),
        (("3",), 6, True),
    ]
    card = (tmp_path / "out" / "model_card.md").read_text(encoding="utf-8")
    assert "without labels: 12 clips of 2 subjects: `1, 2`" in card
    assert "with labels: 6 clips of 1 subjects: `3`" in card


def test_tuned_again_it_remembers_all(tune: Tune, toy_classifier: Path, tmp_path: Path) -> None:
    tune(name=toy_classifier, on="subject=4")
    seen = read_config(tmp_path / "out").subjects_seen
    assert [(entry.subjects, entry.labelled) for entry in seen] == [
        (("1", "2"), False),
        (("3",), True),
        (("4",), True),
    ]


def test_linear_leaves_the_encoder_as_it_was(tune: Tune, toy_checkpoint: Path, tmp_path: Path) -> None:
    made = tune(linear=True)
    assert (made.kind, made.loss) == ("linear", None)
    assert read_config(tmp_path / "out").kind == "linear"
    assert same_streams(tmp_path / "out", toy_checkpoint)
    network, _ = load_recognizer(tmp_path / "out")
    assert network.classifier is not None
    assert bool(network.classifier.weight.any())


@pytest.mark.parametrize("linear", [True, False])
def test_the_tail_counts(tune: Tune, tmp_path: Path, linear: bool) -> None:
    biases = []
    for tail in ("none", "logit", "sampling"):
        tune(tail, linear=linear, on="id=3-nod-0,3-nod-1,3-wave-0", training={"long_tail": tail, "epochs": 3})
        network, _ = load_recognizer(tmp_path / tail)
        assert network.classifier is not None
        biases.append(tuple(network.classifier.bias.tolist()))
    assert len(set(biases)) == 3


def test_random_is_training_from_scratch(tune: Tune, tmp_path: Path) -> None:
    tune(name="random", on="id=3-nod-0,3-wave-0", training={"epochs": 1})
    config = read_config(tmp_path / "out")
    assert config.training["from"] == "random"
    assert [entry.labelled for entry in config.subjects_seen] == [True]


def test_a_fraction_of_labels_has_each_class(tune: Tune) -> None:
    assert tune("tenth", label_fraction=0.1, linear=True).clips == 3
    assert tune("half", label_fraction=0.5, linear=True, on=None).clips == 12


def test_the_same_seed_is_the_same_checkpoint(tune: Tune, tmp_path: Path) -> None:
    for out, seed in (("one", 1), ("again", 1), ("two", 2)):
        tune(out, training={"seed": seed})
    one, again, two = ((tmp_path / out / "model.safetensors").read_bytes() for out in ("one", "again", "two"))
    assert one == again
    assert one != two


def test_clips_without_a_label_are_passed_over(tune: Tune, rewrite: Rewrite) -> None:
    path = rewrite("half", label=lambda who, label: None if who == "4" else label)
    made = tune(path=path, on="subject=3,4", linear=True)
    assert (made.clips, made.subjects) == (6, ("3",))
    with pytest.raises(InputError, match="no clip to learn from has a label"):
        tune("none", path=path, on="subject=4")


def test_a_set_without_classes_has_nothing_to_teach(tune: Tune, rewrite: Rewrite) -> None:
    path = rewrite("bare", classes=(), label=lambda *_: None)
    with pytest.raises(InputError, match="has no classes, so there is nothing to learn"):
        tune(path=path)


def test_a_place_that_is_taken_is_refused(tune: Tune, tmp_path: Path) -> None:
    tune(linear=True)
    before = (tmp_path / "out" / "model.safetensors").read_bytes()
    with pytest.raises(InputError, match="out already has a checkpoint"):
        tune()
    assert (tmp_path / "out" / "model.safetensors").read_bytes() == before
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="file"):
        tune("file")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_loss_that_is_no_number_leaves_no_checkpoint(tune: Tune, tmp_path: Path) -> None:
    with pytest.raises(TrainingStopped, match="is not a finite number at epoch"):
        tune(training={"learning_rate": 1e30})
    assert not (tmp_path / "out" / CONFIG).exists()


def test_a_checkpoint_of_another_layout_is_refused(tune: Tune, toy_set: Path, rewrite: Rewrite) -> None:
    toy = open_dataset(toy_set)
    joints = ("neck", "face", *toy.meta.layout.joints[2:])
    edges = (("neck", "face"), *toy.meta.layout.edges[1:])
    layout = toy.meta.layout.model_validate(toy.meta.layout.model_dump() | {"joints": joints, "edges": edges})
    path = rewrite("other", layout=layout)
    with pytest.raises(InputError, match="first difference: 'head' against 'face'"):
        tune(path=path)


def test_the_data_set_is_not_touched(tune: Tune, toy_set: Path) -> None:
    before = open_dataset(toy_set)
    tune(linear=True)
    assert open_dataset(toy_set).sha256 == before.sha256


def test_calibration_is_by_others_and_lists_them(tune: Tune, toy_set: Path, tmp_path: Path) -> None:
    plain, made = tune("plain"), tune("calibrated", calibrate_on="subject=1,2")
    assert (plain.temperature, made.subjects) == (1.0, ("3",))
    assert made.temperature != 1.0
    networks = {name: load_recognizer(tmp_path / name)[0] for name in ("plain", "calibrated")}
    reader = ClipReader(open_dataset(toy_set), read_config(tmp_path / "plain").preprocessing)
    logits = {name: network(reader.batch(range(24))) for name, network in networks.items()}
    torch.testing.assert_close(logits["calibrated"] * made.temperature, logits["plain"])
    config = read_config(tmp_path / "calibrated")
    assert config.subjects_seen[-1].subjects == ("1", "2", "3")
    assert config.training["temperature"] == pytest.approx(made.temperature, abs=1e-4)
    y_N = torch.from_numpy(open_dataset(toy_set).labels[:12])
    losses = {name: float(cross_entropy(value[:12].detach(), y_N)) for name, value in logits.items()}
    assert losses["calibrated"] < losses["plain"]


def test_calibration_on_people_learned_from_is_refused(tune: Tune) -> None:
    with pytest.raises(InputError, match="subject 3 is also among those to learn from"):
        tune(calibrate_on="subject=3,4")
