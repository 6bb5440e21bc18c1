"""What clips lack for their preparation, in words, before hours are spent on learning from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mgllm.errors import InputError
from mgllm.skeleton.dataset import SkeletonDataset
from mgllm.skeleton.layout import Layout
from mgllm.skeleton.preparing import SHOULDERS, UNSCALED, Preparation, scale_pair, seen_joints

LOOKED_AT = 200
"""Clips that are looked at, evenly over all: a second of work, and a joint that most clips have is
not missed."""
_MOST_WITHOUT = 0.1
"""Share of clips without the scale's joints above which it is said: a few clips with a hidden
shoulder are usual."""
_SIZE = "the size of what is seen (the root mean square distance of its joints from the root)"


@dataclass(frozen=True, eq=False)
class SeenJoints:
    """Which joints some clips of a data set have."""

    layout: Layout
    """The layout of the data set."""
    seen_NV: NDArray[np.bool_]
    """Joint V is seen in at least a frame of clip N."""
    where: str
    """The data set, for messages."""

    def together(self, pair: tuple[int, int]) -> int:
        """Clips that have both joints."""
        return int((self.seen_NV[:, pair[0]] & self.seen_NV[:, pair[1]]).sum())

    def names(self) -> list[str]:
        """Joints that any clip has."""
        return [self.layout.joints[joint] for joint in np.flatnonzero(self.seen_NV.any(0))]

    def advice(self) -> str:
        """A scale that fits: two joints that most clips have, a left one and its right one if there
        are such; else none."""
        layout = self.layout
        mirrored = [(layout.index(a), layout.index(b)) for a, b in layout.mirror]
        linked = [(int(a), int(b)) for a, b in layout.edge_index]
        every = list(combinations(range(len(layout.joints)), 2))
        best = max([*mirrored, *linked, *every], key=self.together, default=None)  # of equals the first
        if best is None or not self.together(best):
            return "--scale none keeps the units"
        return f"--scale A-B divides by a length, such as {'-'.join(layout.joints[j] for j in best)}"


def look_at(
    dataset: SkeletonDataset,
    numbers: NDArray[np.int64],
    how: Preparation,
    hidden: Sequence[int] = (),
) -> SeenJoints:
    """Which joints clips have; at most `LOOKED_AT` clips are read.

    Args:
        dataset: an open one.
        numbers: the clips in question.
        how: what counts as seen.
        hidden: joints that are not used.
    """
    some = numbers[:: max(1, len(numbers) // LOOKED_AT)]
    seen_NV = np.stack(
        [seen_joints(dataset.clip(int(n)), dataset.meta.dims, how.min_confidence).any(0) for n in some]
    )
    seen_NV[:, list(hidden)] = False
    return SeenJoints(dataset.meta.layout, seen_NV, str(dataset.path))


def partial_notes(found: SeenJoints, how: Preparation) -> tuple[str, ...]:
    """What takes the place of a root or a scale that clips do not have; none if they have both.

    Raises:
        InputError: nothing would be left to learn from, or the pair that was asked for is not
            there.
    """
    names = found.names()
    if len(names) < 2 and how.centre == "frame":
        only = f"only '{names[0]}' is ever seen" if names else "no joint is ever seen"
        raise InputError(
            f"{found.where}: {only}, and in every frame it would be put at 0, so that nothing moves; "
            "give --centre clip, or clips with more joints"
        )
    return (*_root_notes(found, how), *_scale_notes(found, how))


def _root_notes(found: SeenJoints, how: Preparation) -> list[str]:
    root = list(found.layout.root_index)
    if how.centre == "none" or bool(found.seen_NV[:, root].all(1).any()):
        return []
    words = " and ".join(found.layout.joints[joint] for joint in root)
    return [f"the root ({words}) is never seen: the middle of all joints seen takes its place"]


def _scale_notes(found: SeenJoints, how: Preparation) -> list[str]:
    if how.scale == UNSCALED:
        return []
    advice = found.advice()
    pair = scale_pair(found.layout, how.scale)
    if pair is None:
        return [f"the layout names no shoulders: each clip is divided by {_SIZE}; {advice}"]
    first, second = (found.layout.joints[joint] for joint in pair)
    clips, have = len(found.seen_NV), found.together(pair)
    if have == 0 and how.scale != SHOULDERS:
        raise InputError(
            f"--scale {how.scale}: {found.where} has no clip with both {first} and {second}; {advice}"
        )
    if have == 0:
        return [f"no clip has both {first} and {second}: each is divided by {_SIZE}; {advice}"]
    if clips - have > _MOST_WITHOUT * clips:
        share = f"{clips - have} of {clips} clips"
        return [f"{share} do not have both {first} and {second}: these are divided by {_SIZE}; {advice}"]
    return []
