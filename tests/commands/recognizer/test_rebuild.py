"""The recogniser that ships, made again on a small scale: each step leaves its folder; none is done twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from mgllm.commands._options import parse_options
from mgllm.commands.recognizer.rebuild import RebuildOptions, Rebuilt, rebuild
from mgllm.errors import InputError
from mgllm.recognizer.network.checkpoint import read_config
from mgllm.recognizer.network.network import BACKGROUND_NAME, load_recognizer
from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.network.trunk import TRUNK_CLASSES
from mgllm.recognizer.timelines.people import PeopleOptions
from mgllm.skeleton import open_dataset
from mgllm.synthetic import hidden_classes, visible_classes
from mgllm.transcription.recordings import exposure_of
from tests.commands.recognizer.made_people import people_set

JOINTS = ("neck", "right_shoulder", "left_shoulder", "right_wrist", "left_wrist")


@pytest.fixture(scope="module")
def small(tiny: list[str]) -> RebuildOptions:
    sets = [f"pretraining.{word}" for word in tiny if "learning_rate" not in word]
    quick = [
        "finetuning.epochs=1",
        "finetuning.batch=32",
        "pretraining.batch=32",
        "pretraining.judged_after=9999",
        "pretraining.encoder.contact=contacts",
        "pretraining.encoder.contact_args={width: 8}",
    ]
    said = {"clips": 160, "recordings": 4, "minutes": 1, "joints": JOINTS, "seed": 5}
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
    assert "landmarks of people" not in card
    assert config.encoder.contact == "contacts"
    assert config.trunk_classes == TRUNK_CLASSES


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


@pytest.fixture(scope="module")
def with_people(made: Rebuilt, small: RebuildOptions, tmp_path_factory: pytest.TempPathFactory) -> Rebuilt:
    """The same made-up movements, and some people beside them."""
    out = tmp_path_factory.mktemp("with people")
    shutil.copytree(made.checkpoint.parent / "made", out / "made")
    people = people_set(out / "landmarks")
    options = small.model_copy(update={"people": people, "people_windows": PeopleOptions(windows=1)})
    return rebuild(out, options, display="none", say=lambda _: None)


def test_it_learns_from_people_and_is_calibrated_on_others(with_people: Rebuilt) -> None:
    folder = with_people.checkpoint.parent
    learned = open_dataset(folder / "learned")
    people = {row.subject: row.more["part"] for row in learned.clips if row.more["people"] == "yes"}
    assert people == {f"{group}{who}": "train" for group in ("o01", "o03") for who in "ab"} | {
        f"{group}{who}": "validation" for group in ("o02", "o05") for who in "ab"
    }
    network, config = load_recognizer(with_people.checkpoint)
    without, with_labels = config.subjects_seen
    learned_from = {name for name, part in people.items() if part == "train"}
    assert {name for name in without.subjects if name in people} == learned_from
    assert {name for name in with_labels.subjects if name in people} == set(people)
    made_up = {row.subject for row in learned.clips if row.more["people"] != "yes"}
    made_up_learned = {row.subject for row in learned.clips if row.more["part"] == "train"} & made_up
    assert {name for name in with_labels.subjects if name not in people} == made_up_learned
    assert with_people.temperature != 1
    clips = ClipReader(learned, config.preprocessing).batch(range(5))
    torch.testing.assert_close(network(clips).softmax(-1).sum(-1), torch.ones(5))


def test_its_card_names_each_source_and_what_licences_do_not_cover(with_people: Rebuilt) -> None:
    card = (with_people.checkpoint / "model_card.md").read_text()
    for group in ("o01", "o02", "o03", "o05"):
        assert f"* {group}: https://github.com/ann/{group}, commit c0ffee, MIT" in card
    assert "ann/o07" not in card
    for words in (
        "Landmarks alone were used",
        "consent",
        "Terms, in the words of that data set: by group",
        "calibrated on people",
        "o02, o05",
    ):
        assert words in card
    assert "made-up movements alone" not in card
    assert "distances of fingertips" in card


def test_who_it_has_seen_is_known_by_name(with_people: Rebuilt) -> None:
    config = read_config(with_people.checkpoint)
    assert exposure_of(config, "talk", None) == "held_out"
    assert exposure_of(config, "talk", "o01a") == "in_sample"
    landmarks = open_dataset(with_people.checkpoint.parent / "landmarks")
    assert config.exposure(landmarks, ["o07a"]) == ()
    assert config.exposure(landmarks, ["o03b"]) != ()


def test_people_who_say_nothing_of_places_are_refused(
    small: RebuildOptions, made: Rebuilt, toy_set: Path, tmp_path: Path
) -> None:
    shutil.copytree(made.checkpoint.parent / "made", tmp_path / "made")
    options = small.model_copy(update={"people": toy_set})
    with pytest.raises(InputError, match="has no column 'mg_accept'"):
        rebuild(tmp_path, options, display="none", say=lambda _: None)
