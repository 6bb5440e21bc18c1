"""The contract of an encoder, and the registry of encoders."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from mgllm.recognizer.clips import MOTION_GAIN, frame_lengths, seen_only
from mgllm.registry import Shelf


class Encoder(nn.Module):
    """Clips in, a vector for each out. Every encoder keeps these rules:

    * Values of joints that are not seen (NaN included) change nothing, and neither do frames that
      are appended as padding, in eval mode and in training mode.
    * A clip's vector does not depend on the other clips of its batch, in either mode. Statistics
      over the batch would let key and query of a contrastive pair recognise each other (MoCo, He et
      al., CVPR 2020, section 3.3, shuffles its batches for this reason).
    * A clip without any seen joint gives finite numbers.
    * Every weight gets a gradient.
    """

    dims: int
    """Length of the vector (D)."""
    stream: ClassVar[Literal["spatial", "temporal"] | None] = None
    """The stream that it is meant for: `ablate --parts encoders` pairs each spatial encoder with
    each temporal one. None: it is not paired."""

    def forward(self, x_NTVC: Tensor, mask_NTV: Tensor) -> Tensor:
        """Vectors z_ND of clips."""
        raise NotImplementedError


encoders: Shelf[Callable[..., Encoder]] = Shelf("encoder", "mgllm.recognizer.network.encoders")
"""`@encoder("NAME")` puts a class here, from a file NAME.py beside this one. It is made by
`(graph, channels, **widths)`; all widths have defaults."""

encoder = encoders.register


def joint_features(x_NTVC: Tensor, mask_NTV: Tensor) -> Tensor:
    """What encoders get for a joint: position, velocity (0 unless both frames show it), whether it
    is seen.

    Returns:
        [N, T, V, 2C + 1], with zeros for joints that are not seen.
    """
    x_NTVC = seen_only(x_NTVC, mask_NTV)
    both_NSV = mask_NTV[:, 1:] & mask_NTV[:, :-1]
    step_NSVC = (x_NTVC[:, 1:] - x_NTVC[:, :-1]) * (MOTION_GAIN * both_NSV[..., None])
    motion_NTVC = nn.functional.pad(step_NSVC, (0, 0, 0, 0, 1, 0))
    return torch.cat([x_NTVC, motion_NTVC, mask_NTV[..., None].to(x_NTVC.dtype)], -1)


def inside_frames(mask_NTV: Tensor) -> Tensor:
    """True up to a clip's last seen frame, [N, T], and always in the first, so that means are
    finite.

    Frames without any seen joint are inside if later frames have some: they are gaps, not padding.
    """
    frame_T = torch.arange(mask_NTV.shape[1], device=mask_NTV.device)
    return frame_T < frame_lengths(mask_NTV).clamp_min(1)[:, None]
