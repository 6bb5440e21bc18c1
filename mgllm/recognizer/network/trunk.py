"""A head of its own for movements of trunk and head, which needs a trunk that moves.

In one softmax with all other classes, words such as "shaking shoulders" are what is said when
nothing fits. Here they compete with nothing but "no movement of the trunk", they are read from head
and shoulders alone, and they are as good as impossible in a clip in which these hardly move.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from mgllm.recognizer.clips import MOTION_GAIN, Clips, seen_only
from mgllm.recognizer.network.encoders.base import inside_frames

TRUNK_CLASSES = ("turtle neck", "moving torso", "sitting straightly", "head up", "shaking shoulders")
"""Classes of this head, where a recogniser has them."""
JOINTS = (
    "nose", "neck", "right_shoulder", "left_shoulder", "right_eye", "left_eye", "right_ear", "left_ear",
)  # fmt: skip
LEAST_MOVED = 0.03
"""Shoulder widths (about a centimetre) that neck, shoulders or head must move within a clip. Of
made-up clips of these classes 95 % move more; half of all webcam clips without a gesture less."""
SOFTNESS = 0.005
"""Shoulder widths over which the gate opens: a detector's jitter is as large."""
WIDTH = 64


class RawLogits(NamedTuple):
    """What the heads say, before it is joined to one distribution over classes."""

    all_NK: Tensor
    """Of the classifier."""
    trunk_NJ: Tensor | None
    """Of the trunk's head: "none", then its classes."""
    gate_N: Tensor | None
    """What is added to the trunk's classes."""


class TrunkHead(nn.Module):
    """Clips in, logits of "none" and of each class of the trunk out."""

    def __init__(self, names: tuple[str, ...], channels: int, classes: int) -> None:
        super().__init__()
        self.numbers = [names.index(name) for name in JOINTS if name in names]
        self.neck = self.numbers.index(names.index("neck")) if "neck" in names else None
        features = len(self.numbers) * (3 * channels + 1)
        self.enter = nn.Sequential(nn.Linear(features, WIDTH), nn.GELU(), nn.Linear(WIDTH, WIDTH))
        self.time = nn.Conv1d(WIDTH, WIDTH, 7, padding=3)
        self.leave = nn.Sequential(
            nn.LayerNorm(2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, 1 + classes)
        )

    def forward(self, clips: Clips) -> tuple[Tensor, Tensor]:
        """Logits [N, 1 + classes], "none" first, and the gate [N]: what is to be added to those of
        the classes, 0 or below."""
        x_NTVC = seen_only(*clips)[:, :, self.numbers]
        mask_NTV = clips.mask_NTV[:, :, self.numbers]
        inside_NT1 = inside_frames(clips.mask_NTV)[..., None]
        hidden_NTD = self.enter(self._features(x_NTVC, mask_NTV)) * inside_NT1
        along = self.time(hidden_NTD.transpose(1, 2)).transpose(1, 2).relu()
        hidden_NTD = hidden_NTD + along * inside_NT1
        mean_ND = hidden_NTD.sum(1) / inside_NT1.sum(1)
        most_ND = hidden_NTD.masked_fill(~inside_NT1, -torch.inf).amax(1)
        logits_NK: Tensor = self.leave(torch.cat([mean_ND, most_ND], -1))
        gate_N = nn.functional.logsigmoid((self._moved(x_NTVC, mask_NTV) - LEAST_MOVED) / SOFTNESS)
        return logits_NK, gate_N

    def _features(self, x_NTVC: Tensor, mask_NTV: Tensor) -> Tensor:
        """Position, position from the neck, velocity, and whether a joint is seen."""
        seen_NTV1 = mask_NTV[..., None].to(x_NTVC.dtype)
        still = x_NTVC if self.neck is None else x_NTVC - x_NTVC[:, :, self.neck, None]
        both = seen_NTV1[:, 1:] * seen_NTV1[:, :-1]
        step = pad((x_NTVC[:, 1:] - x_NTVC[:, :-1]) * MOTION_GAIN * both, (0, 0, 0, 0, 1, 0))
        return torch.cat([x_NTVC, still * seen_NTV1, step, seen_NTV1], -1).flatten(2)

    def _moved(self, x_NTVC: Tensor, mask_NTV: Tensor) -> Tensor:
        """[N]: the farthest that a joint moves, from the tenth to the ninth tenth of its places."""
        missing_NTV1 = ~mask_NTV[..., None]
        ranks = torch.tensor([0.1, 0.9], dtype=x_NTVC.dtype, device=x_NTVC.device)
        ends = x_NTVC.masked_fill(missing_NTV1, torch.nan).nanquantile(ranks, dim=1).nan_to_num(0.0)
        moved_N: Tensor = (ends[1] - ends[0]).norm(dim=-1).amax(-1)
        return moved_N
