"""Pre-training writes a checkpoint after every epoch; broken off and resumed it is the same to the bit."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgllm.commands._options import parse_options
from mgllm.commands.recognizer.pretrain import Pretrained, pretrain
from mgllm.errors import InputError, TrainingStopped
from mgllm.progress import Display, Progress
from mgllm.recognizer.evaluation.splits import SplitOptions
from mgllm.recognizer.network.checkpoint import read_config
from mgllm.recognizer.network.network import load_recognizer
from mgllm.recognizer.training.length import epochs_for
from mgllm.recognizer.training.pretraining import Pretraining, PretrainOptions
from mgllm.recognizer.training.training_state import clips_identity
from mgllm.skeleton import SkeletonDataset, open_dataset

Train = Callable[..., Pretrained]
FILES = ["config.json", "history.csv", "model.safetensors", "model_card.md", "training.png"]
UNFINISHED = sorted([*FILES, "training.safetensors"])


@pytest.fixture
def train(toy_set: Path, tiny: list[str], tmp_path: Path) -> Train:
    """Two epochs on the subjects 1 and 2 of the toy set, into a folder of the test's."""

    def run(
        out: str = "out",
        *sets: str,
        path: Path = toy_set,
        resume: bool = False,
        on: str = "1,2",
        display: Display = "none",
    ) -> Pretrained:
        options = parse_options(PretrainOptions, {"epochs": 2, "device": "cpu"}, [*tiny, *sets])
        which = SplitOptions(train_on=f"subject={on}")
        return pretrain(path, tmp_path / out, options, which, resume=resume, display=display)

    return run


@pytest.fixture
def interrupted(train: Train, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A training in the folder `out` that is stopped by Ctrl-C when one epoch is behind it."""

    def stop(self: Progress, text: str) -> None:
        raise KeyboardInterrupt

    def run() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(Progress, "note", stop)
            with pytest.raises(KeyboardInterrupt):
                train()

    return run


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_left_and_what_is_said(train: Train, toy_set: Path, tmp_path: Path) -> None:
    made = train()
    assert (made.checkpoint, made.epochs, made.clips, made.subjects) == (tmp_path / "out", 2, 12, ("1", "2"))
    assert made.seconds > 0
    assert made.clips_per_second == pytest.approx(24 / made.seconds)
    assert names(tmp_path / "out") == FILES
    with (tmp_path / "out" / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert float(rows[-1]["loss"]) == pytest.approx(made.loss, rel=1e-5)
    network, config = load_recognizer(tmp_path / "out")
    assert (config.kind, config.classes, network.classes) == ("pretrained", (), ())
    (seen,) = config.subjects_seen
    assert (seen.dataset, seen.sha256) == ("toy", open_dataset(toy_set).sha256)
    assert (seen.subjects, seen.clips, seen.labelled) == (("1", "2"), 12, False)
    assert config.training["epochs_done"] == 2
    options = {name: config.training[name] for name in PretrainOptions.model_fields}
    assert PretrainOptions.model_validate(options).fitted(12) == PretrainOptions.model_validate(options)


def test_the_seed_decides_the_weights(train: Train, tmp_path: Path) -> None:
    for out, seed in (("one", 1), ("again", 1), ("two", 2)):
        train(out, "epochs=1", f"seed={seed}")
    one, again, two = ((tmp_path / out / "model.safetensors").read_bytes() for out in ("one", "again", "two"))
    assert one == again
    assert one != two


def test_resumed_is_the_same_to_the_bit_as_unbroken(
    train: Train, interrupted: Callable[[], None], tmp_path: Path
) -> None:
    interrupted()
    assert names(tmp_path / "out") == UNFINISHED
    assert read_config(tmp_path / "out").training["epochs_done"] == 1
    resumed, unbroken = train(resume=True), train("unbroken")
    one, two = ((tmp_path / out / "model.safetensors").read_bytes() for out in ("out", "unbroken"))
    assert one == two
    assert (resumed.loss, resumed.verdict, resumed.epochs) == (unbroken.loss, unbroken.verdict, 2)
    assert names(tmp_path / "out") == FILES


def test_only_what_was_stopped_can_be_resumed(train: Train, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no unfinished training in .*out to resume"):
        train(resume=True)
    train("out", "epochs=1")
    with pytest.raises(InputError, match="is a finished training, so there is nothing to resume"):
        train("out", "epochs=1", resume=True)
    with pytest.raises(InputError, match=r"already has a checkpoint; choose another folder, or .* --resume"):
        train()
    assert names(tmp_path / "out") == FILES


def test_what_is_resumed_must_be_the_same_training(
    train: Train, interrupted: Callable[[], None], toy_set: Path, tmp_path: Path
) -> None:
    interrupted()
    kept = (tmp_path / "out" / "model.safetensors").read_bytes()
    with pytest.raises(InputError, match="seed was 0 and is now 1; resume with the same options"):
        train("out", "seed=1", resume=True)
    with pytest.raises(InputError, match="epochs was 2 and is now 4"):
        train("out", "epochs=4", resume=True)
    with pytest.raises(
        InputError, match="other clips or from another checkpoint; give the same checkpoint, data set"
    ):
        train(on="1,3", resume=True)
    shutil.copytree(toy_set, tmp_path / "other")
    joints = tmp_path / "other" / "joints.npy"
    joints.write_bytes(joints.read_bytes()[:-4] + b"\0\0\0\0")
    with pytest.raises(InputError, match="was trained on other clips"):
        train(path=tmp_path / "other", resume=True)
    with pytest.raises(InputError, match="already has a checkpoint"):
        train()
    assert names(tmp_path / "out") == UNFINISHED
    assert (tmp_path / "out" / "model.safetensors").read_bytes() == kept


def test_a_damaged_state_is_refused(train: Train, interrupted: Callable[[], None], tmp_path: Path) -> None:
    interrupted()
    state = tmp_path / "out" / "training.safetensors"
    whole = state.read_bytes()
    for cut in (whole[:-5], whole[:100], b""):
        state.write_bytes(cut)
        with pytest.raises(InputError, match=r"training\.safetensors is damaged: .*start again in another"):
            train(resume=True)


def test_after_a_loss_that_is_no_number_the_last_epochs_checkpoint_is_there(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate = Pretraining._set_rate

    def astray(self: Pretraining, step: int) -> float:
        found = rate(self, step)
        if step == self.steps:  # the first of the second epoch
            for group in self.optimizer.param_groups:
                group["lr"] = float("nan")
        return found

    monkeypatch.setattr(Pretraining, "_set_rate", astray)
    with pytest.raises(TrainingStopped) as caught:
        train()
    assert "is not a finite number at epoch 2, step 2 (step 5 of all)" in str(caught.value)
    assert "the checkpoint of epoch 1 is kept; continue with a lower learning rate than 0.01" in str(
        caught.value
    )
    assert caught.value.exit_code == 1
    network, config = load_recognizer(tmp_path / "out")
    assert config.training["epochs_done"] == 1
    assert all(bool(weight.isfinite().all()) for weight in network.state_dict().values())
    monkeypatch.undo()
    assert train(resume=True).epochs == 2


def test_a_training_that_collapses_is_stopped_in_words(train: Train, tmp_path: Path) -> None:
    with pytest.raises(TrainingStopped, match=r"epoch 2: .*collapsed: all clips get nearly the same vector"):
        train("out", "learning_rate=1e-9", "contrast.temperature=1", "judged_after=0")
    assert read_config(tmp_path / "out").training["epochs_done"] == 1


def test_clips_of_one_frame_can_be_learned_from(train: Train, rewrite: Callable[..., Path]) -> None:
    assert train(path=rewrite("one-frame", frames=slice(3, 4))).clips == 12


def test_what_clips_lack_is_said_and_kept(
    train: Train, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train().notes == ()
    made = train("hands", "preprocessing.only=[left_hand, right_hand]", display="plain")
    root, scale = made.notes
    assert root.startswith("the root (neck) is never seen")
    assert scale.startswith("no clip has both left_shoulder and right_shoulder")
    assert scale.endswith("such as left_hand-right_hand")
    told = capsys.readouterr().err.splitlines()
    assert told[:2] == [f"note: {root}", f"note: {scale}"]
    assert f"* {scale}" in (tmp_path / "hands" / "model_card.md").read_text(encoding="utf-8")
    scaled = train("scaled", "preprocessing.preparation.scale=left_hand-right_hand")
    assert scaled.notes == ()
    assert read_config(tmp_path / "scaled").preprocessing.preparation.scale == "left_hand-right_hand"


def test_clips_without_what_was_asked_for_are_refused(
    train: Train, rewrite: Callable[..., Path], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"--scale neck-left_hand: .*has no clip with both"):
        train(
            "out", "preprocessing.only=[neck, right_hand]", "preprocessing.preparation.scale=neck-left_hand"
        )
    assert not list(tmp_path.rglob("config.json"))


def test_the_length_is_stored(train: Train, tmp_path: Path) -> None:
    made = train("out", "epochs=null")
    training = read_config(tmp_path / "out").training
    assert made.epochs == training["epochs_done"] == training["epochs"] == epochs_for(12, training["batch"])


def test_one_clip_is_too_few(train: Train, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="1 clips to learn from; contrast needs at least two"):
        train(on="3;camera=0;label=nod")
    assert not list(tmp_path.rglob("config.json"))


def test_the_identity_is_of_clips_and_content(toy_set: Path) -> None:
    toy = open_dataset(toy_set)
    other: Any = SkeletonDataset(toy.path, toy.meta, toy.clips, toy.joints[:] * np.float32(2))
    some = np.array([0, 1, 2])
    found = {clips_identity(toy, some), clips_identity(toy, some + 1), clips_identity(other, some)}
    assert len(found) == 3
    assert clips_identity(open_dataset(toy_set), some.copy()) in found
