"""A batch of clips, and how to read its frames at other times."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

MOTION_GAIN = 10.0
"""Joints move some hundredths of a shoulder width from frame to frame. Times ten, velocities have
the same scale as positions. Our reading."""


class Clips(NamedTuple):
    """Joints of N clips, padded to T frames. Nothing here is ever changed in place.

    Clips are *clean* if joints that are not seen have zeros; `clean` sets these.
    """

    x_NTVC: Tensor
    """Coordinates."""
    mask_NTV: Tensor
    """True if a joint is seen."""

    def lengths(self) -> Tensor:
        """Frames of each clip up to the last one in which any joint is seen; the rest is
        padding."""
        return frame_lengths(self.mask_NTV)

    def to(self, device: torch.device | str) -> Clips:
        """These clips on a device."""
        return Clips(self.x_NTVC.to(device), self.mask_NTV.to(device))

    def clean(self) -> Clips:
        """These clips with zeros where no joint is seen."""
        return Clips(seen_only(self.x_NTVC, self.mask_NTV), self.mask_NTV)


def frame_lengths(mask_NTV: Tensor) -> Tensor:
    """Frames up to the last one with a seen joint, as int64 [N]; 0 for a clip without any."""
    seen_NT = mask_NTV.any(-1)
    count_T = torch.arange(1, seen_NT.shape[1] + 1, device=seen_NT.device)
    return (seen_NT * count_T).amax(1)


def seen_only(x_NTVC: Tensor, mask_NTV: Tensor) -> Tensor:
    """`x` with zeros where a joint is not seen."""
    # why not multiply: NaN times 0 is NaN; why not masked_fill over the last axis: it takes twice
    # as long
    finite_NTVC = x_NTVC.nan_to_num(0.0, 0.0, 0.0)
    return finite_NTVC * mask_NTV[..., None]


def between_frames(clips: Clips, time_NS: Tensor, inside_NS: Tensor) -> Clips:
    """Frames at the given times (in frames), interpolated between the two neighbours.

    A joint that is seen in only one neighbour has the place it has there. It counts as seen if the
    nearer neighbour shows it. Whole times give exactly the frames themselves.

    Args:
        clips: N clean clips of T frames, so that unseen joints add nothing to the sum of both
            neighbours.
        time_NS: times in frames, from 0 to T − 1.
        inside_NS: False if the new frame is padding.
    """
    low_NS = time_NS.floor()
    part_NS1 = (time_NS - low_NS).to(clips.x_NTVC.dtype)[..., None]
    left_x_NSF, left_seen_NSV = _frames(clips, low_NS.long())
    right_x_NSF, right_seen_NSV = _frames(clips, low_NS.long() + 1)
    weight_NSV = torch.lerp(left_seen_NSV.to(part_NS1), right_seen_NSV.to(part_NS1), part_NS1)
    seen_NSV = (weight_NSV >= 0.5) & inside_NS[..., None]
    scale_NSV = torch.where(seen_NSV, weight_NSV.reciprocal(), 0.0)
    # in place, in these new copies: more memory would take longer than the sums
    x_NSF = left_x_NSF.lerp_(right_x_NSF, part_NS1)
    return Clips(x_NSF.view(*seen_NSV.shape, -1).mul_(scale_NSV[..., None]), seen_NSV)


def _frames(clips: Clips, frame_NS: Tensor) -> tuple[Tensor, Tensor]:
    """Coordinates [N, S, VC] and mask [N, S, V] of frames by number; after the end, of the last
    frame."""
    n, t, v, c = clips.x_NTVC.shape
    start_N1 = torch.arange(n, device=frame_NS.device)[:, None] * t
    rows = (start_N1 + frame_NS.clamp_max(t - 1)).flatten()  # copies whole rows: faster than gather
    x_NSF = clips.x_NTVC.reshape(n * t, v * c).index_select(0, rows)
    mask_NSV = clips.mask_NTV.reshape(n * t, v).index_select(0, rows)
    return x_NSF.view(n, -1, v * c), mask_NSV.view(n, -1, v)
