"""A trunk's head is given, kept and dropped; clips with accepted classes are learned from and judged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from mgllm.cli import main
from mgllm.commands.recognizer.evaluate import evaluate
from mgllm.commands.recognizer.finetune import Finetuned, FinetuneOptions, finetune
from mgllm.errors import InputError
from mgllm.recognizer.evaluation.splits import SplitOptions
from mgllm.recognizer.evaluation.trial import EvaluateOptions
from mgllm.recognizer.network.checkpoint import read_config
from mgllm.recognizer.network.network import load_recognizer
from mgllm.recognizer.training.supervised import SupervisedOptions
from mgllm.skeleton import Clip, DatasetMeta, open_dataset, write_dataset
from mgllm.skeleton.layouts import load_layout

CLASSES = ("moving torso", "touching ears", "touching hat", "background")
Tune = Callable[..., Finetuned]


def clips(*, labels: tuple[str, ...], open_people: bool) -> Iterator[Clip]:
    """Three people of each label; and, of p4 and p5, clips with accepted classes alone."""
    random = np.random.default_rng(0)
    pose_VC = random.normal(200, 60, (22, 2))
    for number in range(24):
        label, subject = labels[number % len(labels)], f"p{1 + number % 3}"
        joints_TVC = pose_VC + random.normal(0, 2, (10, 22, 2))
        yield Clip(f"c{number}", subject, joints_TVC, label, 25.0, {"accept": ""})
    for number in range(12 if open_people else 0):
        accept = ("touching ears|touching hat", "background")[number % 2]
        joints_TVC = pose_VC + random.normal(0, 2, (10, 22, 2))
        yield Clip(f"a{number}", f"p{4 + number // 6}", joints_TVC, None, 25.0, {"accept": accept})


def written(path: Path, classes: tuple[str, ...], *, open_people: bool = False) -> Path:
    meta = DatasetMeta(
        name=path.name, layout=load_layout("imigue22"), dims=2, units="pixels", classes=classes
    )
    write_dataset(path, meta, clips(labels=classes, open_people=open_people))
    return path


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("sets") / "people", CLASSES, open_people=True)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("sets") / "plain", ("moving torso", "touching ears"))


@pytest.fixture(scope="module")
def checkpoint(people: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a head for the trunk; learned from p1, p2 and p4."""
    out = tmp_path_factory.mktemp("trunk") / "checkpoint"
    _tuned("random", people, out, "subject=p1,p2,p4", trunk=True, calibrate_on="subject=p5")
    return out


def _tuned(name: str, path: Path, out: Path, on: str | None, **options: object) -> Finetuned:
    training = SupervisedOptions(epochs=1, batch=8, device="cpu")
    how = FinetuneOptions.model_validate(
        {"which": SplitOptions(train_on=on), "training": training, **options}
    )
    return finetune(name, path, out, how, display="none")


def test_the_head_is_part_of_the_checkpoint(checkpoint: Path) -> None:
    network, config = load_recognizer(checkpoint)
    assert config.trunk_classes == network.trunk_classes == ("moving torso",)
    assert network.trunk is not None
    assert "a head of its own for the trunk" in (checkpoint / "model_card.md").read_text()


def test_clips_with_accepted_classes_are_learned_from_and_calibrated_on(
    checkpoint: Path, people: Path
) -> None:
    (seen,) = read_config(checkpoint).subjects_seen
    assert seen.subjects == ("p1", "p2", "p4", "p5")
    learned = [row for row in open_dataset(people).clips if row.subject in ("p1", "p2", "p4", "p5")]
    assert seen.clips == len(learned)
    assert read_config(checkpoint).training["temperature"] != 1


def test_calibration_on_people_with_accepted_classes_who_are_learned_from_is_refused(
    people: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="subject p4 is also among those to learn from"):
        _tuned("random", people, tmp_path / "out", None, calibrate_on="subject=p4")


def test_a_checkpoint_with_a_head_keeps_it(checkpoint: Path, people: Path, tmp_path: Path) -> None:
    _tuned(str(checkpoint), people, tmp_path / "again", "subject=p1")
    assert read_config(tmp_path / "again").trunk_classes == ("moving torso",)


def test_without_a_class_for_nothing_there_is_no_head(checkpoint: Path, plain: Path, tmp_path: Path) -> None:
    _tuned(str(checkpoint), plain, tmp_path / "out", "subject=p1")
    network, config = load_recognizer(tmp_path / "out")
    assert (config.trunk_classes, network.trunk) == ((), None)
    assert config.classes == ("moving torso", "touching ears")


def test_a_linear_classifier_has_no_head_and_needs_labels(
    checkpoint: Path, people: Path, tmp_path: Path
) -> None:
    made = _tuned(str(checkpoint), people, tmp_path / "out", "subject=p1,p4", linear=True)
    assert (made.clips, made.subjects) == (8, ("p1",))
    assert read_config(tmp_path / "out").trunk_classes == ()
    with pytest.raises(InputError, match="no clip to learn from has a label"):
        _tuned(str(checkpoint), people, tmp_path / "none", "subject=p4", linear=True)


@pytest.mark.parametrize("protocol", ["linear", "knn", "finetune"])
def test_a_checkpoint_with_a_head_is_tested_on_other_classes(
    checkpoint: Path, plain: Path, protocol: str
) -> None:
    how = EvaluateOptions.model_validate(
        {
            "protocol": protocol,
            "which": SplitOptions(train_on="subject=p1,p2"),
            "floors": False,
            "training": SupervisedOptions(epochs=1, device="cpu"),
        }
    )
    found = evaluate(str(checkpoint), plain, how, display="none")
    assert found.n == 8
    assert found.classes == 2


def test_all_probabilities_of_the_checkpoint_are_one_distribution(checkpoint: Path, people: Path) -> None:
    how = EvaluateOptions(protocol="classifier", which=SplitOptions(test_on="subject=p3"), floors=False)
    found = evaluate(str(checkpoint), people, how, display="none")
    assert found.n == 8
    assert found.ece is not None
    assert 0 <= found.ece <= 1


@pytest.mark.parametrize("linear", [False, True])
def test_json_says_what_was_made(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], linear: bool
) -> None:
    words = ["recognizer", "finetune", "random", str(people), "-o", str(tmp_path / "out"), "--json"]
    words += ["--train-on", "subject=p1,p4", "--calibrate-on", "subject=p5", "--epochs", "1"]
    with pytest.raises(SystemExit) as caught:
        main([*words, *(["--linear"] if linear else [])])
    assert caught.value.code == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["clips"], told["subjects"]) == ((8, ["p1"]) if linear else (14, ["p1", "p4"]))
    assert told["classes"] == 4
    assert told["temperature"] > 0


@torch.no_grad()
def test_the_network_says_nothing_of_a_trunk_in_a_still_clip(checkpoint: Path) -> None:
    from mgllm.recognizer.clips import Clips

    network, config = load_recognizer(checkpoint)
    still = torch.randn(1, 1, 22, 2).repeat(1, 32, 1, 1)
    p_NK = network(Clips(still, torch.ones(1, 32, 22, dtype=torch.bool))).softmax(-1)
    assert float(p_NK[0, config.classes.index("moving torso")]) < 0.05
