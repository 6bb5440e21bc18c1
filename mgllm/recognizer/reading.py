"""Clips of a data set as batches: prepared and brought to one length when they are asked for, never all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field

from mgllm.errors import InputError
from mgllm.recognizer.clips import Clips
from mgllm.recognizer.graph import Graph
from mgllm.records import Frozen
from mgllm.skeleton import Layout, SkeletonDataset
from mgllm.skeleton.preparing import Preparation, PreparedClip, prepare_clip, scale_pair
from mgllm.skeleton.views import resampled

Numbers = Sequence[int] | NDArray[np.int64]


class Preprocessing(Frozen):
    """What is done to a clip before an encoder sees it; part of a checkpoint's config."""

    frames: int = Field(default=32, ge=2, le=4096)
    """Frames that every clip is resampled to (T)."""
    preparation: Preparation = Field(default_factory=Preparation)
    """How joints are filled in, centred and scaled."""


class ClipReader:
    """Prepared clips of a data set, by number.

    Nothing is kept between batches, so that memory is a batch's and not the set's.

    Raises:
        InputError: the preparation does not fit the layout.
    """

    def __init__(self, dataset: SkeletonDataset, how: Preprocessing) -> None:
        self.dataset = dataset
        self.how = how
        if how.preparation.scale != "none":
            scale_pair(self.layout, how.preparation.pair)

    @property
    def layout(self) -> Layout:
        """Of the data set."""
        return self.dataset.meta.layout

    @property
    def channels(self) -> int:
        """Coordinates of a joint (C)."""
        return self.dataset.meta.dims

    def batch(self, numbers: Numbers, device: torch.device | str = "cpu") -> Clips:
        """Clips [N, T, V, C] with their mask, on a device."""
        clips = [self._clip(int(number)) for number in numbers]
        x_NTVC = torch.from_numpy(np.stack([clip.x for clip in clips]))
        mask_NTV = torch.from_numpy(np.stack([clip.mask for clip in clips]))
        return Clips(x_NTVC.to(device), mask_NTV.to(device))

    def _clip(self, number: int) -> PreparedClip:
        joints = self.dataset.clip(number)
        prepared = prepare_clip(joints, self.layout, self.channels, self.how.preparation)
        return resampled(prepared, self.how.frames)


def layout_graph(layout: Layout) -> Graph:
    """The layout's joints by number, as encoders want them."""
    edges = tuple((int(a), int(b)) for a, b in layout.edge_index)
    mirror = tuple((layout.index(left), layout.index(right)) for left, right in layout.mirror)
    return Graph(len(layout.joints), edges, mirror)


def check_layout(layout: Layout, dataset: SkeletonDataset, what: str) -> None:
    """See that a data set has the joints that something was made for.

    Raises:
        InputError: other joints, or the same in another order.
    """
    found = dataset.meta.layout.joints
    if found == layout.joints:
        return
    first = next((pair for pair in zip(layout.joints, found, strict=False) if pair[0] != pair[1]), None)
    where = (
        f"first difference: '{first[0]}' against '{first[1]}'" if first else "the shorter begins the longer"
    )
    raise InputError(
        f"{what} was made for a layout of {len(layout.joints)} joints, {dataset.path} has {len(found)} "
        f"({where}); train one on this layout"
    )
