"""Keys of earlier batches, to be told apart from (MoCo, He et al., CVPR 2020)."""

from __future__ import annotations

from typing import NamedTuple

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
