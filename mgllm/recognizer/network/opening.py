"""A checkpoint by folder, the recogniser that ships, or `random`: the default network untrained."""

from __future__ import annotations

from pathlib import Path

from mgllm.errors import InputError
from mgllm.recognizer.network.checkpoint import CheckpointConfig, versions
from mgllm.recognizer.network.network import Recognizer, load_recognizer, new_recognizer
from mgllm.recognizer.network.reading import ClipReader, Preprocessing, check_layout
from mgllm.recognizer.network.shipped import SHIPPED
from mgllm.recognizer.network.two_streams import StreamOptions
from mgllm.skeleton import SkeletonDataset

UNTRAINED = "random"
"""The name that stands for a network with random weights; a folder of that name is ./random."""


def open_recognizer(
    name: str, dataset: SkeletonDataset, seed: int
) -> tuple[Recognizer, CheckpointConfig, ClipReader]:
    """A network, its config, and a reader that gives it the data set's clips.

    Raises:
        InputError: no checkpoint, or one for another layout.
    """
    if name == UNTRAINED:
        config = untrained_config(dataset, StreamOptions(), Preprocessing())
        network = new_recognizer(config.layout, config.dims, config.encoder, seed=seed)
    else:
        network, config = load_recognizer(Path(name))
        check_fit(config, dataset, name)
    return network, config, ClipReader(dataset, config.preprocessing)


def named_recognizer(checkpoint: Path | None) -> tuple[Path, Recognizer, CheckpointConfig]:
    """The recogniser of a folder, or the one that ships.

    Raises:
        InputError: no checkpoint, or one without classes.
    """
    folder = checkpoint or SHIPPED
    network, config = load_recognizer(folder)
    if not config.classes:
        raise InputError(f"{folder} has no classes; make some: mgllm recognizer finetune")
    return folder, network, config


def called(checkpoint: Path | None) -> str:
    """How messages name it."""
    return "the recogniser that ships" if checkpoint is None else str(checkpoint)


def check_fit(config: CheckpointConfig, dataset: SkeletonDataset, name: str) -> None:
    """See that a checkpoint can read a data set's clips.

    Raises:
        InputError: other joints or dimensions.
    """
    check_layout(config.layout, dataset, name)
    if config.dims != dataset.meta.dims:
        raise InputError(
            f"{name} was made for {config.dims} coordinates a joint, {dataset.path} has {dataset.meta.dims}; "
            "train one on this data set"
        )


def untrained_config(
    dataset: SkeletonDataset, encoder: StreamOptions, preprocessing: Preprocessing
) -> CheckpointConfig:
    """The config of a network that has seen nothing."""
    return CheckpointConfig(
        kind="pretrained",
        encoder=encoder,
        layout=dataset.meta.layout,
        dims=dataset.meta.dims,
        preprocessing=preprocessing,
        subjects_seen=(),
        training={},
        versions=versions(),
    )


def with_classes(network: Recognizer, classes: tuple[str, ...], stream: str) -> Recognizer:
    """The same streams, a fresh classifier for other classes. The weights are shared, not copied."""
    return Recognizer(network.streams, classes, stream).to(network.mean_D.device)
