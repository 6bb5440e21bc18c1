"""Spatial-temporal-balanced dual-stream contrastive learning: one step's losses.

This is the method of the paper (Gao et al., arXiv 2405.13206) as far as it is known: a graph stream
and a recurrent stream, contrast without labels, a balancing fusion. Queues and momentum encoders
come from MoCo (He et al., CVPR 2020: keys of earlier batches are the other clips), the contrast
between streams from Thoker et al. (ACM MM 2021), the third view from AimCLR (AAAI 2022). How they
are combined and weighted is our reading. The optimiser and the training loop are in
`pretraining.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import NamedTuple, TypeVar

import torch
from pydantic import Field
from torch import Tensor, nn

from mgllm.recognizer.clips import Clips
from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.fusion import FusionReport
from mgllm.recognizer.network.two_streams import STREAMS, StreamOptions, TwoStreams
from mgllm.recognizer.training.composing import Views
from mgllm.recognizer.training.losses import Bank, Contrast, Health, contrast, divergence, health, info_nce
from mgllm.records import Frozen

PAIRS = {
    "spatial": ("spatial", "spatial"),
    "temporal": ("temporal", "temporal"),
    "fused": ("fused", "fused"),
    "spatial_temporal": ("spatial", "temporal"),
    "temporal_spatial": ("temporal", "spatial"),
}
"""Losses by name: stream of the query, and stream of key and queue."""


class KeyQueue(nn.Module):
    """The last `size` keys. Any number can enter at a time; only filled rows are returned.

    Its content is part of the state dict, so that a resumed training has the same negatives.
    """

    z_KD: Tensor
    ids_K: Tensor
    entered: Tensor
    """Number of keys that have entered since the beginning."""

    def __init__(self, size: int, dims: int) -> None:
        super().__init__()
        if size < 1:
            raise ValueError(f"a queue of {size} rows cannot hold keys")
        self.size = size
        self.register_buffer("z_KD", torch.zeros(size, dims))
        self.register_buffer("ids_K", torch.full((size,), -1))
        self.register_buffer("entered", torch.zeros((), dtype=torch.long))

    def __len__(self) -> int:
        return min(self.size, int(self.entered))

    @torch.no_grad()
    def enter(self, z_ND: Tensor, ids_N: Tensor) -> None:
        """Replace the oldest keys; of more than `size` keys the last ones are kept."""
        entered = int(self.entered) + len(z_ND)
        z_ND, ids_N = z_ND[-self.size :], ids_N[-self.size :]
        rows = torch.arange(entered - len(z_ND), entered, device=self.z_KD.device) % self.size
        self.z_KD.index_copy_(0, rows, z_ND.to(self.z_KD.dtype))
        self.ids_K.index_copy_(0, rows, ids_N.to(self.ids_K))
        self.entered.fill_(entered)

    def bank(self) -> Bank:
        """The keys in it, in no particular order. It is a view: it changes with the next
        `enter`."""
        return Bank(self.z_KD[: len(self)], self.ids_K[: len(self)])


M = TypeVar("M", bound=nn.Module)


def momentum_copy(module: M) -> M:
    """An exact copy without gradients: the start of every key encoder."""
    return deepcopy(module).requires_grad_(requires_grad=False)


@torch.no_grad()
def follow(key: nn.Module, query: nn.Module, momentum: float) -> None:
    """key ← momentum · key + (1 − momentum) · query, in place; buffers are copied.

    Args:
        key: changed in place.
        query: has the same structure.
        momentum: 0 copies; 1 changes nothing.
    """
    targets: list[Tensor] = list(key.parameters())
    sources: list[Tensor] = list(query.parameters())
    torch._foreach_lerp_(targets, sources, 1 - momentum)
    buffers: list[Tensor] = list(key.buffers())
    if buffers:
        torch._foreach_copy_(buffers, list(query.buffers()))


class ContrastOptions(Frozen):
    """How views are compared. A loss whose weight is 0 is not computed."""

    temperature: float = Field(default=0.1, gt=0)
    """Temperature of the softmax over candidates."""
    queue: int = Field(default=512, ge=1)
    """Keys that are kept; more keys than the data set has clips add nothing."""
    spatial: float = Field(default=1.0, ge=0)
    """Weight of the contrast inside the spatial stream."""
    temporal: float = Field(default=1.0, ge=0)
    """Weight of the contrast inside the temporal stream."""
    cross: float = Field(default=0.5, ge=0)
    """Weight of each of the two contrasts between streams."""
    fused: float = Field(default=1.0, ge=0)
    """Weight of the contrast of fused vectors."""
    extreme: float = Field(default=0.5, ge=0)
    """Weight of the third view's divergence, in each stream that is compared with itself."""
    balance: float = Field(default=0.1, ge=0)
    """Weight of the fusion's balance."""

    def weights(self) -> Mapping[str, float]:
        """Weight of each pair whose weight is not 0."""
        own = {"spatial": self.spatial, "temporal": self.temporal, "fused": self.fused}
        cross = {"spatial_temporal": self.cross, "temporal_spatial": self.cross}
        return {name: weight for name, weight in {**own, **cross}.items() if weight > 0}


class StepLosses(NamedTuple):
    """Losses of one batch. Only `loss` has gradients."""

    loss: Tensor
    """The sum that is minimised."""
    parts: Mapping[str, Tensor]
    """Unweighted losses in nats: pairs by name, `extreme_STREAM`, `balance`."""
    compared: Mapping[str, Contrast]
    """Cosines of the pairs, detached."""
    fusion: FusionReport
    """Shares of the streams in the fused vectors, detached."""
    temperature: float
    """Temperature of the softmax."""

    def health(self) -> Mapping[str, Health]:
        """Whether each pair is learning. It waits for the device."""
        return {name: health(compared, self.temperature) for name, compared in self.compared.items()}


class DualStream(nn.Module):
    """The query network, its slowly following copy for keys, and a queue of keys for each
    vector."""

    def __init__(self, graph: Graph, channels: int, streams: StreamOptions, options: ContrastOptions) -> None:
        super().__init__()
        self.options = options
        self.query = TwoStreams(graph, channels, streams)
        self.key = momentum_copy(self.query)
        size, dims = options.queue, streams.head_dims
        self.queues = nn.ModuleDict({name: KeyQueue(size, dims) for name in STREAMS})

    def forward(
        self, views: Views, ids_N: Tensor, gather: Callable[[Tensor], Tensor] = torch.detach
    ) -> StepLosses:
        """Losses of a batch. Its keys enter the queues first, so call `backward` before the next
        forward.

        Args:
            views: of N clips.
            ids_N: the clips' numbers in the set.
            gather: joins a tensor with those of the other processes, so that all processes have the
                same queues.
        """
        keys = self._keys(views.key)
        ids_M = gather(ids_N)
        for name in STREAMS:
            self.queue(name).enter(gather(keys[name]), ids_M)
        embedded = self.query(views.query)
        compared = self._compare(self.query.project(embedded), keys, ids_N)
        parts = {name: info_nce(one, self.options.temperature) for name, one in compared.items()}
        if views.extreme is not None and self.options.extreme > 0:
            parts |= self._extreme(views.extreme, keys, ids_N, compared)
        parts["balance"] = embedded.report.balance
        return StepLosses(
            loss=self._total(parts),
            parts={name: part.detach() for name, part in parts.items()},
            compared={name: Contrast(*(t.detach() for t in one)) for name, one in compared.items()},
            fusion=FusionReport(*(value.detach() for value in embedded.report)),
            temperature=self.options.temperature,
        )

    def queue(self, stream: str) -> KeyQueue:
        """The keys kept for a stream."""
        found = self.queues[stream]
        assert isinstance(found, KeyQueue)
        return found

    def follow(self, momentum: float) -> None:
        """Move the key network towards the query network; call it after each step of the
        optimiser."""
        follow(self.key, self.query, momentum)

    @torch.no_grad()
    def encode(self, clips: Clips, stream: str = "fused") -> Tensor:
        """Frozen features z_ND of clips: the query network's vectors before the heads."""
        embedded = self.query(clips)
        features_ND: Tensor = embedded.by_stream[stream]
        return features_ND

    @torch.no_grad()
    def _keys(self, clips: Clips) -> Mapping[str, Tensor]:
        keys: Mapping[str, Tensor] = self.key.project(self.key(clips))
        return keys

    def _compare(
        self, queries: Mapping[str, Tensor], keys: Mapping[str, Tensor], ids_N: Tensor
    ) -> dict[str, Contrast]:
        compared = {}
        for name in self.options.weights():
            asks, answers = PAIRS[name]
            bank = self.queue(answers).bank()
            compared[name] = contrast(queries[asks], keys[answers], ids_N, bank)
        return compared

    def _extreme(
        self, clips: Clips, keys: Mapping[str, Tensor], ids_N: Tensor, normal: Mapping[str, Contrast]
    ) -> dict[str, Tensor]:
        extreme = self._compare(self.query.project(self.query(clips)), keys, ids_N)
        return {
            f"extreme_{name}": divergence(extreme[name], normal[name], self.options.temperature)
            for name in STREAMS
            if name in normal
        }

    def _total(self, parts: Mapping[str, Tensor]) -> Tensor:
        weights = dict(self.options.weights())
        weights |= {f"extreme_{name}": self.options.extreme * weights.get(name, 0) for name in STREAMS}
        weights["balance"] = self.options.balance
        return torch.stack([weights[name] * part for name, part in parts.items()]).sum()
