"""Key encoders that follow the query encoders slowly (MoCo, He et al., CVPR 2020, eq. 2)."""

from __future__ import annotations

from copy import deepcopy
from typing import TypeVar

import torch
from torch import Tensor, nn

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
