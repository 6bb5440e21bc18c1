"""The recogniser: both streams and, after training with labels, a classifier over their vectors.

It is a checkpoint in a folder, the bundled one, or `random`: the default network, untrained.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from mgllm.errors import InputError
from mgllm.recognizer.clips import Clips
from mgllm.recognizer.network.checkpoint import CheckpointConfig, read_config, read_weights, versions
from mgllm.recognizer.network.reading import ClipReader, Numbers, Preprocessing, check_layout, layout_graph
from mgllm.recognizer.network.trunk import RawLogits, TrunkHead
from mgllm.recognizer.network.two_streams import StreamOptions, TwoStreams
from mgllm.skeleton import Layout, SkeletonDataset

Asked = TypeVar("Asked")
BATCH = 64
"""Clips that go through the network together when nothing is learned. Our choice."""
BACKGROUND_NAME = "background"
"""Class for times without any gesture, in recognisers that have learned it."""
UNTRAINED = "random"
"""The name of a network with random weights; for a folder with this name write ./random."""


class Recognizer(nn.Module):
    """Clips in, features or logits out.

    The classifier reads standardised features, (z − mean) / scale. A linear probe keeps its
    statistics; a network whose weights are all trained starts with those of its training clips.

    With a trunk's head, its classes share the probability that the classifier gives to background:
    P(trunk class) = P(background) · P(class | trunk). A trunk that moves while a hand does
    something follows the hand.
    """

    mean_D: Tensor
    scale_D: Tensor

    def __init__(
        self,
        streams: TwoStreams,
        classes: tuple[str, ...] = (),
        stream: str = "fused",
        trunk_classes: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self.streams = streams
        self.classes = classes
        self.stream = stream
        dims = streams.dims[stream]
        self.register_buffer("mean_D", torch.zeros(dims))
        self.register_buffer("scale_D", torch.ones(dims))
        self.classifier = nn.Linear(dims, len(classes)) if classes else None
        self.trunk_classes = trunk_classes
        self.trunk = None
        if trunk_classes:
            self.trunk = TrunkHead(streams.graph.names, streams.channels, len(trunk_classes))

    @property
    def dims(self) -> int:
        """Length of the features (D)."""
        return self.streams.dims[self.stream]

    def features(self, clips: Clips, stream: str | None = None) -> Tensor:
        """Vectors z_ND, without a projection head."""
        z_ND: Tensor = self.streams(clips).by_stream[stream or self.stream]
        return z_ND

    def forward(self, clips: Clips) -> Tensor:
        """Logits [N, classes]."""
        return self.joined(self.raw_logits(clips))

    def raw_logits(self, clips: Clips) -> RawLogits:
        """What each head says."""
        if self.classifier is None:
            raise ValueError("a pre-trained network has no classes; fine-tune it first")
        all_NK: Tensor = self.classifier(self.standardised(self.features(clips)))
        return RawLogits(all_NK, *((None, None) if self.trunk is None else self.trunk(clips)))

    def joined(self, raw: RawLogits, temperature: float = 1.0) -> Tensor:
        """Logits [N, classes] of one distribution; of a trunk's head they are log-probabilities."""
        if raw.trunk_NJ is None or raw.gate_N is None:
            return raw.all_NK / temperature
        trunk = [self.classes.index(name) for name in self.trunk_classes]
        none = self.classes.index(BACKGROUND_NAME)
        gate_NJ = pad(raw.gate_N[:, None].expand(-1, len(trunk)), (1, 0))
        moves_NJ = (raw.trunk_NJ / temperature + gate_NJ).log_softmax(-1)
        hidden_K = torch.zeros(len(self.classes), dtype=torch.bool, device=raw.all_NK.device)
        hidden_K[trunk] = True
        hands_NK = (raw.all_NK / temperature).masked_fill(hidden_K, -torch.inf).log_softmax(-1)
        joined_NK = hands_NK.clone()
        joined_NK[:, trunk] = hands_NK[:, none, None] + moves_NJ[:, 1:]
        joined_NK[:, none] = hands_NK[:, none] + moves_NJ[:, 0]
        return joined_NK

    @torch.no_grad()
    def cool(self, temperature: float) -> None:
        """Divide all logits by a temperature, for good."""
        heads = [self.classifier] if self.trunk is None else [self.classifier, self.trunk.leave[-1]]
        for head in heads:
            assert isinstance(head, nn.Linear), "a network without classes has no logits"
            head.weight.div_(temperature)
            head.bias.div_(temperature)

    def standardised(self, z_ND: Tensor) -> Tensor:
        """Features as the classifier reads them."""
        return (z_ND - self.mean_D) / self.scale_D

    @torch.no_grad()
    def standardise(self, z_ND: Tensor) -> None:
        """Set mean and scale from features of training clips; a constant feature keeps scale 1."""
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
        InputError: the folder is not a checkpoint, or weights and config do not fit.
    """
    config = read_config(folder)
    streams = TwoStreams(layout_graph(config.layout), config.dims, config.encoder)
    network = Recognizer(streams, config.classes, config.stream, config.trunk_classes)
    put_weights(network, read_weights(folder), folder)
    return network.eval(), config


def put_weights(module: nn.Module, weights: Mapping[str, Tensor], where: Path) -> None:
    """Load weights; every name and shape must fit.

    Raises:
        InputError: one does not fit.
    """
    wanted = module.state_dict()
    missing, unknown = sorted(wanted.keys() - weights.keys()), sorted(weights.keys() - wanted.keys())
    if missing or unknown:
        name = (missing or unknown)[0]
        what = "have no" if missing else "have an unknown"
        raise InputError(f"{where}: the weights {what} tensor '{name}'; they do not fit config.json")
    for name, value in weights.items():
        if value.shape != wanted[name].shape:
            found, right = tuple(value.shape), tuple(wanted[name].shape)
            raise InputError(
                f"{where}: tensor '{name}' has shape {found}, config.json asks for {right}; they do not fit"
            )
    module.load_state_dict(dict(weights))


@torch.no_grad()
def encode(network: Recognizer, reader: ClipReader, numbers: Numbers, stream: str | None = None) -> Tensor:
    """Frozen features z_ND of clips by number, batch by batch, on the CPU."""
    return _in_batches(network, reader, numbers, lambda clips: network.features(clips, stream))


@torch.no_grad()
def raw_logits(network: Recognizer, reader: ClipReader, numbers: Numbers) -> RawLogits:
    """What the heads say of clips by number, on the CPU."""
    parts = _asked(network, reader, numbers, network.raw_logits)
    all_NK = torch.cat([part.all_NK.float().cpu() for part in parts])
    trunk_NJ, gate_N = (_all_or_none(column) for column in list(zip(*parts, strict=True))[1:])
    return RawLogits(all_NK, trunk_NJ, gate_N)


def _all_or_none(parts: Sequence[Tensor | None]) -> Tensor | None:
    found = [part.float().cpu() for part in parts if part is not None]
    return torch.cat(found) if found else None


@torch.no_grad()
def classify(network: Recognizer, reader: ClipReader, numbers: Numbers) -> Tensor:
    """Probabilities p_NK of clips by number, batch by batch, on the CPU."""
    return _in_batches(network, reader, numbers, lambda clips: network(clips).softmax(-1))


def _in_batches(
    network: Recognizer, reader: ClipReader, numbers: Numbers, ask: Callable[[Clips], Tensor]
) -> Tensor:
    return torch.cat([part.float().cpu() for part in _asked(network, reader, numbers, ask)])


def _asked(
    network: Recognizer, reader: ClipReader, numbers: Numbers, ask: Callable[[Clips], Asked]
) -> list[Asked]:
    """The answers of each batch, of a network that does not learn meanwhile."""
    device = network.mean_D.device
    was_training = network.training
    network.eval()
    parts = [
        ask(reader.batch(numbers[first : first + BATCH], device)) for first in range(0, len(numbers), BATCH)
    ]
    network.train(was_training)
    return parts


SHIPPED = Path(__file__).parent / "shipped"
"""Folder of the bundled recogniser. Its card says what it has learned from.
`mgllm recognizer rebuild --people` makes one like it."""


def open_recognizer(
    name: str, dataset: SkeletonDataset, seed: int
) -> tuple[Recognizer, CheckpointConfig, ClipReader]:
    """A network, its config, and a reader that gives it the data set's clips.

    Raises:
        InputError: it is not a checkpoint, or it is for another layout.
    """
    if name == UNTRAINED:
        config = untrained_config(dataset, StreamOptions(), Preprocessing())
        network = new_recognizer(config.layout, config.dims, config.encoder, seed=seed)
    else:
        network, config = load_recognizer(Path(name))
        check_fit(config, dataset, name)
    return network, config, ClipReader(dataset, config.preprocessing)


def named_recognizer(checkpoint: Path | None) -> tuple[Path, Recognizer, CheckpointConfig]:
    """The recogniser of a folder, or the bundled one.

    Raises:
        InputError: it is not a checkpoint, or has no classes.
    """
    folder = checkpoint or SHIPPED
    network, config = load_recognizer(folder)
    if not config.classes:
        raise InputError(f"{folder} has no classes; train it with labels: mgllm recognizer finetune")
    return folder, network, config


def called(checkpoint: Path | None) -> str:
    """The recogniser's name in messages."""
    return "the bundled recogniser" if checkpoint is None else str(checkpoint)


def check_fit(config: CheckpointConfig, dataset: SkeletonDataset, name: str) -> None:
    """Refuse a data set whose clips a checkpoint cannot read.

    Raises:
        InputError: it has other joints or dimensions.
    """
    check_layout(config.layout, dataset, name)
    if config.dims != dataset.meta.dims:
        raise InputError(
            f"{name} was made for {config.dims} coordinates of each joint; "
            f"{dataset.path} has {dataset.meta.dims}; train a recogniser on this data set"
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


def with_classes(
    network: Recognizer,
    classes: tuple[str, ...],
    stream: str,
    trunk_classes: tuple[str, ...] = (),
    *,
    seed: int = 0,
) -> Recognizer:
    """The same streams with new heads for other classes. The streams' weights are shared, not
    copied; those of the heads are random and the same for the same seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = Recognizer(network.streams, classes, stream, trunk_classes)
    return made.to(network.mean_D.device)
