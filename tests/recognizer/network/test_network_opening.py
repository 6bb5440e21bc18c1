"""A checkpoint by folder or `random`; one for other joints or coordinates is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from mgllm.errors import InputError
from mgllm.recognizer.network.checkpoint import read_config
from mgllm.recognizer.network.network import (
    check_fit,
    encode,
    open_recognizer,
    untrained_config,
    with_classes,
)
from mgllm.recognizer.network.reading import Preprocessing
from mgllm.recognizer.network.two_streams import StreamOptions
from mgllm.skeleton import Layout, SkeletonDataset, open_dataset


@pytest.fixture
def toy(toy_set: Path) -> SkeletonDataset:
    return open_dataset(toy_set)


def changed(toy: SkeletonDataset, **meta: object) -> SkeletonDataset:
    return SkeletonDataset(toy.path, toy.meta.model_copy(update=meta), toy.clips, toy.joints)


def test_a_checkpoint_comes_with_its_own_reader(toy: SkeletonDataset, toy_checkpoint: Path) -> None:
    network, config, reader = open_recognizer(str(toy_checkpoint), toy, 0)
    assert config == read_config(toy_checkpoint)
    assert reader.how.frames == 8
    assert reader.batch([0, 1]).x_NTVC.shape == (2, 8, 6, 2)
    assert (network.classes, network.training) == ((), False)


def test_random_has_seen_nobody_and_is_decided_by_its_seed(toy: SkeletonDataset) -> None:
    made = [open_recognizer("random", toy, seed) for seed in (3, 3, 4)]
    vectors = [encode(network, reader, np.array([0, 5])) for network, _, reader in made]
    assert torch.equal(vectors[0], vectors[1])
    assert not torch.equal(vectors[0], vectors[2])
    _, config, _ = made[0]
    assert (config.subjects_seen, config.classes, config.encoder) == ((), (), StreamOptions())
    assert config == untrained_config(toy, StreamOptions(), Preprocessing())


def test_a_folder_that_is_none_is_refused(toy: SkeletonDataset, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere does not exist; a checkpoint is a folder with"):
        open_recognizer(str(tmp_path / "nowhere"), toy, 0)
    with pytest.raises(InputError, match="is not a checkpoint"):
        open_recognizer(str(tmp_path), toy, 0)


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ((1, 0, 2, 3, 4, 5), "first difference: 'neck' against 'head'"),
        ((0, 1, 2, 3, 4), "a layout of 6 joints; .* has 5 .*the first ones are the same"),
    ],
)
def test_other_joints_are_refused(
    toy: SkeletonDataset, toy_checkpoint: Path, order: tuple[int, ...], words: str
) -> None:
    joints = tuple(toy.meta.layout.joints[place] for place in order)
    edges = tuple(edge for edge in toy.meta.layout.edges if set(edge) <= set(joints))
    other = changed(toy, layout=Layout(joints=joints, edges=edges))
    with pytest.raises(InputError, match=words):
        open_recognizer(str(toy_checkpoint), other, 0)


def test_another_number_of_coordinates_is_refused(toy: SkeletonDataset, toy_checkpoint: Path) -> None:
    with pytest.raises(
        InputError, match=r"mine was made for 2 coordinates of each joint; .* has 3; train a recogniser"
    ):
        check_fit(read_config(toy_checkpoint), changed(toy, dims=3), "mine")


def test_with_classes_keeps_the_streams_and_begins_a_classifier(
    toy: SkeletonDataset, toy_checkpoint: Path
) -> None:
    network, _, reader = open_recognizer(str(toy_checkpoint), toy, 0)
    made = with_classes(network, toy.meta.classes, "spatial")
    assert made.streams is network.streams
    assert (made.classes, made.stream) == (toy.meta.classes, "spatial")
    assert made(reader.batch([0])).shape == (1, 3)
