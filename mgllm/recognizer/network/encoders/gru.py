"""The temporal stream: a recurrent network over frames.

A GRU (Cho et al., EMNLP 2014) over the sequence of whole poses, as the paper's temporal stream and
the sequence stream of Thoker et al. (ACM MM 2021). Widths and readout are our reading.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.encoders.base import Encoder, encoder, inside_frames, joint_features


class RecurrentEncoder(Encoder):
    """A recurrent network in both directions, read out as mean and maximum over the clip's frames.

    Each direction of each layer is one call over all frames. The backward direction begins at the
    clip's last frame, not in the padding, because clips are reversed there. Packed sequences do the
    same, but on the CPU the time of their gradient grows with the square of the number of frames.
    """

    stream = "temporal"
    layer: ClassVar[type[nn.GRU | nn.LSTM]]
    """What a layer is in each direction."""

    def __init__(self, graph: Graph, channels: int, width: int = 128, layers: int = 2) -> None:
        super().__init__()
        pose = graph.joints * (2 * channels + 1)
        self.enter = nn.Linear(pose, 2 * width)
        ends = [self.layer(2 * width, width, batch_first=True) for _ in range(2 * layers)]
        self.forwards, self.backwards = nn.ModuleList(ends[::2]), nn.ModuleList(ends[1::2])
        self.dims = 4 * width

    def forward(self, x_NTVC: Tensor, mask_NTV: Tensor) -> Tensor:
        """Vectors z_ND of clips."""
        inside_NT = inside_frames(mask_NTV)
        turned_NT = _turned(inside_NT)
        out_NTD = self.enter(joint_features(x_NTVC, mask_NTV).flatten(2))
        for ahead, back in zip(self.forwards, self.backwards, strict=True):
            back_NTD = _taken(back(_taken(out_NTD, turned_NT))[0], turned_NT)
            out_NTD = torch.cat([ahead(out_NTD)[0], back_NTD], -1)
        inside_NT1 = inside_NT[..., None]
        mean_ND = (out_NTD * inside_NT1).sum(1) / inside_NT1.sum(1)
        most_ND = out_NTD.masked_fill(~inside_NT1, -torch.inf).amax(1)
        return torch.cat([mean_ND, most_ND], -1)


@encoder("gru")
class GruEncoder(RecurrentEncoder):
    """A GRU."""

    layer = nn.GRU


def _turned(inside_NT: Tensor) -> Tensor:
    """Numbers of frames, reversed inside a clip and unchanged in the padding; done twice it undoes
    itself."""
    frame_T = torch.arange(inside_NT.shape[1], device=inside_NT.device)
    return torch.where(inside_NT, inside_NT.sum(1, keepdim=True) - 1 - frame_T, frame_T)


def _taken(x_NTD: Tensor, frame_NT: Tensor) -> Tensor:
    return x_NTD.gather(1, frame_NT[..., None].expand_as(x_NTD))
