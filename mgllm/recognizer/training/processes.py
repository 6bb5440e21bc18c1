"""One training in several processes (`torchrun`): their messages. A single process sends none."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed as dist, nn

from mgllm.errors import InputError, unknown


@dataclass(frozen=True)
class Processes:
    """This process and the number of all processes."""

    rank: int = 0
    """Number of this process."""
    size: int = 1
    """Number of all processes."""
    local_rank: int = 0
    """Number of this process on its machine, and so of its accelerator."""

    @property
    def leads(self) -> bool:
        """Whether this process writes files and messages."""
        return self.rank == 0

    def share(self, numbers: Tensor) -> Tensor:
        """This process's part of a batch. The batch can be divided by the number of processes."""
        return numbers.chunk(self.size)[self.rank]

    def gather(self, value: Tensor) -> Tensor:
        """The tensors of all processes, joined in the order of ranks; no gradient."""
        value = value.detach().contiguous()
        if self.size == 1:
            return value
        parts = [torch.empty_like(value) for _ in range(self.size)]
        dist.all_gather(parts, value)
        return torch.cat(parts)

    def any_of_them(self, flag: bool, device: torch.device) -> bool:
        """Whether the flag is set in at least one process; all processes get the same result."""
        return bool(self.gather(torch.tensor([flag], device=device)).any())

    def average_gradients(self, weights: Iterable[nn.Parameter]) -> None:
        """Replace each gradient by its mean over processes, with one message."""
        if self.size == 1:
            return
        grads = [weight.grad for weight in weights if weight.grad is not None]
        flat: Tensor = torch.cat([grad.flatten() for grad in grads])
        dist.all_reduce(flat)
        flat /= self.size
        parts = torch.split(flat, [grad.numel() for grad in grads])
        for grad, part in zip(grads, parts, strict=True):
            grad.copy_(part.view_as(grad))


@contextmanager
def joined_processes(device: str) -> Iterator[Processes]:
    """The processes that `torchrun` started with this one, or this one alone."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Processes()
        return
    dist.init_process_group("nccl" if choose_device(device).type == "cuda" else "gloo")
    try:
        yield Processes(dist.get_rank(), size, int(os.environ.get("LOCAL_RANK", "0")))
    finally:
        dist.destroy_process_group()


def choose_device(name: str, local_rank: int = 0) -> torch.device:
    """The device by name; `auto` is an accelerator if there is one.

    Raises:
        InputError: there is no such device here.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device("cuda", local_rank) if name == "cuda" else torch.device(name)
    except RuntimeError:
        raise InputError(unknown("device", name, ("auto", "cpu", "cuda"))) from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise InputError(
            f"device '{name}': torch finds no CUDA device here; use --device cpu or --device auto"
        )
    return device
