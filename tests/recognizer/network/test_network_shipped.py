"""The recogniser in the package: what it is, what it reads of unseen ranges, and what it cannot know."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from mgllm.commands.recognizer._people import COPYRIGHTS
from mgllm.commands.recognizer.evaluate import evaluate
from mgllm.commands.recognizer.score import ScoreOptions, score_folders
from mgllm.commands.synth import SynthOptions, synthesize
from mgllm.commands.transcribe_sets import TranscribeOptions, transcribe
from mgllm.recognizer.evaluation.splits import SplitOptions
from mgllm.recognizer.evaluation.trial import EvaluateOptions
from mgllm.recognizer.network.checkpoint import CARD, WEIGHTS, CheckpointConfig, read_config
from mgllm.recognizer.network.network import BACKGROUND_NAME, SHIPPED, classify, load_recognizer
from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.timelines.people import OPEN_PEOPLE
from mgllm.skeleton import Clip, open_dataset, write_dataset
from mgllm.synthetic import hidden_classes, visible_classes
from mgllm.synthetic.definitions import MADE_UP

MOST_BYTES = 8_000_000


@pytest.fixture(scope="module")
def config() -> CheckpointConfig:
    return read_config(SHIPPED)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    synthesize(out, SynthOptions(clips=900, recordings=7, minutes=2, seed=4242))
    return out


def test_its_weights_are_small_and_in_16_bits() -> None:
    assert (SHIPPED / WEIGHTS).stat().st_size <= MOST_BYTES
    with safe_open(SHIPPED / WEIGHTS, "pt") as file:
        assert {file.get_tensor(name).dtype for name in file.keys()} == {torch.float16}  # noqa: SIM118  # no dict


def test_its_card_names_whom_it_has_learned_from(config: CheckpointConfig) -> None:
    assert config.subjects_seen
    for seen in config.subjects_seen:
        assert all(name.startswith((MADE_UP, OPEN_PEOPLE)) for name in seen.made_of if "windows" not in name)
        people = {name for name in seen.subjects if name.startswith("o0")}
        assert people
        assert not {name for name in people if name[:3] in {"o06", "o07", "o08"}}  # tests, for everyone
    card = (SHIPPED / CARD).read_text()
    for notice in COPYRIGHTS.values():
        assert notice in card
    assert "consent" in card
    assert "Do not use this model to judge a person" in card


def test_it_tells_what_can_be_seen_and_background(config: CheckpointConfig) -> None:
    assert config.classes == (*visible_classes(), BACKGROUND_NAME)
    assert not set(hidden_classes()) & set(config.classes)


def test_it_reads_bodies_and_cameras_of_unseen_ranges(made: Path) -> None:
    how = EvaluateOptions(protocol="classifier", which=SplitOptions(test_on="part=test"), floors=False)
    found = evaluate(str(SHIPPED), made / "clips", how, display="none")
    assert found.n == 200
    assert found.mean_class > 0.75
    assert not found.transductive


def test_it_finds_gestures_in_a_recording_of_unseen_ranges(made: Path, tmp_path: Path) -> None:
    done = transcribe(
        made / "recordings", tmp_path / "out", TranscribeOptions(on="part=test"), display="none"
    )
    assert done.exposures == {"held_out": 2}
    scores = score_folders(tmp_path / "out", made / "recordings", ScoreOptions())
    assert scores.gestures > 20
    assert scores.f1["0.3"] > 0.5


def test_what_the_layout_cannot_show_stays_at_chance(made: Path, tmp_path: Path) -> None:
    """Lips and cheeks leave no trace in 22 joints: such clips are a person at rest, whatever the name."""
    recordings = open_dataset(made / "recordings")
    random = np.random.default_rng(0)
    labels = hidden_classes()
    assert len(labels) == 2
    clips = []
    for number in range(200):
        joints_TVC, fps = recordings.clip(number % 2), recordings.clips[number % 2].fps
        start = int(random.integers(0, len(joints_TVC) - 50))
        label = labels[int(random.integers(2))]
        clips.append(Clip(f"{number}", "r", joints_TVC[start : start + 50], label, fps))
    dataset = write_dataset(
        tmp_path / "hidden", recordings.meta.model_copy(update={"classes": labels, "splits": {}}), clips
    ).dataset
    network, config = load_recognizer(SHIPPED)
    z_NK = classify(network, ClipReader(dataset, config.preprocessing), range(200)).numpy()
    near_N = np.linalg.norm(z_NK[:, None] - z_NK[None], axis=-1) + 9 * np.eye(200)
    right = float((dataset.labels[near_N.argmin(1)] == dataset.labels).mean())
    assert 0.38 < right < 0.62  # three standard errors and a half around a half
