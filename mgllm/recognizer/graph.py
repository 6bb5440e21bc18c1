"""The skeleton as a graph: which joints are linked, how far apart, and which mirror each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from mgllm.errors import InputError


@dataclass(frozen=True)
class Graph:
    """Joints by number, in the order of the V axis."""

    joints: int
    """Number of joints (V)."""
    edges: tuple[tuple[int, int], ...]
    """Bones, each once, in either direction."""
    mirror: tuple[tuple[int, int], ...] = ()
    """Pairs of a left and a right joint; joints without a pair are in the middle."""
    names: tuple[str, ...] = ()
    """Of the joints, for encoders that look for some of them; none: they have no names."""

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise InputError(f"skeleton graph: {problem}")

    def mirrored(self) -> tuple[int, ...]:
        """For each joint the number of its partner in the mirror, or its own."""
        places = list(range(self.joints))
        for left, right in self.mirror:
            places[left], places[right] = right, left
        return tuple(places)

    def hops(self) -> Tensor:
        """Smallest number of bones between two joints, int64; `joints` if there is no path."""
        hops_VV = torch.full((self.joints, self.joints), self.joints)
        hops_VV.fill_diagonal_(0)
        for a, b in self.edges:
            hops_VV[a, b] = hops_VV[b, a] = 1
        for via in range(self.joints):  # Floyd and Warshall
            hops_VV = torch.minimum(hops_VV, hops_VV[:, via, None] + hops_VV[None, via, :])
        return hops_VV.clamp_max(self.joints)

    def adjacency(self, farthest: int = 2) -> Tensor:
        """A matrix for each distance 0..farthest: 1 / (joints at that distance) for these joints,
        else 0.

        This is the partition by distance of ST-GCN (Yan et al., AAAI 2018) with averaged rows.
        """
        distance_VV = self.hops()
        at_KVV = torch.stack([distance_VV == hop for hop in range(farthest + 1)]).float()
        return at_KVV / at_KVV.sum(-1, keepdim=True).clamp_min(1)


def _problems(graph: Graph) -> Iterator[str]:
    if graph.joints < 1:
        yield f"{graph.joints} joints; at least one is needed"
    for kind, pairs in (("edge", graph.edges), ("mirror pair", graph.mirror)):
        for a, b in pairs:
            if not (0 <= a < graph.joints and 0 <= b < graph.joints):
                yield f"{kind} ({a}, {b}) names a joint outside 0..{graph.joints - 1}"
            if a == b:
                yield f"{kind} ({a}, {b}) links a joint to itself"
    if graph.names and len(graph.names) != graph.joints:
        yield f"{len(graph.names)} names for {graph.joints} joints"
    paired = [joint for pair in graph.mirror for joint in pair]
    for joint in sorted({joint for joint in paired if paired.count(joint) > 1}):
        yield f"joint {joint} is in two mirror pairs"
