"""Keys and values of prompt beginnings, kept while there is room.

An entry is named by the segments it was computed from, not by its tokens alone: the same tokens cut in
other places give other last bits. So a reply's numbers never depend on what was asked before.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import torch

Segments = tuple[tuple[int, ...], ...]
"""Token ids of a prompt's beginning, cut as they were read."""


class LayerState(NamedTuple):
    """Keys and values of one layer, each [1, heads, tokens, head size]."""

    keys: torch.Tensor
    values: torch.Tensor


PrefixState = tuple[LayerState, ...]
"""One LayerState per layer; never written to."""


class PrefixCache:
    """The most recently used beginnings, bounded in bytes."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self.hits = 0
        self._states: OrderedDict[Segments, PrefixState] = OrderedDict()

    def get(self, segments: Segments) -> PrefixState | None:
        """The state behind these segments, if it is still here."""
        state = self._states.get(segments)
        if state is not None:
            self.hits += 1
            self._states.move_to_end(segments)
        return state

    def put(self, segments: Segments, state: PrefixState) -> None:
        """Keep a state; the ones unused for longest make room. One larger than all room is not kept."""
        size = _bytes_of(state)
        if segments in self._states or size > self.max_bytes:
            return
        self._states[segments] = state
        self.bytes += size
        while self.bytes > self.max_bytes:
            _, oldest = self._states.popitem(last=False)
            self.bytes -= _bytes_of(oldest)

    def clear(self) -> None:
        """Forget everything."""
        self._states.clear()
        self.bytes = 0


def _bytes_of(state: PrefixState) -> int:
    return sum(tensor.nbytes for layer in state for tensor in layer)
