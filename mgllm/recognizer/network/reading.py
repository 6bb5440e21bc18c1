"""Clips of a data set as batches, prepared and resampled to one length only when they are
needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field

from mgllm.errors import InputError, unknown
from mgllm.recognizer.clips import Clips
from mgllm.recognizer.graph import Graph
from mgllm.records import Frozen
from mgllm.skeleton import Layout, SkeletonDataset
from mgllm.skeleton.preparing import UNSCALED, Preparation, prepare_clip, resampled, scale_pair

Numbers = Sequence[int] | NDArray[np.int64]


class Preprocessing(Frozen):
    """How a clip is prepared before an encoder sees it; part of a checkpoint's config."""

    frames: int = Field(default=32, ge=2, le=4096)
    """Frames that every clip is resampled to (T)."""
    preparation: Preparation = Field(default_factory=Preparation)
    """How joints are filled in, centred and scaled."""
    only: tuple[str, ...] | None = None
    """Names of the joints that are used; the others count as never seen. None: all."""


class ClipReader:
    """Prepared clips of a data set, by number.

    Nothing is kept between batches, so only one batch is in memory.

    Raises:
        InputError: the preparation does not fit the layout.
    """

    def __init__(self, dataset: SkeletonDataset, how: Preprocessing) -> None:
        self.dataset = dataset
        self.how = how
        hidden_joints(self.layout, how)
        if how.preparation.scale != UNSCALED:
            scale_pair(self.layout, how.preparation.scale)

    @property
    def layout(self) -> Layout:
        """Layout of the data set."""
        return self.dataset.meta.layout

    @property
    def channels(self) -> int:
        """Coordinates of a joint (C)."""
        return self.dataset.meta.dims

    def batch(self, numbers: Numbers, device: torch.device | str = "cpu") -> Clips:
        """Clips [N, T, V, C] with their mask, on a device."""
        joints = (self.dataset.clip(int(number)) for number in numbers)
        return prepared_batch(joints, self.layout, self.channels, self.how).to(device)


def prepared_batch(
    clips: Iterable[NDArray[np.floating[Any]]], layout: Layout, dims: int, how: Preprocessing
) -> Clips:
    """Joints [T, V, C] of clips of any lengths, prepared and resampled to one length, on the
    CPU."""
    hidden = hidden_joints(layout, how)
    ready = [
        resampled(prepare_clip(without(joints, hidden), layout, dims, how.preparation), how.frames)
        for joints in clips
    ]
    x_NTVC, mask_NTV = np.stack([clip.x for clip in ready]), np.stack([clip.mask for clip in ready])
    return Clips(torch.from_numpy(x_NTVC), torch.from_numpy(mask_NTV))


def without(x_TVC: NDArray[np.floating[Any]], joints: list[int]) -> NDArray[np.floating[Any]]:
    """Joints of a clip of which some count as never seen: neither root nor scale comes from
    them."""
    if not joints:
        return x_TVC
    rest_TVC = np.array(x_TVC)
    rest_TVC[:, joints] = np.nan
    return rest_TVC


def hidden_joints(layout: Layout, how: Preprocessing) -> list[int]:
    """Numbers of the joints that are not used.

    Raises:
        InputError: one of `only` is not a joint of the layout.
    """
    if how.only is None:
        return []
    for name in how.only:
        if name not in layout.joints:
            raise InputError(unknown("joint", name, layout.joints))
    return [number for number, name in enumerate(layout.joints) if name not in how.only]


def layout_graph(layout: Layout) -> Graph:
    """The layout's graph by joint number, as encoders need it."""
    edges = tuple((int(a), int(b)) for a, b in layout.edge_index)
    mirror = tuple((layout.index(left), layout.index(right)) for left, right in layout.mirror)
    return Graph(len(layout.joints), edges, mirror, layout.joints)


def check_layout(layout: Layout, dataset: SkeletonDataset, what: str) -> None:
    """Refuse a data set without the joints that a recogniser was made for.

    Raises:
        InputError: it has other joints, or the same ones in another order.
    """
    found = dataset.meta.layout.joints
    if found == layout.joints:
        return
    first = next((pair for pair in zip(layout.joints, found, strict=False) if pair[0] != pair[1]), None)
    where = f"first difference: '{first[0]}' against '{first[1]}'" if first else "the first ones are the same"
    raise InputError(
        f"{what} was made for a layout of {len(layout.joints)} joints; {dataset.path} has {len(found)} "
        f"({where}); train a recogniser on this layout"
    )
