"""Both encoders, and a contact branch if there is one, with their fusion and projection heads: the
trained network, and its copy for keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import normalize

from mgllm.errors import InputError
from mgllm.recognizer.clips import Clips
from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.encoders.base import Encoder, encoders
from mgllm.recognizer.network.fusion import FusionReport, make_fusion
from mgllm.records import Frozen

STREAMS = ("spatial", "temporal", "fused")


class StreamOptions(Frozen):
    """The parts of the network; in a checkpoint's `config.json`."""

    spatial: str = "graph-conv"
    """Name of the encoder."""
    spatial_args: Mapping[str, int | tuple[int, ...]] = Field(default_factory=dict)
    """Its widths, if they are not its defaults."""
    temporal: str = "gru"
    """Name of the encoder."""
    temporal_args: Mapping[str, int | tuple[int, ...]] = Field(default_factory=dict)
    """Its widths, if they are not its defaults."""
    contact: str | None = None
    """Name of a third encoder, whose vector joins the fused one: `contacts`. None: there is
    none."""
    contact_args: Mapping[str, int | tuple[int, ...]] = Field(default_factory=dict)
    """Its widths, if they are not its defaults."""
    fusion: str = "balanced"
    """concat, sum, gated or balanced."""
    dims: int = Field(default=512, ge=1)
    """Length of the fused vector (with concat the sum of all streams')."""
    head_width: int = Field(default=256, ge=1)
    """Hidden units of a projection head."""
    head_dims: int = Field(default=128, ge=1)
    """Length of the vectors that are compared in contrast."""


class Embedded(NamedTuple):
    """Clips as vectors, without projection heads: what is used after pre-training."""

    by_stream: Mapping[str, Tensor]
    """z_ND of spatial, temporal and fused."""
    report: FusionReport


class TwoStreams(nn.Module):
    """Two encoders, perhaps a contact branch, their fusion, and a projection head for each of the
    three vectors."""

    def __init__(self, graph: Graph, channels: int, options: StreamOptions) -> None:
        super().__init__()
        self.graph, self.channels = graph, channels
        self.spatial = _encoder(options.spatial, graph, channels, options.spatial_args)
        self.temporal = _encoder(options.temporal, graph, channels, options.temporal_args)
        self.contact = None
        if options.contact is not None:
            self.contact = _encoder(options.contact, graph, channels, options.contact_args)
        lengths = [part.dims for part in (self.spatial, self.temporal, self.contact) if part is not None]
        self.fusion = make_fusion(options.fusion, lengths, options.dims)
        self.dims = {"spatial": self.spatial.dims, "temporal": self.temporal.dims, "fused": self.fusion.dims}
        self.heads = nn.ModuleDict({name: _head(self.dims[name], options) for name in STREAMS})

    def forward(self, clips: Clips) -> Embedded:
        """Vectors of all three kinds."""
        spatial_ND, temporal_ND = self.spatial(*clips), self.temporal(*clips)
        more = [] if self.contact is None else [self.contact(*clips)]
        fused = self.fusion(spatial_ND, temporal_ND, *more)
        return Embedded({"spatial": spatial_ND, "temporal": temporal_ND, "fused": fused.z_ND}, fused.report)

    def project(self, embedded: Embedded) -> Mapping[str, Tensor]:
        """Unit vectors for contrast, by stream."""
        return {name: normalize(self.heads[name](embedded.by_stream[name]), dim=-1) for name in STREAMS}


def _encoder(name: str, graph: Graph, channels: int, args: Mapping[str, int | tuple[int, ...]]) -> Encoder:
    make = encoders.get(name)
    try:
        return make(graph, channels, **args)
    except (TypeError, ValueError, IndexError, RuntimeError) as error:
        raise InputError(f"encoder {name} cannot be made with {dict(args)}: {error}") from error


def _head(dims: int, options: StreamOptions) -> nn.Module:
    """Two layers, as in MoCo v2 (Chen et al., 2020) and SimCLR."""
    return nn.Sequential(
        nn.Linear(dims, options.head_width), nn.ReLU(), nn.Linear(options.head_width, options.head_dims)
    )


def stream_gradient_norms(streams: TwoStreams) -> Mapping[str, float]:
    """Length of the gradient of each encoder's weights after `backward`; 0 if there is none."""
    norms = {}
    for name in ("spatial", "temporal"):
        weights = getattr(streams, name).parameters()
        grads = [weight.grad.norm() for weight in weights if weight.grad is not None]
        norms[name] = float(sum(norm.square() for norm in grads)) ** 0.5
    return norms
