"""The recogniser: both streams, and a classifier over their vectors once there is one.

A checkpoint by folder, the one that ships, or `random`: the default network untrained.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from mgllm.errors import InputError
from mgllm.recognizer.clips import Clips
from mgllm.recognizer.network.checkpoint import CheckpointConfig, read_config, read_weights, versions
from mgllm.recognizer.network.reading import ClipReader, Numbers, Preprocessing, check_layout, layout_graph
from mgllm.recognizer.network.two_streams import StreamOptions, TwoStreams
from mgllm.skeleton import Layout, SkeletonDataset

BATCH = 64
"""Clips that go through the network together where nothing is learned."""
UNTRAINED = "random"
"""The name that stands for a network with random weights; a folder of that name is ./random."""


class Recognizer(nn.Module):
    """Clips in, features or logits out.

    The classifier reads standardised features, (z − mean) / scale: a linear probe's statistics are kept, a
    network that is trained as a whole starts with those of its training clips.
    """

    mean_D: Tensor
    scale_D: Tensor

    def __init__(self, streams: TwoStreams, classes: tuple[str, ...] = (), stream: str = "fused") -> None:
        super().__init__()
        self.streams = streams
        self.classes = classes
        self.stream = stream
        dims = streams.dims[stream]
        self.register_buffer("mean_D", torch.zeros(dims))
        self.register_buffer("scale_D", torch.ones(dims))
        self.classifier = nn.Linear(dims, len(classes)) if classes else None

    @property
    def dims(self) -> int:
        """Length of the features (D)."""
        return self.streams.dims[self.stream]

    def features(self, clips: Clips, stream: str | None = None) -> Tensor:
        """Vectors z_ND before any head."""
        z_ND: Tensor = self.streams(clips).by_stream[stream or self.stream]
        return z_ND

    def forward(self, clips: Clips) -> Tensor:
        """Logits [N, classes]."""
        if self.classifier is None:
            raise ValueError("a pretrained network has no classes; fine-tune it first")
        logits_NK: Tensor = self.classifier(self.standardised(self.features(clips)))
        return logits_NK

    def standardised(self, z_ND: Tensor) -> Tensor:
        """Features as the classifier reads them."""
        return (z_ND - self.mean_D) / self.scale_D

    @torch.no_grad()
    def standardise(self, z_ND: Tensor) -> None:
        """Take mean and scale from the features of training clips; what is constant keeps scale 1."""
        self.mean_D.copy_(z_ND.mean(0))
        spread_D = z_ND.std(0, unbiased=False)
        self.scale_D.copy_(torch.where(spread_D > 1e-6, spread_D, 1.0))


def new_recognizer(
    layout: Layout, dims: int, options: StreamOptions, *, seed: int, classes: tuple[str, ...] = ()
) -> Recognizer:
    """A network with random weights: the same for the same seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Recognizer(TwoStreams(layout_graph(layout), dims, options), classes)


def load_recognizer(folder: Path) -> tuple[Recognizer, CheckpointConfig]:
    """A checkpoint's network in eval mode, and its config.

    Raises:
        InputError: the folder is none, or weights and config do not fit.
    """
    config = read_config(folder)
    streams = TwoStreams(layout_graph(config.layout), config.dims, config.encoder)
    network = Recognizer(streams, config.classes, config.stream)
    put_weights(network, read_weights(folder), folder)
    return network.eval(), config


def put_weights(module: nn.Module, weights: Mapping[str, Tensor], where: Path) -> None:
    """Load weights; every name and shape must fit.

    Raises:
        InputError: they do not.
    """
    wanted = module.state_dict()
    lacking, strange = sorted(wanted.keys() - weights.keys()), sorted(weights.keys() - wanted.keys())
    if lacking or strange:
        name = (lacking or strange)[0]
        what = "lack" if lacking else "have the unknown"
        raise InputError(f"{where}: the weights {what} tensor '{name}'; they do not fit config.json")
    for name, value in weights.items():
        if value.shape != wanted[name].shape:
            found, right = tuple(value.shape), tuple(wanted[name].shape)
            raise InputError(f"{where}: tensor '{name}' has shape {found}, config.json asks for {right}")
    module.load_state_dict(dict(weights))


@torch.no_grad()
def encode(network: Recognizer, reader: ClipReader, numbers: Numbers, stream: str | None = None) -> Tensor:
    """Frozen features z_ND of clips by number, batch by batch, on the CPU."""
    return _in_batches(network, reader, numbers, lambda clips: network.features(clips, stream))


@torch.no_grad()
def classify(network: Recognizer, reader: ClipReader, numbers: Numbers) -> Tensor:
    """Probabilities p_NK of clips by number, batch by batch, on the CPU."""
    return _in_batches(network, reader, numbers, lambda clips: network(clips).softmax(-1))


def _in_batches(
    network: Recognizer, reader: ClipReader, numbers: Numbers, ask: Callable[[Clips], Tensor]
) -> Tensor:
    device = network.mean_D.device
    was_training = network.training
    network.eval()
    parts = [
        ask(reader.batch(numbers[first : first + BATCH], device)).float().cpu()
        for first in range(0, len(numbers), BATCH)
    ]
    network.train(was_training)
    return torch.cat(parts)


SHIPPED = Path(__file__).parent / "shipped"
"""Its folder. It has learned from made-up movements alone; its card says so. `mgllm recognizer rebuild` makes
its like again."""


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
