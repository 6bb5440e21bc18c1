"""Items whose answer flipped between two arms."""

from __future__ import annotations

import numpy as np

from mgllm.analysis.statistics.effects import Contrast
from mgllm.analysis.statistics.grid import Bools
from mgllm.analysis.statistics.pairs import flipped
from mgllm.records import Flips


def flips(contrast: Contrast) -> Flips:
    """Items gained and lost in the first epoch and shuffle, by id: those that b and c of the effect count."""
    gained_I, lost_I = flipped(contrast.grid, *contrast.answers)
    gained, lost = _ids(contrast, gained_I), _ids(contrast, lost_I)
    return Flips(
        row=contrast.row,
        arm=contrast.names[0],
        baseline=contrast.names[1],
        gained=len(gained),
        lost=len(lost),
        gained_items=gained,
        lost_items=lost,
    )


def _ids(contrast: Contrast, which_I: Bools) -> tuple[str, ...]:
    return tuple(contrast.grid.items[n] for n in np.flatnonzero(which_I))
