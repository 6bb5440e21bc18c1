"""Floors against slow versions; who learns and how much."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mgllm.recognizer.evaluation import floors
from mgllm.recognizer.evaluation.floors import FRAMES, random_floors, raw_floors
from mgllm.recognizer.metrics import Labels, Reals, score
from mgllm.recognizer.network.checkpoint import CheckpointConfig
from mgllm.recognizer.network.network import encode, new_recognizer
from mgllm.recognizer.network.reading import ClipReader, Numbers
from mgllm.recognizer.network.two_streams import StreamOptions
from mgllm.recognizer.training.probing import neighbours
from mgllm.skeleton import Clip, SkeletonDataset, write_dataset
from mgllm.skeleton.preparing import prepare_clip, resampled

TRAIN, TEST = np.arange(18), np.arange(18, 36)


def positions(reader: ClipReader, numbers: Numbers) -> Reals:
    """Clips one by one: [N, 50, V * C]."""
    made = []
    for number in numbers:
        clip = prepare_clip(reader.dataset.clip(int(number)), reader.layout, 2, reader.how.preparation)
        made.append(resampled(clip, FRAMES).x.reshape(FRAMES, -1))
    return np.stack(made).astype(np.float64)


def with_velocity(x_NTF: Reals) -> Reals:
    rows = []
    for x_TF in x_NTF:
        steps = [np.zeros_like(x_TF[0]), *(x_TF[t] - x_TF[t - 1] for t in range(1, len(x_TF)))]
        rows.append(np.concatenate([x_TF, np.stack(steps)], 1).ravel())
    return np.stack(rows)


@pytest.fixture
def labels(toy: SkeletonDataset) -> Labels:
    return toy.labels


def test_the_nearest_neighbour_is_that_of_a_loop(reader: ClipReader, labels: Labels) -> None:
    train, test = positions(reader, TRAIN), positions(reader, TEST)
    said = [labels[TRAIN[np.argmin([np.linalg.norm(a - b) for b in train])]] for a in test]
    found = raw_floors(reader, TRAIN, TEST, seed=0)[0]
    assert found.name == "raw positions, 1-NN"
    assert found.scores.top1 == pytest.approx((np.array(said) == labels[TEST]).mean())
    assert found.scores.ece is None
    assert found.scores.top5 == 1
    assert (found.scores.n, found.scores.classes) == (18, 3)


def test_trees_and_regression_see_positions_and_velocities(reader: ClipReader, labels: Labels) -> None:
    _, trees, regression = raw_floors(reader, TRAIN, TEST, seed=7)
    train, test = (with_velocity(positions(reader, side)).astype(np.float32) for side in (TRAIN, TEST))
    forest = ExtraTreesClassifier(500, random_state=7).fit(train, labels[TRAIN])
    assert trees.scores.top1 == pytest.approx(forest.score(test, labels[TEST]), abs=1 / 18)
    line = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300)).fit(train, labels[TRAIN])
    assert regression.scores.top1 == pytest.approx(line.score(test, labels[TEST]), abs=1 / 18)
    wanted = score(line.predict_proba(test), labels[TEST])
    assert wanted.ece is not None
    assert regression.scores.ece == pytest.approx(wanted.ece, abs=0.06)


def test_they_repeat_and_learn(reader: ClipReader) -> None:
    first = raw_floors(reader, TRAIN, TEST, seed=3)
    assert first == raw_floors(reader, list(TRAIN), list(TEST), seed=3)
    assert max(floor.scores.top1 for floor in first) > 0.6


def test_a_class_that_nobody_learned_is_never_said(reader: ClipReader, labels: Labels) -> None:
    train = TRAIN[labels[TRAIN] != 1]
    for floor in raw_floors(reader, train, TEST, seed=0):
        assert floor.scores.classes == 3
        assert floor.scores.top1 <= 12 / 18


def test_one_class_alone_is_learned(reader: ClipReader, labels: Labels) -> None:
    train = TRAIN[labels[TRAIN] == 2]
    for floor in raw_floors(reader, train, TEST, seed=0):
        assert floor.scores.top1 == pytest.approx(1 / 3)


def test_large_sets_are_sampled_for_learning_alone(
    reader: ClipReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned: list[list[int]] = []
    batch = ClipReader.batch

    def listen(self: ClipReader, numbers: Numbers, device: str = "cpu") -> object:
        learned.append([int(number) for number in numbers])
        return batch(self, numbers, device)

    monkeypatch.setattr(ClipReader, "batch", listen)
    monkeypatch.setattr(floors, "MOST", 9)
    first = raw_floors(reader, TRAIN, TEST, seed=1)
    assert raw_floors(reader, TRAIN, TEST, seed=1) == first
    raw_floors(reader, TRAIN, TEST, seed=2)
    trained = learned[::2]
    assert learned[1::2] == [TEST.tolist()] * 3
    assert [len(set(numbers)) for numbers in trained] == [9] * 3
    assert all(set(numbers) <= set(TRAIN.tolist()) for numbers in trained)
    assert trained[0] == trained[1] != trained[2]


@pytest.fixture
def config(reader: ClipReader, small: StreamOptions) -> CheckpointConfig:
    return CheckpointConfig(
        kind="pretrained",
        encoder=small,
        layout=reader.layout,
        dims=2,
        preprocessing=reader.how,
        subjects_seen=(),
        training={},
        versions={},
    )


def test_the_untrained_encoder_by_its_parts(
    config: CheckpointConfig, reader: ClipReader, labels: Labels
) -> None:
    linear, nearest = random_floors(config, reader, TRAIN, TEST, seed=5, strength=0.1)
    assert linear.name == "random weights (layer norm, no batch norm to calibrate), linear"
    assert nearest.name == "random weights, 1-NN"
    network = new_recognizer(config.layout, 2, config.encoder, seed=5)
    z_train, z_test = encode(network, reader, TRAIN), encode(network, reader, TEST)
    assert nearest.scores == score(neighbours(z_train, labels[TRAIN], z_test, 3), labels[TEST])
    line = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
    line.fit(z_train.numpy(), labels[TRAIN])
    wanted = score(line.predict_proba(z_test.numpy()), labels[TEST])
    assert linear.scores.top1 == pytest.approx(wanted.top1, abs=1 / 18)


def test_the_untrained_encoder_is_a_function_of_the_seed(
    config: CheckpointConfig, reader: ClipReader
) -> None:
    first, again, other = (random_floors(config, reader, TRAIN, TEST, seed, 0.1) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_sides_may_be_any_sequence(config: CheckpointConfig, reader: ClipReader) -> None:
    arrays = random_floors(config, reader, TRAIN, TEST, 0, 0.1)
    assert random_floors(config, reader, tuple(TRAIN), tuple(TEST), 0, 0.1) == arrays
    assert raw_floors(reader, tuple(TRAIN), tuple(TEST), 0) == raw_floors(reader, TRAIN, TEST, 0)


def test_data_sets_of_a_clip_each_work(toy: SkeletonDataset, reader: ClipReader, tmp_path: Path) -> None:
    clips = [Clip(f"c{n}", f"p{n}", toy.clip(n)[:1], toy.clips[n].label) for n in range(3)]
    tiny = ClipReader(write_dataset(tmp_path / "d", toy.meta, clips).dataset, reader.how)
    found = raw_floors(tiny, [0, 1], [2], seed=0)
    assert [floor.scores.n for floor in found] == [1, 1, 1]
