"""Values that are tables: each field an array whose last axis is the clip, or the frame."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mgllm.synthetic.geometry import Numbers


class Columns:
    """Base of frozen dataclasses of arrays with the same last axis."""

    def take(self, index: Numbers) -> Self:
        """The clips (or frames) of these numbers."""
        return type(self)(*(part[..., index] for part in self._parts()))

    def spread(self, frames_N: Numbers) -> Self:
        """Each clip's values for all of its frames."""
        return type(self)(*(np.repeat(part, frames_N, axis=-1) for part in self._parts()))

    def where(self, mask: NDArray[np.bool_], other: Self) -> Self:
        """These where the mask says so, the other ones elsewhere."""
        pairs = zip(self._parts(), other._parts(), strict=True)
        return type(self)(*(np.where(mask, mine, theirs) for mine, theirs in pairs))

    def replaced(self, index: Numbers, other: Self) -> Self:
        """With the other's values at these numbers."""
        parts = []
        for whole, part in zip(self._parts(), other._parts(), strict=True):
            changed = whole.copy()
            changed[..., index] = part
            parts.append(changed)
        return type(self)(*parts)

    def _parts(self) -> list[NDArray[Any]]:
        return [getattr(self, field.name) for field in fields(self)]  # type: ignore[arg-type]
