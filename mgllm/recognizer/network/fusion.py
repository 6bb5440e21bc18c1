"""Two streams' vectors become one, for any pair of encoders.

The paper (arXiv 2405.13206) names a "simple and efficient plug-and-play spatiotemporal balancing
fusion". Its formulas were not available, so all four fusions are our reading. Both vectors first
get the same scale (layer normalisation without weights), so that no stream counts more because its
numbers are larger.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm

from mgllm.errors import InputError, unknown


class FusionReport(NamedTuple):
    """How much of the fused vector each stream made."""

    shares_2: Tensor
    """Each stream's share of the energy (squared length of its part), mean over clips; sums to
    1."""
    balance: Tensor
    """A loss in nats to be added with a weight: 0 if both streams have half, ln 2 if one has
    nothing. In fusions that do not balance it is 0 without gradient."""


class Fused(NamedTuple):
    """The result of a fusion."""

    z_ND: Tensor
    report: FusionReport


class Fusion(nn.Module):
    """Joins vectors a_ND and b_ND, which may differ in length."""

    dims: int
    """Length of the fused vector."""

    def forward(self, a_ND: Tensor, b_ND: Tensor) -> Fused:
        """The fused vectors of N clips."""
        raise NotImplementedError


class Concat(Fusion):
    """One vector after the other; it has no weights, so `dims` is the sum of both lengths."""

    def __init__(self, dims_a: int, dims_b: int, dims: int) -> None:
        super().__init__()
        self.dims = dims_a + dims_b

    def forward(self, a_ND: Tensor, b_ND: Tensor) -> Fused:
        """Both vectors, each at unit scale."""
        a_ND, b_ND = _unit_scale(a_ND), _unit_scale(b_ND)
        return Fused(torch.cat([a_ND, b_ND], -1), _report(_share(a_ND, b_ND)))


class Sum(Fusion):
    """A linear map of each, added."""

    def __init__(self, dims_a: int, dims_b: int, dims: int) -> None:
        super().__init__()
        self.dims = dims
        self.lift_a, self.lift_b = nn.Linear(dims_a, dims), nn.Linear(dims_b, dims)

    def parts(self, a_ND: Tensor, b_ND: Tensor) -> tuple[Tensor, Tensor]:
        """What each stream adds."""
        return self.lift_a(_unit_scale(a_ND)), self.lift_b(_unit_scale(b_ND))

    def forward(self, a_ND: Tensor, b_ND: Tensor) -> Fused:
        """The sum of both parts."""
        a_ND, b_ND = self.parts(a_ND, b_ND)
        return Fused(a_ND + b_ND, _report(_share(a_ND, b_ND)))


class Gated(Sum):
    """g · a + (1 − g) · b with a gate for each clip and feature from both (GMU, Arevalo et al.,
    2017)."""

    def __init__(self, dims_a: int, dims_b: int, dims: int) -> None:
        super().__init__(dims_a, dims_b, dims)
        self.gate = nn.Linear(2 * dims, dims)

    def parts(self, a_ND: Tensor, b_ND: Tensor) -> tuple[Tensor, Tensor]:
        """The part of each vector that the gate lets through."""
        a_ND, b_ND = super().parts(a_ND, b_ND)
        gate_ND = self.gate(torch.cat([a_ND, b_ND], -1)).sigmoid()
        return gate_ND * a_ND, (1 - gate_ND) * b_ND


class Balanced(Gated):
    """The gated fusion with a loss on the streams' shares.

    For one clip the gate may prefer either stream. The loss ln 2 − H(mean share) is on the mean
    over the batch: a preference there means that one stream is hardly used.
    """

    def forward(self, a_ND: Tensor, b_ND: Tensor) -> Fused:
        """The gated sum with its balance loss."""
        a_ND, b_ND = self.parts(a_ND, b_ND)
        share_N = _share(a_ND, b_ND)
        return Fused(a_ND + b_ND, _report(share_N)._replace(balance=imbalance(share_N.mean())))


FUSIONS: dict[str, type[Sum] | type[Concat]] = {
    "concat": Concat,
    "sum": Sum,
    "gated": Gated,
    "balanced": Balanced,
}


def make_fusion(name: str, dims_a: int, dims_b: int, dims: int) -> Fusion:
    """A fusion by name, for vectors of lengths `dims_a` and `dims_b`, into one of length `dims`.

    Raises:
        InputError: there is no fusion with this name.
    """
    if name not in FUSIONS:
        raise InputError(unknown("fusion", name, FUSIONS))
    return FUSIONS[name](dims_a, dims_b, dims)


def imbalance(share: Tensor) -> Tensor:
    """ln 2 minus the entropy in nats of (share, 1 − share): 0 at one half, ln 2 at 0 and 1."""
    return math.log(2) + torch.xlogy(share, share) + torch.xlogy(1 - share, 1 - share)


def _unit_scale(z_ND: Tensor) -> Tensor:
    return layer_norm(z_ND, z_ND.shape[-1:])


def _share(a_ND: Tensor, b_ND: Tensor) -> Tensor:
    """Share of a in the energy of both, kept away from 0 and 1, where the balance has no
    gradient."""
    energy_a_N, energy_b_N = a_ND.square().sum(-1), b_ND.square().sum(-1)
    return ((energy_a_N + 1e-6) / (energy_a_N + energy_b_N + 2e-6)).float()


def _report(share_N: Tensor) -> FusionReport:
    share = share_N.detach().mean()
    return FusionReport(torch.stack([share, 1 - share]), torch.zeros_like(share))
