"""Keys of earlier batches, to be told apart from (MoCo, He et al., CVPR 2020)."""

from __future__ import annotations

from copy import deepcopy
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor, nn


class Bank(NamedTuple):
    """Keys and whose they are."""

    z_KD: Tensor
    ids_K: Tensor
    """Number of the clip that each row is of."""


class KeyQueue(nn.Module):
    """The last `size` keys, any number entering at a time; gives back filled rows only.

    Its content is part of the state dict, so that a resumed training goes on with the same negatives.
    """

    z_KD: Tensor
    ids_K: Tensor
    entered: Tensor
    """How many keys have entered since the beginning."""

    def __init__(self, size: int, dims: int) -> None:
        super().__init__()
        if size < 1:
            raise ValueError(f"a queue of {size} rows holds nothing")
        self.size = size
        self.register_buffer("z_KD", torch.zeros(size, dims))
        self.register_buffer("ids_K", torch.full((size,), -1))
        self.register_buffer("entered", torch.zeros((), dtype=torch.long))

    def __len__(self) -> int:
        return min(self.size, int(self.entered))

    @torch.no_grad()
    def enter(self, z_ND: Tensor, ids_N: Tensor) -> None:
        """Put keys in, over the oldest ones. Of more than `size` the last ones stay."""
        entered = int(self.entered) + len(z_ND)
        z_ND, ids_N = z_ND[-self.size :], ids_N[-self.size :]
        rows = torch.arange(entered - len(z_ND), entered, device=self.z_KD.device) % self.size
        self.z_KD.index_copy_(0, rows, z_ND.to(self.z_KD.dtype))
        self.ids_K.index_copy_(0, rows, ids_N.to(self.ids_K))
        self.entered.fill_(entered)

    def bank(self) -> Bank:
        """What is in it, in no particular order. A view: it changes with the next `enter`."""
        return Bank(self.z_KD[: len(self)], self.ids_K[: len(self)])


M = TypeVar("M", bound=nn.Module)


def momentum_copy(module: M) -> M:
    """An exact copy that no gradient reaches: the start of every key encoder."""
    return deepcopy(module).requires_grad_(requires_grad=False)


@torch.no_grad()
def follow(key: nn.Module, query: nn.Module, momentum: float) -> None:
    """key ← momentum · key + (1 − momentum) · query, in place; buffers are copied.

    Args:
        key: changed in place.
        query: of the same structure.
        momentum: 0 copies, 1 leaves the key encoder as it is.
    """
    targets: list[Tensor] = list(key.parameters())
    sources: list[Tensor] = list(query.parameters())
    torch._foreach_lerp_(targets, sources, 1 - momentum)
    buffers: list[Tensor] = list(key.buffers())
    if buffers:
        torch._foreach_copy_(buffers, list(query.buffers()))
