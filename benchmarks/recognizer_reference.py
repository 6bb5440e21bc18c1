"""What `recognizer_speed.py` compares with: public designs, written down again in their plainest
form.

ST-GCN with hidden 16 (ten layers, as in AimCLR, Guo et al., AAAI 2022), a GRU of 512 units (one
direction,
two layers: the cheapest reading of the sequence stream of Thoker et al., ACM MM 2021), MoCo with
weights averaged one by one, and augmentation of one sample after the other in NumPy.
"""

from __future__ import annotations

from copy import deepcopy
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from mgllm.recognizer.graph import Graph

Sample = npt.NDArray[np.float32]


class _Layer(nn.Module):
    """Graph convolution, then one over time, batch-normalised, with a residual."""

    def __init__(self, width_in: int, width_out: int, stride: int, subsets: int) -> None:
        super().__init__()
        self.subsets = subsets
        self.space = nn.Conv2d(width_in, width_out * subsets, 1)
        time = nn.Conv2d(width_out, width_out, (9, 1), (stride, 1), (4, 0))
        self.time = nn.Sequential(
            nn.BatchNorm2d(width_out), nn.ReLU(), time, nn.BatchNorm2d(width_out), nn.Dropout(0.0)
        )
        self.past: nn.Module = nn.Identity()
        if (width_in, stride) != (width_out, 1):
            past = nn.Conv2d(width_in, width_out, 1, (stride, 1))
            self.past = nn.Sequential(past, nn.BatchNorm2d(width_out))

    def forward(self, x_NCTV: Tensor, graph_KVV: Tensor) -> Tensor:
        n, _, t, v = x_NCTV.shape
        x_NKCTV = self.space(x_NCTV).view(n, self.subsets, -1, t, v)
        joined_NCTV = torch.einsum("nkctv,kvw->nctw", x_NKCTV, graph_KVV).contiguous()
        out: Tensor = (self.time(joined_NCTV) + self.past(x_NCTV)).relu()
        return out


class StGcn16(nn.Module):
    """Ten layers of 16, 32 and 64 channels."""

    def __init__(self, graph: Graph, channels: int) -> None:
        super().__init__()
        self.register_buffer("graph_KVV", graph.adjacency())
        widths = [channels, 16, 16, 16, 16, 32, 32, 32, 64, 64, 64]
        pairs = list(pairwise(widths))
        self.layers = nn.ModuleList(
            _Layer(a, b, 2 if (a, b) in ((16, 32), (32, 64)) else 1, 3) for a, b in pairs
        )
        self.importance = nn.ParameterList(torch.ones_like(graph.adjacency()) for _ in self.layers)
        self.enter = nn.BatchNorm1d(channels * graph.joints)

    def forward(self, x_NTVC: Tensor) -> Tensor:
        """Embeddings [N, 64]."""
        n, t, v, c = x_NTVC.shape
        x_NFT = self.enter(x_NTVC.permute(0, 2, 3, 1).reshape(n, v * c, t))
        x_NCTV = x_NFT.view(n, v, c, t).permute(0, 2, 3, 1).contiguous()
        for layer, importance_KVV in zip(self.layers, self.importance, strict=True):
            x_NCTV = layer(x_NCTV, self.graph_KVV * importance_KVV)
        z_ND: Tensor = x_NCTV.mean((2, 3))
        return z_ND


class Gru512(nn.Module):
    """The last state of a GRU over poses."""

    def __init__(self, graph: Graph, channels: int) -> None:
        super().__init__()
        self.gru = nn.GRU(graph.joints * channels, 512, 2, batch_first=True)

    def forward(self, x_NTVC: Tensor) -> Tensor:
        """Embeddings [N, 512]."""
        out_NTD, _ = self.gru(x_NTVC.flatten(2))
        last_ND: Tensor = out_NTD[:, -1]
        return last_ND


class PlainMoco(nn.Module):
    """Both encoders with linear heads, their slow copies, and queues; contrast inside and between
    streams.
    """

    def __init__(self, graph: Graph, channels: int, queue: int) -> None:
        super().__init__()
        self.query = nn.ModuleList(
            nn.Sequential(made(graph, channels), nn.Linear(width, 128))
            for made, width in ((StGcn16, 64), (Gru512, 512))
        )
        self.key = deepcopy(self.query).requires_grad_(requires_grad=False)
        self.queues = [normalize(torch.randn(queue, 128), dim=-1) for _ in range(2)]

    def forward(self, query_NTVC: Tensor, key_NTVC: Tensor) -> Tensor:
        """The loss; keys enter the queues."""
        with torch.no_grad():
            for ours, theirs in zip(self.key.parameters(), self.query.parameters(), strict=True):
                ours.data = ours.data * 0.999 + theirs.data * 0.001
            keys = [normalize(encoder(key_NTVC), dim=-1) for encoder in self.key]
        queries = [normalize(encoder(query_NTVC), dim=-1) for encoder in self.query]
        target_N = torch.zeros(len(query_NTVC), dtype=torch.long)
        losses = []
        for q_ND in queries:
            for k_ND, queue_KD in zip(keys, self.queues, strict=True):
                logits_NK = torch.cat([(q_ND * k_ND).sum(1, keepdim=True), q_ND @ queue_KD.T], 1)
                losses.append(cross_entropy(logits_NK / 0.07, target_N))
        self.queues = [
            torch.cat([k, queue])[: len(queue)] for k, queue in zip(keys, self.queues, strict=True)
        ]
        return torch.stack(losses).sum()


def plain_triple(x_TVC: Sample, random: np.random.Generator) -> tuple[Sample, Sample, Sample]:
    """Query, key and extreme view of one sample by the same changes as the recipes, nothing masked."""
    return _normal(x_TVC, random), _normal(x_TVC, random), _extreme(x_TVC, random)


def _normal(x_TVC: Sample, random: np.random.Generator) -> Sample:
    x_TVC = _stretch(x_TVC, 1 - 0.3 * random.random(), random)
    if random.random() < 0.2:
        x_TVC = _hold(x_TVC, int(random.integers(1, 4)))
    x_TVC = _turn(x_TVC, 10.0, random)
    return _jitter(x_TVC, 0.02, random) if random.random() < 0.5 else x_TVC


def _extreme(x_TVC: Sample, random: np.random.Generator) -> Sample:
    if random.random() < 0.5:
        x_TVC = _stretch(x_TVC, 1 / (0.8 + 0.45 * random.random()), random)
    x_TVC = _stretch(x_TVC, 1 - 0.5 * random.random(), random)
    if random.random() < 0.5:
        part = int(np.ceil(len(x_TVC) * (1 - 0.5 * random.random())))
        start = int(random.integers(0, len(x_TVC) - part + 1))
        x_TVC = x_TVC[start + np.arange(len(x_TVC)) % part]
    if random.random() < 0.5:
        x_TVC = _hold(x_TVC, int(random.integers(1, 5)))
    x_TVC = _jitter(_turn(x_TVC, 20.0, random), 0.04, random)
    if random.random() < 0.5:
        x_TVC[:, random.random(x_TVC.shape[1]) < 0.1] = 0
    return x_TVC


def _stretch(x_TVC: Sample, share: float, random: np.random.Generator) -> Sample:
    last = len(x_TVC) - 1
    time_T = np.clip(max(1 - share, 0) * last * random.random() + share * np.arange(len(x_TVC)), 0, last)
    low_T = np.floor(time_T).astype(int)
    part_T11 = (time_T - low_T).astype(np.float32)[:, None, None]
    between_TVC: Sample = (1 - part_T11) * x_TVC[low_T] + part_T11 * x_TVC[np.minimum(low_T + 1, last)]
    return between_TVC


def _hold(x_TVC: Sample, frames: int) -> Sample:
    return x_TVC[np.arange(len(x_TVC)) // frames * frames]


def _turn(x_TVC: Sample, degrees: float, random: np.random.Generator) -> Sample:
    turn_CC = np.eye(3)
    for axis, angle in enumerate(np.radians(random.uniform(-degrees, degrees, 3))):
        one_CC = np.eye(3)
        rest = [other for other in range(3) if other != axis]
        one_CC[np.ix_(rest, rest)] = [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
        turn_CC = turn_CC @ one_CC
    turned_TVC: Sample = x_TVC @ turn_CC.astype(np.float32)
    return turned_TVC


def _jitter(x_TVC: Sample, size: float, random: np.random.Generator) -> Sample:
    frames = len(x_TVC)
    knots_KVC = (size * random.standard_normal((4, *x_TVC.shape[1:]))).astype(np.float32)
    place_T = np.linspace(0, 3, frames)
    weight_TK = np.maximum(1 - np.abs(place_T[:, None] - np.arange(4)), 0).astype(np.float32)
    moved_TVC: Sample = x_TVC + np.tensordot(weight_TK, knots_KVC, 1)
    return moved_TVC
