"""The recogniser that ships, made again on a small scale: each step leaves its folder; none is done twice."""

from __future__ import annotations

import pytest

from mgllm.commands._options import parse_options
from mgllm.commands.recognizer.rebuild import RebuildOptions, Rebuilt, rebuild
from mgllm.errors import InputError
from mgllm.recognizer.network.checkpoint import read_config
from mgllm.recognizer.network.network import load_recognizer
from mgllm.recognizer.timelines.timeline import BACKGROUND_NAME
from mgllm.skeleton import open_dataset
from mgllm.synthetic import hidden_classes, visible_classes

JOINTS = ("neck", "right_shoulder", "left_shoulder", "right_wrist", "left_wrist")


@pytest.fixture(scope="module")
def small(tiny: list[str]) -> RebuildOptions:
    sets = [f"pretraining.{word}" for word in tiny if "learning_rate" not in word]
    quick = [
        "finetuning.epochs=1",
        "finetuning.batch=32",
        "pretraining.batch=32",
        "pretraining.judged_after=9999",
    ]
    said = {"clips": 120, "recordings": 4, "minutes": 1, "joints": JOINTS, "seed": 5}
    return parse_options(RebuildOptions, said, [*sets, *quick])


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def made(small: RebuildOptions, told: list[str], tmp_path_factory: pytest.TempPathFactory) -> Rebuilt:
    return rebuild(tmp_path_factory.mktemp("rebuilt"), small, display="none", say=told.append)


def test_it_is_a_checkpoint_with_all_that_can_be_seen(made: Rebuilt) -> None:
    network, config = load_recognizer(made.checkpoint)
    assert config.classes == (*visible_classes(), BACKGROUND_NAME)
    assert not set(hidden_classes()) & set(config.classes)
    assert made.classes == len(network.classes) == 31
    assert config.preprocessing.only == JOINTS
    assert made.bytes == (made.checkpoint / "model.safetensors").stat().st_size
    card = (made.checkpoint / "model_card.md").read_text()
    assert "made-up movements alone" in card
    assert "pressing lips" in card


def test_it_has_learned_from_seen_ranges_alone_and_says_so(made: Rebuilt) -> None:
    learned = open_dataset(made.checkpoint.parent / "learned")
    parts = dict(zip(learned.column("subject"), learned.column("part"), strict=True))
    without, with_labels = read_config(made.checkpoint).subjects_seen
    assert {parts[person] for person in without.subjects} == {"train"}
    assert {parts[person] for person in with_labels.subjects} == {"train", "validation"}
    made_up = read_config(made.checkpoint).exposure(
        open_dataset(made.checkpoint.parent / "made" / "recordings"), ["r00000"]
    )
    assert made_up != ()


def test_each_step_is_said_and_done_once(made: Rebuilt, small: RebuildOptions, told: list[str]) -> None:
    assert [line[:3] for line in told] == ["1/5", "2/5", "3/5", "4/5", "5/5"]
    folder = made.checkpoint.parent
    with pytest.raises(InputError, match="already has a recogniser"):
        rebuild(folder, small, display="none", say=told.append)
    (made.checkpoint / "config.json").rename(folder / "config.json")
    again: list[str] = []
    second = rebuild(folder, small, display="none", say=again.append)
    assert again == ["5/5 halving its weights"]
    assert second.sha256 == made.sha256
