"""Several streams' vectors become one, for any encoders.

The paper (arXiv 2405.13206) names a "simple and efficient plug-and-play spatiotemporal balancing
fusion". Its formulas were not available, so all four fusions are our reading. All vectors first
get the same scale (layer normalisation without weights), so that no stream counts more because its
numbers are larger.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm

from mgllm.errors import InputError, unknown


class FusionReport(NamedTuple):
    """How much of the fused vector each stream made."""

    shares_P: Tensor
    """Each stream's share of the energy (squared length of its part), mean over clips; they sum to
    1."""
    balance: Tensor
    """A loss in nats to be added with a weight: 0 if all P streams have equal shares, ln P if one
    has everything. In fusions that do not balance it is 0 without gradient."""


class Fused(NamedTuple):
    """The result of a fusion."""

    z_ND: Tensor
    report: FusionReport


class Fusion(nn.Module):
    """Joins vectors z_ND of P streams, which may differ in length."""

    dims: int
    """Length of the fused vector."""

    def forward(self, *parts_ND: Tensor) -> Fused:
        """The fused vectors of N clips."""
        raise NotImplementedError


class Concat(Fusion):
    """One vector after the other; it has no weights, so `dims` is the sum of all lengths."""

    def __init__(self, lengths: Sequence[int], dims: int) -> None:
        super().__init__()
        self.dims = sum(lengths)

    def forward(self, *parts_ND: Tensor) -> Fused:
        """All vectors, each at unit scale."""
        scaled = [_unit_scale(part_ND) for part_ND in parts_ND]
        return Fused(torch.cat(scaled, -1), _report(_shares(scaled)))


class Sum(Fusion):
    """A linear map of each, added."""

    def __init__(self, lengths: Sequence[int], dims: int) -> None:
        super().__init__()
        self.dims = dims
        self._names = [f"lift_{letter}" for letter in "abcdefgh"[: len(lengths)]]
        for name, length in zip(self._names, lengths, strict=True):
            self.add_module(name, nn.Linear(length, dims))

    def parts(self, parts_ND: Sequence[Tensor]) -> list[Tensor]:
        """What each stream adds."""
        pairs = zip(self._names, parts_ND, strict=True)
        return [getattr(self, name)(_unit_scale(part_ND)) for name, part_ND in pairs]

    def forward(self, *parts_ND: Tensor) -> Fused:
        """The sum of all parts."""
        added = self.parts(parts_ND)
        return Fused(torch.stack(added).sum(0), _report(_shares(added)))


class Gated(Sum):
    """Σ g_p · part_p with gates that sum to 1 for each clip and feature, computed from all parts
    (GMU, Arevalo et al., 2017, whose two gates are g and 1 − g)."""

    def __init__(self, lengths: Sequence[int], dims: int) -> None:
        super().__init__(lengths, dims)
        self.gate = nn.Linear(len(lengths) * dims, (len(lengths) - 1) * dims)

    def parts(self, parts_ND: Sequence[Tensor]) -> list[Tensor]:
        """The part of each vector that the gate lets through."""
        lifted = super().parts(parts_ND)
        asked = self.gate(torch.cat(lifted, -1)).view(len(lifted[0]), -1, self.dims)
        gates_NPD = torch.cat([asked, torch.zeros_like(asked[:, :1])], 1).softmax(1)
        return [gate_ND * part_ND for gate_ND, part_ND in zip(gates_NPD.unbind(1), lifted, strict=True)]


class Balanced(Gated):
    """The gated fusion with a loss on the streams' shares.

    For one clip the gate may prefer any stream. The loss ln P − H(mean shares) is on the mean over
    the batch: a preference there means that a stream is hardly used.
    """

    def forward(self, *parts_ND: Tensor) -> Fused:
        """The gated sum with its balance loss."""
        added = self.parts(parts_ND)
        shares_NP = _shares(added)
        report = _report(shares_NP)._replace(balance=imbalance(shares_NP.mean(0)))
        return Fused(torch.stack(added).sum(0), report)


FUSIONS: dict[str, type[Sum] | type[Concat]] = {
    "concat": Concat,
    "sum": Sum,
    "gated": Gated,
    "balanced": Balanced,
}


def make_fusion(name: str, lengths: Sequence[int], dims: int) -> Fusion:
    """A fusion by name, for vectors of these lengths, into one of length `dims`.

    Raises:
        InputError: there is no fusion with this name.
    """
    if name not in FUSIONS:
        raise InputError(unknown("fusion", name, FUSIONS))
    return FUSIONS[name](lengths, dims)


def imbalance(shares_P: Tensor) -> Tensor:
    """ln P minus the entropy of the shares, in nats: 0 if all are equal, ln P if one is 1."""
    return math.log(len(shares_P)) + torch.xlogy(shares_P, shares_P).sum()


def _unit_scale(z_ND: Tensor) -> Tensor:
    return layer_norm(z_ND, z_ND.shape[-1:])


def _shares(parts_ND: Sequence[Tensor]) -> Tensor:
    """[N, P]: shares in the energy of all, kept away from 0 and 1, where the balance has no
    gradient."""
    energy_NP = torch.stack([part_ND.square().sum(-1) for part_ND in parts_ND], -1) + 1e-6
    return (energy_NP / energy_NP.sum(-1, keepdim=True)).float()


def _report(shares_NP: Tensor) -> FusionReport:
    shares_P = shares_NP.detach().mean(0)
    return FusionReport(shares_P, torch.zeros_like(shares_P[0]))
