"""Clips of several lengths with gaps, missing joints and rubbish where nothing is seen."""

from __future__ import annotations

import pytest
import torch

from mgllm.recognizer.clips import Clips
from mgllm.recognizer.graph import Graph


@pytest.fixture
def graph() -> Graph:
    """A little person: head, neck, two arms of two joints, two hips."""
    edges = ((0, 1), (1, 2), (2, 3), (1, 4), (4, 5), (1, 6), (1, 7))
    return Graph(8, edges, mirror=((2, 4), (3, 5), (6, 7)))


def _clips(channels: int) -> Clips:
    draws = torch.Generator().manual_seed(7)
    x_NTVC = torch.randn(6, 20, 8, channels, generator=draws)
    mask_NTV = torch.rand(6, 20, 8, generator=draws) > 0.15
    for clip, length in enumerate((20, 13, 7, 1, 0, 18)):
        mask_NTV[clip, length:] = False
        mask_NTV[clip, length - 1 : length, 0] = True
    mask_NTV[0, 4:6] = False  # a gap in which nobody is seen
    mask_NTV[5, :, 3] = False  # a joint that is never seen
    x_NTVC[~mask_NTV] = torch.nan
    return Clips(x_NTVC, mask_NTV)


@pytest.fixture(params=[2, 3], ids=["2-D", "3-D"])
def clips(request: pytest.FixtureRequest) -> Clips:
    """Six clips: 20 frames with a gap, 13, 7, 1, 0, and 18 without one of the joints. NaN elsewhere."""
    channels: int = request.param
    return _clips(channels)


@pytest.fixture
def clips_3d() -> Clips:
    """The same in three coordinates alone."""
    return _clips(3)
