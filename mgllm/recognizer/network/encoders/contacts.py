"""The contact branch: what hands touch, from distances to named places of the body.

The same weights read both hands, the left one in the mirror, so that a touch with either hand is
learned from all touches. Which features there are, and why: `network/contact_features.py`.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.contact_features import contact_features, count_features, graph_names
from mgllm.recognizer.network.encoders.base import Encoder, encoder, inside_frames

STRIDE = 2
"""Only every second of the resampled frames is used: a touch lasts longer, and it takes half the
time."""


@encoder("contacts")
class ContactEncoder(Encoder):
    """A small network for each hand and frame, a convolution over frames, read out as mean and
    maximum over frames of the hands' sum and maximum."""

    def __init__(self, graph: Graph, channels: int, width: int = 128, kernel: int = 5) -> None:
        super().__init__()
        if channels < 2:
            raise ValueError("contacts need two coordinates")
        self.names = graph_names(graph)
        self.enter = nn.Sequential(nn.Linear(count_features(), width), nn.GELU(), nn.Linear(width, width))
        self.time = nn.Conv1d(width, width, kernel, padding=kernel // 2)
        self.dims = 4 * width

    def forward(self, x_NTVC: Tensor, mask_NTV: Tensor) -> Tensor:
        """Vectors z_ND of clips."""
        inside_NT = inside_frames(mask_NTV)
        hand_NTHF = contact_features(x_NTVC, mask_NTV, self.names)[:, ::STRIDE]
        inside_NT = inside_NT[:, ::STRIDE]
        inside_NT11 = inside_NT[:, :, None, None]
        hidden_NTHD = self.enter(hand_NTHF).relu() * inside_NT11
        n, t, h, d = hidden_NTHD.shape
        along = self.time(hidden_NTHD.permute(0, 2, 3, 1).reshape(n * h, d, t))
        hidden_NTHD = hidden_NTHD + along.view(n, h, d, t).permute(0, 3, 1, 2).relu() * inside_NT11
        return self._read_out(hidden_NTHD, inside_NT)

    def _read_out(self, hidden_NTHD: Tensor, inside_NT: Tensor) -> Tensor:
        both_NTD = torch.cat([hidden_NTHD.sum(2), hidden_NTHD.amax(2)], -1)
        inside_NT1 = inside_NT[..., None]
        mean_ND = (both_NTD * inside_NT1).sum(1) / inside_NT1.sum(1)
        most_ND = both_NTD.masked_fill(~inside_NT1, -torch.inf).amax(1)
        return torch.cat([mean_ND, most_ND], -1)
